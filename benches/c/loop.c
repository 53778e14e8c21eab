/* `loop CORPUS PIECE ROUNDS`, for a counter of instructions around it. */
#include "dialogue.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    static uint8_t corpus[1 << 20];
    FILE *file = argc == 4 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL) {
        fputs("usage: loop CORPUS PIECE ROUNDS\n", stderr);
        return 2;
    }
    const size_t len = fread(corpus, 1, sizeof corpus, file);
    const size_t piece = (size_t)strtoull(argv[2], NULL, 10);
    size_t bytes = 0;
    for (long rounds = strtol(argv[3], NULL, 10); rounds > 0; rounds--) {
        qftp_session *session = qftp_session_new(NULL);
        if (session == NULL || log_in(session) != 0) {
            return 1;
        }
        bytes = read_corpus(session, corpus, len, piece);
        qftp_session_free(session);
    }
    printf("bytes %zu done %lu failed %lu\n", bytes, done, failed);
    fclose(file);
    return bytes == 0;
}
