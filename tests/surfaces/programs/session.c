/*
 * The session and the job, driven by the example's own loop: does jobs one after the other.
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

/* Most bytes of a file. */
#define ROOM (1U << 20)

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

/* Runs what was begun with this status. QFTP_ERR_PORT is a line that went away. */
static int32_t finish(struct driver *driver, int32_t begun)
{
    qftp_error error;
    if (begun != QFTP_OK || run(driver)) {
        return begun;
    }
    error.struct_size = sizeof error;
    if (!driver->failed || qftp_session_last_error(driver->session, &error) != QFTP_OK) {
        return QFTP_ERR_PORT;
    }
    return error.status;
}

/* One step of those that bring a session back. */
static int32_t bring_back(struct driver *driver, const struct account *account, int32_t kind)
{
    switch (kind) {
    case QFTP_STEP_DEACTIVATE:
        return finish(driver, qftp_session_deactivate(driver->session, now_ms()));
    case QFTP_STEP_RESTART:
        return finish(driver, qftp_session_restart(driver->session, now_ms()));
    case QFTP_STEP_SET_UP:
        return finish(driver, qftp_session_setup(driver->session, now_ms(), &account->setup));
    case QFTP_STEP_OPEN:
        return finish(driver, qftp_session_open(driver->session, now_ms(), &account->login));
    default:
        return QFTP_OK;
    }
}

/* Downloads from an offset on into the driver's sink. */
static int32_t fetch(struct driver *driver, const struct job *job, const qftp_step *step)
{
    qftp_get_options options = {sizeof options, step->start, step->len, step->via};
    driver->sink_len = (size_t)step->start;
    return finish(driver, qftp_session_get(driver->session, now_ms(), job->remote, &options));
}

static uint64_t first_difference(const uint8_t *one, size_t one_len, const uint8_t *other, size_t other_len)
{
    size_t at = 0;
    while (at < one_len && at < other_len && one[at] == other[at]) {
        at++;
    }
    return at == one_len && at == other_len ? QFTP_UNKNOWN : at;
}

static int32_t compare(struct driver *driver, const struct job *job, const qftp_step *step, const uint8_t *own, size_t len,
                       uint64_t *differs)
{
    uint8_t *sink = driver->sink;
    const size_t sink_len = driver->sink_len;
    int32_t status = QFTP_ERR_MEMORY;
    driver->sink = malloc(ROOM);
    if (driver->sink != NULL) {
        memcpy(driver->sink, own, (size_t)step->start);
        status = fetch(driver, job, step);
        *differs = first_difference(own, len, driver->sink, driver->sink_len);
        free(driver->sink);
    }
    driver->sink = sink;
    driver->sink_len = sink_len;
    return status;
}

/* One step; what it came to is told to the job. */
static int32_t take_step(struct driver *driver, const struct account *account, const struct job *job, qftp_job *file,
                         const qftp_step *step, const uint8_t *source, size_t source_len)
{
    const bool up = is(job, "put");
    uint64_t differs = QFTP_UNKNOWN;
    int32_t status = QFTP_OK;
    switch (step->kind) {
    case QFTP_STEP_SIZE:
        status = finish(driver, qftp_session_size(driver->session, now_ms(), job->remote));
        if (status == QFTP_OK) {
            qftp_job_size(file, driver->number);
        }
        break;
    case QFTP_STEP_TRUNCATE:
        driver->sink_len = (size_t)step->start;
        qftp_job_ready(file);
        break;
    case QFTP_STEP_GET:
        status = fetch(driver, job, step);
        if (status == QFTP_OK) {
            qftp_job_moved(file, driver->number);
        }
        break;
    case QFTP_STEP_PUT: {
        qftp_put_options options = {sizeof options, step->start, step->len, step->via, false};
        driver->source = source + step->start;
        driver->source_left = (size_t)step->len;
        status = finish(driver, qftp_session_put(driver->session, now_ms(), job->remote, &options));
        if (status == QFTP_OK) {
            qftp_job_moved(file, driver->number);
        }
        break;
    }
    case QFTP_STEP_COMPARE:
        status = compare(driver, job, step, up ? source : driver->sink, up ? source_len : driver->sink_len, &differs);
        if (status == QFTP_OK) {
            qftp_job_compared(file, differs);
        }
        break;
    case QFTP_STEP_WAIT:
        sleep_ms(step->len);
        qftp_job_ready(file);
        break;
    default:
        status = bring_back(driver, account, step->kind);
        if (status == QFTP_OK) {
            qftp_job_ready(file);
        }
        break;
    }
    return status;
}

static int32_t transfer(struct driver *driver, const struct account *account, const struct job *job)
{
    static uint64_t memory[QFTP_JOB_SIZE / sizeof(uint64_t)];
    const bool up = is(job, "put");
    const qftp_policy policy = policy_of(job);
    size_t len = 0;
    uint8_t *bytes = up || policy.resume ? read_file(job->local, &len) : NULL;
    qftp_job *file;
    qftp_step step;
    int32_t status = QFTP_OK;
    if (up && bytes == NULL) {
        return QFTP_ERR_LOCAL;
    }
    driver->sink_len = 0;
    if (!up && bytes != NULL) {
        memcpy(driver->sink, bytes, len);
        driver->sink_len = len;
    }
    file = up ? qftp_job_put((uint8_t *)memory, sizeof memory, len, &policy)
              : qftp_job_get((uint8_t *)memory, sizeof memory, len, &policy);
    if (!qftp_session_is_open(driver->session)) {
        qftp_job_connect(file);
    }
    if (up && good_there != QFTP_UNKNOWN) {
        qftp_job_trust(file, good_there);
    }
    while (qftp_job_next(file, &step) == QFTP_OK && step.kind != QFTP_STEP_DONE && step.kind != QFTP_STEP_FAILED) {
        status = take_step(driver, account, job, file, &step, bytes, len);
        if (status == QFTP_OK) {
            continue;
        }
        if ((driver->failed ? qftp_job_failed(file, driver->session) : qftp_job_refused(file, status)) != QFTP_OK) {
            break;
        }
    }
    status = step.kind == QFTP_STEP_DONE ? QFTP_OK : step.kind == QFTP_STEP_FAILED ? step.status : status;
    good_there = up ? qftp_job_distrusted(file) : good_there;
    if (!up) {
        FILE *out = fopen(job->local, "wb");
        const size_t good = status == QFTP_OK ? driver->sink_len : (size_t)qftp_job_kept(file);
        if (out == NULL || fwrite(driver->sink, 1, good, out) != good || fclose(out) != 0) {
            status = QFTP_ERR_LOCAL;
        }
    }
    free(bytes);
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

static int32_t one(struct driver *driver, const struct account *account, const struct job *job)
{
    int32_t status = QFTP_OK;
    if (!is(job, "size")) {
        return transfer(driver, account, job);
    }
    if (!qftp_session_is_open(driver->session)) {
        status = bring_back(driver, account, QFTP_STEP_SET_UP);
        if (status == QFTP_OK) {
            status = bring_back(driver, account, QFTP_STEP_OPEN);
        }
    }
    return status == QFTP_OK ? finish(driver, qftp_session_size(driver->session, now_ms(), job->remote)) : status;
}

int main(int argc, char **argv)
{
    static uint64_t memory[QFTP_SESSION_SIZE / sizeof(uint64_t)];
    struct driver driver = {0};
    struct account account;
    const qftp_config config = config_of();
    int at;

    if (argc < 6) {
        return 2;
    }
    driver.port = connect_to(argv[1]);
    driver.session = qftp_session_init((uint8_t *)memory, sizeof memory, &config);
    driver.sink = malloc(ROOM);
    driver.sink_capacity = ROOM;
    driver.stop = &stop;
    if (driver.port < 0 || driver.session == NULL || driver.sink == NULL) {
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
        status = one(&driver, &account, &job);
        error.struct_size = sizeof error;
        qftp_session_last_error(driver.session, &error);
        say(status, began, &error);
        if (has(&job, 'x')) {
            pthread_join(thread, NULL);
        }
    }
    finish(&driver, qftp_session_close(driver.session, now_ms()));
    close(driver.port);
    return EXIT_SUCCESS;
}
