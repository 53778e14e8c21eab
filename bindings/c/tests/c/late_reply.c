/*
 * An emulated module is stopped while its FTP client waits for a server, which answers afterwards: the answer ends no program.
 *
 *     late_reply
 */
#define _POSIX_C_SOURCE 200809L

#include "qftp_emulator.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#undef NDEBUG
#include <assert.h>

struct host {
    qftp_client *client;
    int listener;
};

static void pause_ms(long millis)
{
    struct timespec time;
    time.tv_sec = 0;
    time.tv_nsec = millis * 1000000;
    assert(nanosleep(&time, NULL) == 0);
}

/* Logs in where nothing answers, until the module is gone. */
static void *log_in(void *of)
{
    const struct host *const host = of;
    qftp_login login;
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    assert(getsockname(host->listener, (struct sockaddr *)&address, &len) == 0);
    qftp_login_init(&login);
    login.host = "127.0.0.1";
    login.port = ntohs(address.sin_port);
    assert(qftp_client_login(host->client, &login) != QFTP_OK);
    return NULL;
}

int main(void)
{
    struct host shared;
    qftp_emulator *module = NULL;
    qftp_setup setup;
    struct sockaddr_in address;
    pthread_t thread;
    int server;

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    shared.listener = socket(AF_INET, SOCK_STREAM, 0);
    assert(shared.listener >= 0 && bind(shared.listener, (struct sockaddr *)&address, sizeof address) == 0);
    assert(listen(shared.listener, 1) == 0);
    assert(qftp_emulator_start(NULL, &module, NULL, 0) == QFTP_OK);
    assert(qftp_client_open(qftp_emulator_port(module), NULL, &shared.client, NULL) == QFTP_OK);
    qftp_setup_init(&setup);
    setup.apn = "internet";
    assert(qftp_client_setup(shared.client, &setup) == QFTP_OK);
    assert(pthread_create(&thread, NULL, log_in, &shared) == 0);
    server = accept(shared.listener, NULL, NULL);
    assert(server >= 0);
    assert(qftp_emulator_stop(module) == QFTP_OK);
    assert(send(server, "421 later\r\n", 11, MSG_NOSIGNAL) == 11);
    assert(close(server) == 0);
    assert(pthread_join(thread, NULL) == 0);
    /* Time for the module's FTP client to report what it heard. */
    pause_ms(300);
    assert(qftp_client_free(shared.client) == QFTP_OK && close(shared.listener) == 0);
    return 0;
}
