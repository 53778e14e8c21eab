/*
 * The driver in the example's own loop: does jobs one after the other.
 *
 *     session PORT SERVERPORT USER PASSWORD STORCAME (VERB REMOTE LOCAL FLAGS)...
 */
#define _DEFAULT_SOURCE
/* Its loop is what users copy. */
#define main example_main
#include "poll.c"
#undef main

#include "jobs.h"

#include <arpa/inet.h>
#include <sys/socket.h>

struct account {
    qftp_setup setup;
    qftp_login login;
};

static volatile sig_atomic_t stop;

/* What is good at most of the file that the last upload left on the server; all jobs here are for one name. */
static uint64_t good_there = QFTP_UNKNOWN;

static void *stop_then(void *stor_came)
{
    wait_for_stor(stor_came);
    stop = 1;
    return NULL;
}

static int32_t operate(struct loop *loop, const struct account *account, int32_t kind, const char *name)
{
    qftp_operation operation;
    qftp_operation_init(&operation, kind);
    operation.name = name;
    operation.setup = &account->setup;
    operation.login = &account->login;
    return run(loop, qftp_driver_begin(loop->driver, now_ms(), &operation));
}

/* The local file: what is there of a download that is gone on with stays. */
static FILE *local_file(const struct job *job)
{
    FILE *file = is(job, "put") ? fopen(job->local, "rb") : has(job, 'r') ? fopen(job->local, "r+b") : NULL;
    return file == NULL && !is(job, "put") ? fopen(job->local, "w+b") : file;
}

static int32_t carry(struct loop *loop, const struct account *account, const struct job *job)
{
    const bool up = is(job, "put");
    const qftp_policy policy = policy_of(job);
    qftp_transfer transfer;
    int32_t status;
    loop->file = local_file(job);
    if (loop->file == NULL || fseek(loop->file, 0, SEEK_END) != 0) {
        return QFTP_ERR_LOCAL;
    }
    qftp_transfer_init(&transfer);
    transfer.remote = job->remote;
    transfer.local_len = (uint64_t)ftell(loop->file);
    transfer.policy = &policy;
    transfer.setup = &account->setup;
    transfer.login = &account->login;
    transfer.good_there = good_there;
    status = run(loop, up ? qftp_driver_put(loop->driver, &transfer) : qftp_driver_get(loop->driver, &transfer));
    if (up) {
        good_there = qftp_driver_distrusted(loop->driver);
    } else if (fflush(loop->file) != 0 || ftruncate(fileno(loop->file), (off_t)qftp_driver_kept(loop->driver)) != 0) {
        status = QFTP_ERR_LOCAL;
    }
    fclose(loop->file);
    return status;
}

static int connect_to(const char *port)
{
    struct sockaddr_in address = {0};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)strtoul(strrchr(port, ':') + 1, NULL, 10));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        return -1;
    }
    return fd;
}

static int32_t one(struct loop *loop, const struct account *account, const struct job *job)
{
    int32_t status = QFTP_OK;
    if (!is(job, "size")) {
        return carry(loop, account, job);
    }
    if (!qftp_driver_is_open(loop->driver)) {
        status = operate(loop, account, QFTP_OPERATION_SETUP, NULL);
        if (status == QFTP_OK) {
            status = operate(loop, account, QFTP_OPERATION_OPEN, NULL);
        }
    }
    return status == QFTP_OK ? operate(loop, account, QFTP_OPERATION_SIZE, job->remote) : status;
}

int main(int argc, char **argv)
{
    static uint64_t memory[QFTP_DRIVER_SIZE / sizeof(uint64_t)];
    static uint8_t buffers[2048];
    struct loop loop = {0};
    struct account account;
    const qftp_config config = config_of();
    int at;

    if (argc < 6) {
        return 2;
    }
    loop.port = connect_to(argv[1]);
    loop.driver = qftp_driver_init((uint8_t *)memory, sizeof memory, buffers, sizeof buffers, &config);
    loop.stop = &stop;
    if (loop.port < 0 || loop.driver == NULL) {
        return EXIT_FAILURE;
    }
    qftp_setup_init(&account.setup);
    account.setup.apn = "internet";
    qftp_login_init(&account.login);
    account.login.host = "127.0.0.1";
    account.login.port = (uint16_t)strtoul(argv[2], NULL, 10);
    account.login.user = argv[3];
    account.login.password = argv[4];
    for (at = 6; at + 3 < argc; at += 4) {
        const struct job job = {argv[at], argv[at + 1], argv[at + 2], argv[at + 3]};
        const uint64_t began = time_ms();
        qftp_error error = {0};
        pthread_t thread;
        int32_t status;
        if (has(&job, 'x') && pthread_create(&thread, NULL, stop_then, argv[5]) != 0) {
            return EXIT_FAILURE;
        }
        status = one(&loop, &account, &job);
        error.struct_size = sizeof error;
        qftp_driver_last_error(loop.driver, &error);
        say(status, began, &error);
        if (has(&job, 'x')) {
            pthread_join(thread, NULL);
        }
    }
    operate(&loop, &account, QFTP_OPERATION_CLOSE, NULL);
    close(loop.port);
    return EXIT_SUCCESS;
}
