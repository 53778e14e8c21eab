/*
 * The same loop on a Cortex-M4 without an operating system. QEMU counts an instruction as a nanosecond (-icount shift=0), so that milliseconds
 * are millions of instructions.
 */
#include "dialogue.h"

#include "board.h"

/* corpus.h: the corpus as an array, made by the benchmark. */
#include "corpus.h"

#define ROUNDS 10U

static uint64_t memory[QFTP_SESSION_SIZE / sizeof(uint64_t)];

static int measure(qftp_session *session, const char *name, size_t piece)
{
    const uint64_t began = now_ms();
    size_t bytes = 0;
    unsigned round;
    for (round = 0; round < ROUNDS; round++) {
        const size_t read = read_corpus(session, corpus, sizeof corpus, piece);
        if (read == 0U) {
            say("an operation was refused\n");
            return 1;
        }
        bytes += read;
    }
    say(name);
    say(" ");
    say_number((now_ms() - began) * 1000000U * 10U / bytes);
    say("\n");
    return 0;
}

int main(void)
{
    qftp_session *session = qftp_session_init((uint8_t *)memory, sizeof memory, NULL);
    if (session == NULL || log_in(session) != 0) {
        say("no session\n");
        return 1;
    }
    return measure(session, "whole", (size_t)-1) + measure(session, "pieces", 64) + measure(session, "bytes", 1);
}
