/*
 * Uploads a file with all that may go wrong: goes on after a break, brings the module back, reads the file again and compares.
 *
 *     put PORT APN HOST PORTNUMBER USER PASSWORD FILE NAME
 */
#include "qftp.h"

#include <stdio.h>
#include <stdlib.h>

static void progress(uint64_t done, uint64_t total, void *user)
{
    (void)user;
    fprintf(stderr, "\r%llu of %llu bytes", (unsigned long long)done, (unsigned long long)total);
}

static void report(const char *text, void *user)
{
    (void)user;
    fprintf(stderr, "\n%s\n", text);
}

static int give_up(const char *what, const qftp_error *error)
{
    fprintf(stderr, "\n%s: %s\n  likely cause: %s\n  remedy: %s\n", what, error->text, error->cause, error->remedy);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    qftp_client *client;
    qftp_setup setup;
    qftp_login login;
    qftp_policy policy;
    qftp_error error;
    uint64_t bytes = 0;
    int32_t status;

    if (argc != 9) {
        fprintf(stderr, "usage: put PORT APN HOST PORTNUMBER USER PASSWORD FILE NAME\n");
        return 2;
    }
    error.struct_size = sizeof error;
    if (qftp_client_open(argv[1], NULL, &client, &error) != QFTP_OK) {
        return give_up(argv[1], &error);
    }
    qftp_client_set_progress(client, progress, NULL);
    qftp_client_set_report(client, report, NULL);

    qftp_setup_init(&setup);
    setup.apn = argv[2];
    qftp_login_init(&login);
    login.host = argv[3];
    login.port = (uint16_t)strtoul(argv[4], NULL, 10);
    login.user = argv[5];
    login.password = argv[6];
    qftp_policy_init(&policy);
    policy.retries = 5;
    policy.verify = true;

    status = qftp_client_connect(client, &setup, &login, NULL, NULL);
    if (status == QFTP_OK) {
        status = qftp_client_put_file(client, argv[7], argv[8], &policy, &bytes);
    }
    if (status != QFTP_OK) {
        qftp_client_last_error(client, &error);
        give_up(argv[8], &error);
    } else {
        printf("%s: %llu bytes, compared\n", argv[8], (unsigned long long)bytes);
    }
    qftp_client_logout(client); /* what counts is the transfer */
    qftp_client_free(client);
    return status == QFTP_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
