/*
 * A file up and down again through a Quectel module at UART 0, on a Cortex-M4 with no operating system and no heap.
 *
 * The file is made on the way, from a formula, and compared on the way back: no buffer holds more than a piece of it.
 */
#include "board.h"

#include <qftp.h>

#ifndef APN
#define APN "internet"
#endif
#ifndef FTP_HOST
#define FTP_HOST "127.0.0.1"
#endif
#ifndef FTP_PORT
#define FTP_PORT 21
#endif
#ifndef FTP_USER
#define FTP_USER "testuser"
#endif
#ifndef FTP_PASSWORD
#define FTP_PASSWORD "s3cr3t-Pa55"
#endif

#define NAME "from-firmware.bin"
#define FILE_SIZE 65536U

static uint64_t memory[QFTP_SESSION_SIZE / sizeof(uint64_t)];
static qftp_session *session;

/* The operation under way. */
static uint32_t sent;
static uint32_t came;
static bool differs;
static bool over;
static bool failed;

/* The file: what looks like the words of a module, then noise, again and again. */
static uint8_t file_byte(uint32_t at)
{
    static const char words[] = "\r\nOK\r\n+++\r\n+QFTPGET: 0,1000\r\n";
    uint32_t mixed = at * 2654435761U;
    if (at % 1024U < sizeof words - 1U) {
        return (uint8_t)words[at % 1024U];
    }
    mixed ^= mixed >> 15;
    return (uint8_t)(mixed ^ (mixed >> 8));
}

static void take(const qftp_event *event)
{
    size_t at;
    switch (event->kind) {
    case QFTP_EVENT_DATA:
        for (at = 0; at < event->len; at++, came++) {
            differs = differs || event->data[at] != file_byte(came);
        }
        break;
    case QFTP_EVENT_DONE:
        over = true;
        break;
    case QFTP_EVENT_FAILED:
        over = true;
        failed = true;
        break;
    default: /* sizes and URCs */
        break;
    }
}

static void take_events(void)
{
    qftp_event event;
    while (qftp_session_poll_event(session, &event) == QFTP_OK && event.kind != QFTP_EVENT_NONE) {
        take(&event);
    }
}

static void take_input(void)
{
    uint8_t bytes[128];
    const size_t len = uart_read(bytes, sizeof bytes);
    size_t used = 0;
    qftp_event event;
    do {
        size_t consumed = 0;
        qftp_session_handle_input(session, now_ms(), bytes + used, len - used, &consumed, &event);
        used += consumed;
        take(&event);
    } while (used < len || event.kind != QFTP_EVENT_NONE);
}

/* A piece of the upload; the session says how much of it may go out now. */
static void send_file(void)
{
    uint8_t bytes[128];
    size_t len = 0;
    while (len < sizeof bytes && sent + len < FILE_SIZE) {
        bytes[len] = file_byte(sent + (uint32_t)len);
        len++;
    }
    len = qftp_session_send(session, now_ms(), bytes, len);
    uart_write(bytes, len);
    sent += (uint32_t)len;
}

/* Runs the operation that was begun to its end. */
static bool run(int32_t begun)
{
    over = begun != QFTP_OK;
    failed = over;
    while (!over) {
        uint8_t bytes[64];
        uart_write(bytes, qftp_session_poll_transmit(session, now_ms(), bytes, sizeof bytes));
        if (uart_has_input()) {
            take_input();
        } else if (qftp_session_wants_data(session)) {
            send_file();
        } else if (qftp_session_poll_timeout(session) <= now_ms()) {
            qftp_session_handle_timeout(session, now_ms());
        } else {
            wait_for_interrupt();
        }
        take_events();
    }
    return !failed;
}

static int give_up(const char *what, int32_t begun)
{
    static qftp_error error;
    error.struct_size = sizeof error;
    say(what);
    say(" failed: ");
    if (begun != QFTP_OK) {
        say("refused, status ");
        say_number((uint64_t)-(int64_t)begun);
    } else if (qftp_session_last_error(session, &error) == QFTP_OK) {
        say(error.text);
        say("; ");
        say(error.remedy);
    }
    say("\n");
    return 1;
}

int main(void)
{
    qftp_setup setup;
    qftp_login login;
    qftp_put_options put = {sizeof put, 0, FILE_SIZE, QFTP_VIA_COM, false};
    qftp_get_options get = {sizeof get, 0, FILE_SIZE, QFTP_VIA_COM};
    int32_t begun;

    uart_start();
    session = qftp_session_init((uint8_t *)memory, sizeof memory, NULL);

    qftp_setup_init(&setup);
    setup.apn = APN;
    begun = qftp_session_setup(session, now_ms(), &setup);
    if (!run(begun)) {
        return give_up("set-up", begun);
    }
    say("set up\n");

    qftp_login_init(&login);
    login.host = FTP_HOST;
    login.port = FTP_PORT;
    login.user = FTP_USER;
    login.password = FTP_PASSWORD;
    begun = qftp_session_open(session, now_ms(), &login);
    if (!run(begun)) {
        return give_up("login", begun);
    }
    say("logged in\n");

    begun = qftp_session_put(session, now_ms(), NAME, &put);
    if (!run(begun)) {
        return give_up("upload", begun);
    }
    say("up: ");
    say_number(sent);

    begun = qftp_session_get(session, now_ms(), NAME, &get);
    if (!run(begun)) {
        return give_up("\ndownload", begun);
    }
    say(", down: ");
    say_number(came);
    say(" bytes, ");
    if (differs || came != FILE_SIZE) {
        say("not the same\n");
        return 1;
    }
    say("the same\n");

    begun = qftp_session_close(session, now_ms());
    if (!run(begun)) {
        return give_up("logout", begun);
    }
    say("session: ");
    say_number(qftp_session_bytes());
    say(" bytes, stack: ");
    say_number(deepest_stack());
    say(" bytes\n");
    return 0;
}
