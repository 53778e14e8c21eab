/*
 * The blocking client: does jobs one after the other.
 *
 *     client PORT SERVERPORT USER PASSWORD STORCAME (VERB REMOTE LOCAL FLAGS)...
 */
#define _POSIX_C_SOURCE 200809L
#include "jobs.h"

struct canceller {
    qftp_client *client;
    const char *stor_came;
};

static void *cancel_then(void *data)
{
    const struct canceller *canceller = data;
    wait_for_stor(canceller->stor_came);
    qftp_client_cancel(canceller->client);
    return NULL;
}

static int32_t one(qftp_client *client, const struct job *job)
{
    const qftp_policy policy = policy_of(job);
    uint64_t number;
    if (is(job, "get")) {
        return qftp_client_get_file(client, job->remote, job->local, &policy, &number);
    }
    if (is(job, "size")) {
        return qftp_client_size(client, job->remote, &number);
    }
    if (has(job, 'a')) {
        return qftp_client_put_file_atomic(client, job->local, job->remote, &policy, &number);
    }
    return qftp_client_put_file(client, job->local, job->remote, &policy, &number);
}

int main(int argc, char **argv)
{
    qftp_client *client;
    qftp_client_options options;
    qftp_config config;
    qftp_setup setup;
    qftp_login login;
    qftp_error error;
    int32_t status;
    int at;

    if (argc < 6) {
        return 2;
    }
    error.struct_size = sizeof error;
    qftp_setup_init(&setup);
    setup.apn = "internet";
    qftp_login_init(&login);
    login.host = "127.0.0.1";
    login.port = (uint16_t)strtoul(argv[2], NULL, 10);
    login.user = argv[3];
    login.password = argv[4];
    config = config_of();
    qftp_client_options_init(&options);
    options.config = &config;
    status = qftp_client_open(argv[1], &options, &client, &error);
    if (status != QFTP_OK) {
        say(status, time_ms(), &error);
        return EXIT_FAILURE;
    }
    status = qftp_client_connect(client, &setup, &login, NULL, NULL);
    for (at = 6; at + 3 < argc; at += 4) {
        const struct job job = {argv[at], argv[at + 1], argv[at + 2], argv[at + 3]};
        struct canceller canceller = {client, argv[5]};
        const uint64_t began = time_ms();
        pthread_t thread;
        if (has(&job, 'x') && pthread_create(&thread, NULL, cancel_then, &canceller) != 0) {
            return EXIT_FAILURE;
        }
        /* Only the transfers of whole files bring a session back by themselves. */
        if (is(&job, "size") && !qftp_client_is_open(client)) {
            status = qftp_client_connect(client, &setup, &login, NULL, NULL);
        }
        if (status == QFTP_OK) {
            status = one(client, &job);
        }
        qftp_client_last_error(client, &error);
        say(status, began, &error);
        status = QFTP_OK;
        if (has(&job, 'x')) {
            pthread_join(thread, NULL);
        }
    }
    qftp_client_logout(client);
    qftp_client_free(client);
    return EXIT_SUCCESS;
}
