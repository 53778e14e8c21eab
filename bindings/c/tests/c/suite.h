/* What several programs of the suite need: files with known bytes, and what a failure has to look like. */
#ifndef SUITE_H
#define SUITE_H

#include "qftp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef NDEBUG
#include <assert.h>

/* Bytes that are nowhere the same for long, with words of modules among them. */
static inline void fill(uint8_t *bytes, size_t len)
{
    size_t at;
    assert(len >= 1020);
    for (at = 0; at < len; at++) {
        bytes[at] = (uint8_t)(at * 7U + at / 251U);
    }
    memcpy(bytes + 1000, "+++\r\nOK\r\n\r\nCONNECT\r\n", 20);
}

static inline void path_of(char *path, size_t capacity, const char *folder, const char *name)
{
    const int len = snprintf(path, capacity, "%s/%s", folder, name);
    assert(len > 0 && (size_t)len < capacity);
}

static inline void write_file(const char *path, const uint8_t *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert(file != NULL && fwrite(bytes, 1, len, file) == len && fclose(file) == 0);
}

/* Whether a file has these bytes and no others. */
static inline bool holds(const char *path, const uint8_t *bytes, size_t len)
{
    FILE *file = fopen(path, "rb");
    uint8_t *found = malloc(len + 1);
    bool same;
    assert(file != NULL && found != NULL);
    same = fread(found, 1, len + 1, file) == len && memcmp(found, bytes, len) == 0;
    free(found);
    fclose(file);
    return same;
}

static inline bool exists(const char *path)
{
    FILE *file = fopen(path, "rb");
    return file != NULL && fclose(file) == 0;
}

/* The last operation returned `status`, which has to be `wanted`, and is told about in these words; what it says is in `error`. */
static inline void is_a_failure_with(qftp_client *client, int32_t status, int32_t wanted, const char *text, qftp_error *error)
{
    error->struct_size = sizeof *error;
    assert(qftp_client_last_error(client, error) == QFTP_OK);
    if (status != wanted || error->status != wanted || strstr(error->text, text) == NULL) {
        fprintf(stderr, "%d, not %d: %s, not %s\n", (int)status, (int)wanted, error->text, text);
        abort();
    }
}

static inline void is_a_failure(qftp_client *client, int32_t status, int32_t wanted, const char *text)
{
    qftp_error error;
    is_a_failure_with(client, status, wanted, text, &error);
}

/* The last operation returned `status`, which has to be success. */
static inline void is_done(qftp_client *client, int32_t status)
{
    qftp_error error;
    is_a_failure_with(client, status, QFTP_OK, "", &error);
}

/* Adds a line to what a client reported, of which `user` is a struct report. */
struct report {
    char text[8000];
};

static inline void take_report(const char *text, void *user)
{
    struct report *report = user;
    const size_t len = strlen(report->text);
    const int added = snprintf(report->text + len, sizeof report->text - len, "%s\n", text);
    assert(added > 0 && (size_t)added < sizeof report->text - len);
}

/* These words were among it. */
static inline void was_reported(const struct report *report, const char *words)
{
    if (strstr(report->text, words) == NULL) {
        fprintf(stderr, "not reported: %s; but:\n%s", words, report->text);
        abort();
    }
}

#endif
