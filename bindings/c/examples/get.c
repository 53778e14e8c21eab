/*
 * Downloads a file to standard output. Ctrl-C ends it in good order: data mode is left and the server told.
 *
 *     get PORT APN HOST PORTNUMBER USER PASSWORD NAME > FILE
 */
#define _POSIX_C_SOURCE 200809L
#include "qftp.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* Standard output as a sink of the library's. */
static int32_t to_stream(const uint8_t *bytes, size_t len, void *user)
{
    return fwrite(bytes, 1, len, (FILE *)user) == len ? 0 : -1;
}

/* A thread of its own waits for Ctrl-C: qftp_client_cancel may be called from any thread, but not from a signal handler. */
static void *wait_for_interrupt(void *client)
{
    sigset_t signals;
    int signal;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    while (sigwait(&signals, &signal) == 0) {
        if (qftp_client_cancel((qftp_client *)client) != QFTP_OK) {
            break;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    qftp_client *client;
    qftp_setup setup;
    qftp_login login;
    qftp_error error;
    sigset_t signals;
    pthread_t waiter;
    uint64_t bytes = 0;
    int32_t status;

    if (argc != 8) {
        fprintf(stderr, "usage: get PORT APN HOST PORTNUMBER USER PASSWORD NAME\n");
        return 2;
    }
    error.struct_size = sizeof error;
    status = qftp_client_open(argv[1], NULL, &client, &error);
    if (status != QFTP_OK) {
        fprintf(stderr, "%s\n  remedy: %s\n", error.text, error.remedy);
        return EXIT_FAILURE;
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (pthread_create(&waiter, NULL, wait_for_interrupt, client) != 0) {
        qftp_client_free(client);
        return EXIT_FAILURE;
    }
    pthread_detach(waiter);

    qftp_setup_init(&setup);
    setup.apn = argv[2];
    qftp_login_init(&login);
    login.host = argv[3];
    login.port = (uint16_t)strtoul(argv[4], NULL, 10);
    login.user = argv[5];
    login.password = argv[6];
    status = qftp_client_connect(client, &setup, &login, NULL, NULL);
    if (status == QFTP_OK) {
        status = qftp_client_get(client, argv[7], NULL, &bytes, to_stream, stdout);
    }
    if (status == QFTP_OK) {
        fprintf(stderr, "%s: %llu bytes\n", argv[7], (unsigned long long)bytes);
    } else {
        qftp_client_last_error(client, &error);
        fprintf(stderr, "%s: %s\n  likely cause: %s\n  remedy: %s\n", argv[7], error.text, error.cause, error.remedy);
    }
    qftp_client_logout(client); /* what counts is the transfer */
    qftp_client_free(client);   /* from now on the waiting thread is refused */
    return status == QFTP_OK && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
