/*
 * A session over termios and poll(2), with no I/O in the library: uploads a file, downloads it again and compares.
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

/* What a driver needs beside the session: the port, and the file that goes or comes. */
struct driver {
    qftp_session *session;
    int port;
    const uint8_t *source;
    size_t source_left;
    uint8_t *sink;
    size_t sink_len;
    size_t sink_capacity;
    uint64_t number;
    bool over;
    bool failed;
    /* Ends the operation under way where it is not 0, such as by a signal handler; NULL: nothing does. */
    volatile sig_atomic_t *stop;
};

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000U + (uint64_t)now.tv_nsec / 1000000U;
}

static void take(struct driver *driver, const qftp_event *event)
{
    switch (event->kind) {
    case QFTP_EVENT_DATA:
        if (event->len <= driver->sink_capacity - driver->sink_len) {
            memcpy(driver->sink + driver->sink_len, event->data, event->len);
        }
        driver->sink_len += event->len;
        break;
    case QFTP_EVENT_URC:
        printf("the module says %.*s\n", (int)event->len, (const char *)event->data);
        break;
    case QFTP_EVENT_DONE:
        driver->number = event->number;
        driver->over = true;
        break;
    case QFTP_EVENT_FAILED:
        driver->over = true;
        driver->failed = true;
        break;
    default:
        break;
    }
}

static void take_events(struct driver *driver)
{
    qftp_event event;
    while (qftp_session_poll_event(driver->session, &event) == QFTP_OK && event.kind != QFTP_EVENT_NONE) {
        take(driver, &event);
    }
}

/* Whether the last read or write failed for now only. */
static bool may_pass(void)
{
    return errno == EAGAIN || errno == EINTR;
}

static bool is_gone(const char *why)
{
    fprintf(stderr, "the port is gone: %s\n", why);
    return false;
}

/* Writes all of what the session wants to say, or hands out of a file. It is never much: waiting for the port does no harm. */
static bool write_all(const struct driver *driver, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t written = write(driver->port, bytes, len);
        if (written >= 0) {
            bytes += written;
            len -= (size_t)written;
        } else if (may_pass()) {
            struct pollfd wait = {driver->port, POLLOUT, 0};
            poll(&wait, 1, 1000);
        } else {
            return is_gone(strerror(errno));
        }
    }
    return true;
}

/* Runs the operation that was begun to its end. */
static bool run(struct driver *driver)
{
    uint8_t bytes[4096];
    driver->over = false;
    driver->failed = false;
    while (!driver->over) {
        uint64_t due;
        uint64_t now;
        struct pollfd wait = {driver->port, POLLIN, 0};
        size_t len;
        if (driver->stop != NULL && *driver->stop != 0) {
            *driver->stop = 0;
            qftp_session_abort(driver->session, now_ms());
        }
        len = qftp_session_poll_transmit(driver->session, now_ms(), bytes, sizeof bytes);
        if (!write_all(driver, bytes, len)) {
            return false;
        }
        if (qftp_session_wants_data(driver->session) && driver->source_left > 0) {
            len = qftp_session_send(driver->session, now_ms(), driver->source, driver->source_left);
            if (!write_all(driver, driver->source, len)) {
                return false;
            }
            driver->source += len;
            driver->source_left -= len;
        }
        due = qftp_session_poll_timeout(driver->session);
        now = now_ms();
        if (poll(&wait, 1, due <= now ? 0 : (due - now > 100 ? 100 : (int)(due - now))) > 0) {
            const ssize_t got = read(driver->port, bytes, sizeof bytes);
            size_t used = 0;
            if (got == 0 || (got < 0 && !may_pass())) {
                return is_gone(got == 0 ? "its other end is closed" : strerror(errno));
            }
            while (got > 0) {
                qftp_event event;
                size_t consumed = 0;
                qftp_session_handle_input(driver->session, now_ms(), bytes + used, (size_t)got - used, &consumed, &event);
                used += consumed;
                take(driver, &event);
                if (event.kind == QFTP_EVENT_NONE && used == (size_t)got) {
                    break;
                }
            }
        }
        if (qftp_session_poll_timeout(driver->session) <= now_ms()) {
            qftp_session_handle_timeout(driver->session, now_ms());
        }
        take_events(driver);
    }
    return !driver->failed;
}

/* What went wrong, and the end of the program. */
static int give_up(const struct driver *driver, const char *what, int32_t status)
{
    qftp_error error;
    error.struct_size = sizeof error;
    if (status != QFTP_OK) {
        fprintf(stderr, "%s: %s\n", what, qftp_status_str(status));
    } else if (qftp_session_last_error(driver->session, &error) == QFTP_OK) {
        fprintf(stderr, "%s: %s\n  likely cause: %s\n  remedy: %s\n", what, error.text, error.cause, error.remedy);
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

static uint8_t *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    long size;
    if (file == NULL) {
        return NULL;
    }
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0) {
        *len = (size_t)size;
        bytes = malloc(*len + 1U);
        if (bytes != NULL && fread(bytes, 1, *len, file) != *len) {
            free(bytes);
            bytes = NULL;
        }
    }
    fclose(file);
    return bytes;
}

int main(int argc, char **argv)
{
    static uint64_t memory[QFTP_SESSION_SIZE / sizeof(uint64_t)];
    struct driver driver = {0};
    qftp_setup setup;
    qftp_login login;
    qftp_put_options put = {sizeof put, 0, 0, QFTP_VIA_COM, false};
    size_t len = 0;
    uint8_t *bytes;
    int32_t status;

    if (argc != 8) {
        fprintf(stderr, "usage: poll PORT APN HOST PORTNUMBER USER PASSWORD FILE\n");
        return 2;
    }
    bytes = read_file(argv[7], &len);
    driver.port = open_port(argv[1]);
    driver.session = qftp_session_init((uint8_t *)memory, sizeof memory, NULL);
    driver.sink = malloc(len + 1U);
    driver.sink_capacity = len + 1U;
    if (bytes == NULL || driver.port < 0 || driver.session == NULL || driver.sink == NULL) {
        fprintf(stderr, "%s or %s: %s\n", argv[1], argv[7], strerror(errno));
        return EXIT_FAILURE;
    }

    qftp_setup_init(&setup);
    setup.apn = argv[2];
    status = qftp_session_setup(driver.session, now_ms(), &setup);
    if (status != QFTP_OK || !run(&driver)) {
        return give_up(&driver, "set-up", status);
    }
    qftp_login_init(&login);
    login.host = argv[3];
    login.port = (uint16_t)strtoul(argv[4], NULL, 10);
    login.user = argv[5];
    login.password = argv[6];
    status = qftp_session_open(driver.session, now_ms(), &login);
    if (status != QFTP_OK || !run(&driver)) {
        return give_up(&driver, "login", status);
    }
    put.len = len;
    driver.source = bytes;
    driver.source_left = len;
    status = qftp_session_put(driver.session, now_ms(), "from-c.bin", &put);
    if (status != QFTP_OK || !run(&driver)) {
        return give_up(&driver, "upload", status);
    }
    printf("up: %llu bytes\n", (unsigned long long)driver.number);
    status = qftp_session_get(driver.session, now_ms(), "from-c.bin", NULL);
    if (status != QFTP_OK || !run(&driver)) {
        return give_up(&driver, "download", status);
    }
    printf("down: %llu bytes\n", (unsigned long long)driver.number);
    if (driver.sink_len != len || memcmp(driver.sink, bytes, len) != 0) {
        fprintf(stderr, "what came back is not what was sent\n");
        return EXIT_FAILURE;
    }
    status = qftp_session_close(driver.session, now_ms());
    if (status != QFTP_OK || !run(&driver)) {
        return give_up(&driver, "logout", status);
    }
    printf("the same\n");
    free(bytes);
    free(driver.sink);
    close(driver.port);
    return EXIT_SUCCESS;
}
