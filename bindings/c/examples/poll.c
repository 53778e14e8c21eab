/*
 * A driver over termios and poll(2), with no I/O in the library: uploads a file and downloads it again, by as many attempts as it takes.
 *
 *     poll PORT APN HOST PORTNUMBER USER PASSWORD FILE
 */
#define _DEFAULT_SOURCE
#include "qftp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* What the loop needs beside the driver: the port and the local file. */
struct loop {
    qftp_driver *driver;
    int port;
    FILE *file;
    /* What came of it. */
    uint64_t number;
    int32_t status;
    /* Ends the operation under way where it is not 0, such as by a signal handler; NULL: nothing does. */
    volatile sig_atomic_t *stop;
};

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000U + (uint64_t)now.tv_nsec / 1000000U;
}

/* Whether a read or write of the port that gave this much failed for good. */
static bool is_gone(ssize_t count)
{
    if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))) {
        return false;
    }
    fprintf(stderr, "the port is gone: %s\n", count == 0 ? "its other end is closed" : strerror(errno));
    return true;
}

/* Writes, and reads what has come; waits for it until a time. False when the port is gone. */
static bool exchange(struct loop *loop, const qftp_want *want)
{
    struct pollfd wait = {loop->port, POLLIN, 0};
    const uint64_t now = now_ms();
    uint64_t left = want->until_ms <= now ? 0 : want->until_ms - now;
    ssize_t count;
    if (want->kind == QFTP_WANT_WRITE) {
        count = write(loop->port, want->data, want->len);
        if (is_gone(count)) {
            return false;
        }
        qftp_driver_wrote(loop->driver, count > 0 ? (size_t)count : 0);
        left = count > 0 ? 0 : 10; /* a port that takes nothing is waited for */
    }
    /* `stop` is looked at often. */
    if (want->room_len > 0 && poll(&wait, 1, left > 100 ? 100 : (int)left) > 0) {
        count = read(loop->port, want->room, want->room_len);
        if (is_gone(count)) {
            return false;
        }
        qftp_driver_received(loop->driver, count > 0 ? (size_t)count : 0);
    }
    return true;
}

/* How many bytes are the same as the file's. */
static size_t same(FILE *file, const qftp_want *want)
{
    size_t count = 0;
    fseek(file, (long)want->offset, SEEK_SET);
    while (count < want->len && fgetc(file) == want->data[count]) {
        count++;
    }
    return count;
}

/* Does what the driver wants of the local file. False when that fails. */
static bool with_file(struct loop *loop, const qftp_want *want)
{
    size_t count;
    switch (want->kind) {
    case QFTP_WANT_STORE:
        return fseek(loop->file, (long)want->offset, SEEK_SET) == 0 &&
               fwrite(want->data, 1, want->len, loop->file) == want->len;
    case QFTP_WANT_FILL:
        count = fseek(loop->file, (long)want->offset, SEEK_SET) == 0 ? fread(want->room, 1, want->room_len, loop->file) : 0;
        qftp_driver_filled(loop->driver, count);
        return count > 0;
    case QFTP_WANT_COMPARE:
        qftp_driver_compared(loop->driver, same(loop->file, want));
        return true;
    case QFTP_WANT_TRUNCATE:
        return fflush(loop->file) == 0 && ftruncate(fileno(loop->file), (off_t)want->offset) == 0;
    case QFTP_WANT_RETRY:
        fprintf(stderr, "%s; again\n", qftp_status_str(want->status));
        return true;
    case QFTP_WANT_URC:
        printf("the module says %.*s\n", (int)want->len, (const char *)want->data);
        return true;
    default: /* sizes and information lines */
        return true;
    }
}

/* Runs what was begun with this status to its end. */
static int32_t run(struct loop *loop, int32_t begun)
{
    qftp_want want;
    bool file_failed = false;
    if (begun != QFTP_OK) {
        return begun;
    }
    for (;;) {
        if (loop->stop != NULL && *loop->stop != 0) {
            *loop->stop = 0;
            qftp_driver_abort(loop->driver, now_ms());
        }
        qftp_driver_next(loop->driver, now_ms(), &want);
        switch (want.kind) {
        case QFTP_WANT_WRITE:
        case QFTP_WANT_READ:
            if (!exchange(loop, &want)) {
                return QFTP_ERR_PORT;
            }
            break;
        case QFTP_WANT_DONE:
        case QFTP_WANT_FAILED:
            loop->number = want.number;
            return file_failed ? QFTP_ERR_LOCAL : want.status;
        default:
            if (!with_file(loop, &want)) {
                file_failed = true;
                qftp_driver_abort(loop->driver, now_ms());
            }
            break;
        }
    }
}

/* What went wrong, and the end of the program. */
static int give_up(const struct loop *loop, const char *what, int32_t status)
{
    qftp_error error;
    error.struct_size = sizeof error;
    fprintf(stderr, "%s: %s\n", what, qftp_status_str(status));
    if (qftp_driver_last_error(loop->driver, &error) == QFTP_OK) {
        fprintf(stderr, "  %s\n  likely cause: %s\n  remedy: %s\n", error.text, error.cause, error.remedy);
    }
    return EXIT_FAILURE;
}

static int open_port(const char *path)
{
    struct termios settings;
    const int port = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (port >= 0 && tcgetattr(port, &settings) == 0) {
        cfmakeraw(&settings);
        cfsetspeed(&settings, B115200);
        tcsetattr(port, TCSANOW, &settings);
    }
    return port;
}

int main(int argc, char **argv)
{
    static uint64_t memory[QFTP_DRIVER_SIZE / sizeof(uint64_t)];
    static uint8_t buffers[8192];
    struct loop loop = {0};
    qftp_setup setup;
    qftp_login login;
    qftp_policy policy;
    qftp_transfer transfer;
    qftp_operation logout;
    int32_t status;

    if (argc != 8) {
        fprintf(stderr, "usage: poll PORT APN HOST PORTNUMBER USER PASSWORD FILE\n");
        return 2;
    }
    loop.port = open_port(argv[1]);
    loop.file = fopen(argv[7], "rb");
    loop.driver = qftp_driver_init((uint8_t *)memory, sizeof memory, buffers, sizeof buffers, NULL);
    if (loop.port < 0 || loop.file == NULL || fseek(loop.file, 0, SEEK_END) != 0) {
        fprintf(stderr, "%s or %s: %s\n", argv[1], argv[7], strerror(errno));
        return EXIT_FAILURE;
    }

    qftp_setup_init(&setup);
    setup.apn = argv[2];
    qftp_login_init(&login);
    login.host = argv[3];
    login.port = (uint16_t)strtoul(argv[4], NULL, 10);
    login.user = argv[5];
    login.password = argv[6];
    qftp_policy_init(&policy);
    policy.retries = 3;
    policy.verify = true;
    qftp_transfer_init(&transfer);
    transfer.remote = "from-c.bin";
    transfer.local_len = (uint64_t)ftell(loop.file);
    transfer.policy = &policy;
    transfer.setup = &setup;
    transfer.login = &login;

    status = run(&loop, qftp_driver_put(loop.driver, &transfer));
    if (status != QFTP_OK) {
        return give_up(&loop, "upload", status);
    }
    printf("up: %llu bytes\n", (unsigned long long)loop.number);
    fclose(loop.file);

    loop.file = tmpfile();
    transfer.local_len = 0;
    status = loop.file == NULL ? QFTP_ERR_LOCAL : run(&loop, qftp_driver_get(loop.driver, &transfer));
    if (status != QFTP_OK) {
        return give_up(&loop, "download", status);
    }
    printf("down: %llu bytes\n", (unsigned long long)loop.number);

    qftp_operation_init(&logout, QFTP_OPERATION_CLOSE);
    status = run(&loop, qftp_driver_begin(loop.driver, now_ms(), &logout));
    if (status != QFTP_OK) {
        return give_up(&loop, "logout", status);
    }
    printf("the same\n");
    fclose(loop.file);
    close(loop.port);
    return EXIT_SUCCESS;
}
