/*
 * The loop of the benchmarks' contender "qftp session", in C: operations asked, answered, ended. The corpus is what `count corpus FILE`
 * writes. For systems with an operating system and without one.
 */
#ifndef DIALOGUE_H
#define DIALOGUE_H

#include <qftp.h>
#if __STDC_HOSTED__
#include <string.h>
#else
void *memcpy(void *to, const void *from, size_t len);
size_t strlen(const char *text);
#endif

enum operation { CWD, PWD, MAKE_DIR, RENAME, SIZE, MODIFIED, DELETE_FILE, LENGTH, STATUS, SPACE, FILES };

/* What has ended since the count was set back. */
static unsigned long done, failed;

static void feed(qftp_session *session, uint64_t now, const uint8_t *bytes, size_t len)
{
    size_t at = 0;
    for (;;) {
        size_t consumed = 0;
        qftp_event event;
        if (qftp_session_handle_input(session, now, bytes + at, len - at, &consumed, &event) != QFTP_OK) {
            return;
        }
        at += consumed;
        if (event.kind == QFTP_EVENT_DONE || event.kind == QFTP_EVENT_FAILED) {
            done++;
            failed += event.kind == QFTP_EVENT_FAILED;
        } else if (event.kind == QFTP_EVENT_NONE && at == len) {
            return;
        }
    }
}

/* Answers a command, or lets the time pass that is awaited. */
static uint64_t answer(qftp_session *session, uint64_t now, const char *text)
{
    uint8_t out[256];
    if (qftp_session_poll_transmit(session, now, out, sizeof out) == 0U) {
        now = qftp_session_poll_timeout(session);
        qftp_session_handle_timeout(session, now);
    } else {
        feed(session, now, (const uint8_t *)text, strlen(text));
    }
    return now;
}

static int32_t start_operation(qftp_session *session, uint64_t now, uint8_t operation, const char *name)
{
    switch (operation) {
    case CWD:
        return qftp_session_cwd(session, now, name);
    case PWD:
        return qftp_session_pwd(session, now);
    case MAKE_DIR:
        return qftp_session_make_dir(session, now, name);
    case RENAME:
        return qftp_session_rename(session, now, name, "old.bin");
    case SIZE:
        return qftp_session_size(session, now, name);
    case MODIFIED:
        return qftp_session_modified(session, now, name);
    case DELETE_FILE:
        return qftp_session_delete(session, now, name);
    case LENGTH:
        return qftp_session_length(session, now);
    case STATUS:
        return qftp_session_status(session, now);
    case SPACE:
        return qftp_session_storage(session, now, QFTP_VIA_UFS);
    case FILES:
        return qftp_session_files(session, now, "*");
    default:
        return QFTP_ERR_ARGUMENT;
    }
}

/* Set up and logged in. */
static int log_in(qftp_session *session)
{
    uint64_t now = 1000;
    qftp_setup setup;
    qftp_login login;
    qftp_setup_init(&setup);
    setup.network = false;
    if (qftp_session_setup(session, now, &setup) != QFTP_OK) {
        return 1;
    }
    for (done = 0; done == 0U;) {
        now = answer(session, now, "\r\nOK\r\n");
    }
    qftp_login_init(&login);
    login.host = "ftp.example.com";
    login.user = "me";
    login.password = "secret";
    if (qftp_session_open(session, now, &login) != QFTP_OK) {
        return 1;
    }
    for (done = 0; done == 0U;) {
        now = answer(session, now, "\r\nOK\r\n\r\n+QFTPOPEN: 0,0\r\n");
    }
    done = 0;
    failed = 0;
    return 0;
}

static uint32_t little_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* All of the corpus in pieces; returns how many bytes of answers it has, 0 where an operation did not begin. */
static size_t read_corpus(qftp_session *session, const uint8_t *corpus, size_t len, size_t piece)
{
    const uint64_t now = 60000;
    size_t at = 0;
    size_t bytes = 0;
    while (at < len) {
        const uint8_t operation = corpus[at];
        const uint32_t name_len = little_endian(corpus + at + 1);
        char name[64];
        uint8_t out[256];
        size_t left, offset;
        memcpy(name, corpus + at + 5, name_len);
        name[name_len] = '\0';
        at += 5U + name_len;
        left = little_endian(corpus + at);
        at += 4U;
        if (start_operation(session, now, operation, name) != QFTP_OK) {
            return 0;
        }
        (void)qftp_session_poll_transmit(session, now, out, sizeof out);
        for (offset = 0; offset < left; offset += piece) {
            const size_t rest = left - offset;
            feed(session, now, corpus + at + offset, rest < piece ? rest : piece);
        }
        at += left;
        bytes += left;
    }
    return bytes;
}

#endif
