/*
 * Threads: two clients in two threads, each cancelled once from a third, which asks all the time what may be asked at any time; and two sessions in
 * two threads, with one session asked by both.
 *
 *     threads PORT OTHERPORT APN HOST PORTNUMBER USER PASSWORD
 */
#define _POSIX_C_SOURCE 200809L
#include "qftp.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef NDEBUG
#include <assert.h>

struct worker {
    pthread_t thread;
    int number;
    const qftp_session *shared;
    qftp_client *client;
    const char *name;
    char **arguments;
    pthread_mutex_t lock;
    bool endless; /* in a transfer that does not end by itself */
    bool over;
};

static ptrdiff_t read_text(uint8_t *buffer, size_t capacity, void *user)
{
    (void)user;
    memset(buffer, 'x', capacity);
    return (ptrdiff_t)capacity;
}

static int32_t write_nothing(const uint8_t *bytes, size_t len, void *user)
{
    uint64_t *sum = user;
    (void)bytes;
    *sum += len;
    return 0;
}

static void sleep_ms(long millis)
{
    const struct timespec wait = {millis / 1000, millis % 1000 * 1000000};
    nanosleep(&wait, NULL);
}

static bool is(struct worker *worker, const bool *what)
{
    bool value;
    pthread_mutex_lock(&worker->lock);
    value = *what;
    pthread_mutex_unlock(&worker->lock);
    return value;
}

static void set(struct worker *worker, bool *what, bool value)
{
    pthread_mutex_lock(&worker->lock);
    *what = value;
    pthread_mutex_unlock(&worker->lock);
}

static void is_endless(uint64_t done, uint64_t total, void *user)
{
    struct worker *worker = user;
    (void)done, (void)total;
    set(worker, &worker->endless, true);
}

static void *work_with_client(void *user)
{
    struct worker *worker = user;
    char **arguments = worker->arguments;
    qftp_put_options endless = {sizeof endless, 0, UINT64_MAX / 4, QFTP_VIA_COM, false};
    qftp_put_options part = {sizeof part, 0, 100000, QFTP_VIA_COM, false};
    qftp_setup setup;
    qftp_login login;
    uint64_t sum = 0;
    int round;

    qftp_setup_init(&setup);
    setup.apn = arguments[3];
    qftp_login_init(&login);
    login.host = arguments[4];
    login.port = (uint16_t)strtoul(arguments[5], NULL, 10);
    login.user = arguments[6];
    login.password = arguments[7];
    assert(qftp_client_connect(worker->client, &setup, &login, NULL, NULL) == QFTP_OK);
    for (round = 0; round < 3; round++) {
        sum = 0;
        assert(qftp_client_put(worker->client, worker->name, &part, NULL, read_text, NULL) == QFTP_OK);
        assert(qftp_client_get(worker->client, worker->name, NULL, NULL, write_nothing, &sum) == QFTP_OK);
        assert(sum == 100000);
    }
    /* It has no end; the third thread ends it. */
    assert(qftp_client_set_progress(worker->client, is_endless, worker) == QFTP_OK);
    assert(qftp_client_put(worker->client, worker->name, &endless, NULL, read_text, NULL) == QFTP_ERR_ABORTED);
    assert(qftp_client_set_progress(worker->client, NULL, NULL) == QFTP_OK);
    assert(qftp_client_connect(worker->client, &setup, &login, NULL, NULL) == QFTP_OK);
    assert(qftp_client_delete(worker->client, worker->name) == QFTP_OK);
    assert(qftp_client_logout(worker->client) == QFTP_OK);
    set(worker, &worker->over, true);
    return NULL;
}

static void *work_with_session(void *user)
{
    static uint64_t memory[2][QFTP_SESSION_SIZE / sizeof(uint64_t)];
    struct worker *worker = user;
    uint8_t *own = (uint8_t *)memory[worker->number];
    qftp_session *session = qftp_session_init(own, sizeof memory[0], NULL);
    uint8_t out[64];
    int round;
    assert(session != NULL && qftp_session_setup(session, 0, NULL) == QFTP_OK);
    for (round = 0; round < 1000; round++) {
        qftp_event event;
        size_t consumed = 0;
        const uint64_t now = (uint64_t)round;
        (void)qftp_session_poll_transmit(session, now, out, sizeof out);
        assert(qftp_session_handle_input(session, now, (const uint8_t *)"RDY\r\n", 5, &consumed, &event) == QFTP_OK);
        assert(!qftp_session_is_open(worker->shared) && qftp_session_is_idle(worker->shared));
        assert(qftp_session_poll_timeout(worker->shared) == QFTP_NEVER);
        assert(qftp_status_str(QFTP_OK) != NULL && qftp_version_number() == QFTP_VERSION_NUMBER);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    struct worker workers[2];
    qftp_session *shared = qftp_session_new(NULL);
    bool ended[2] = {false, false};
    bool over = false;
    int each;

    assert(argc == 8 && shared != NULL);
    memset(workers, 0, sizeof workers);
    for (each = 0; each < 2; each++) {
        workers[each].shared = shared;
        workers[each].number = each;
        assert(pthread_create(&workers[each].thread, NULL, work_with_session, &workers[each]) == 0);
    }
    for (each = 0; each < 2; each++) {
        assert(pthread_join(workers[each].thread, NULL) == 0);
    }
    qftp_session_free(shared);

    memset(workers, 0, sizeof workers);
    for (each = 0; each < 2; each++) {
        struct worker *worker = &workers[each];
        worker->name = each == 0 ? "first.bin" : "second.bin";
        worker->arguments = argv;
        assert(pthread_mutex_init(&worker->lock, NULL) == 0);
        assert(qftp_client_open(argv[1 + each], NULL, &worker->client, NULL) == QFTP_OK);
        assert(pthread_create(&worker->thread, NULL, work_with_client, worker) == 0);
    }
    /* This is the third thread. */
    while (!over) {
        over = true;
        for (each = 0; each < 2; each++) {
            struct worker *worker = &workers[each];
            qftp_error error;
            uint64_t size = 0;
            error.struct_size = sizeof error;
            assert(qftp_client_last_error(worker->client, &error) == QFTP_OK);
            (void)qftp_client_is_set_up(worker->client);
            (void)qftp_client_is_open(worker->client);
            (void)qftp_client_tls_gaps(worker->client);
            if (!ended[each] && is(worker, &worker->endless)) {
                /* What is no const function is refused while another thread is in one; then that one is ended. */
                assert(qftp_client_size(worker->client, worker->name, &size) == QFTP_ERR_BUSY);
                assert(qftp_client_free(worker->client) == QFTP_ERR_BUSY);
                assert(qftp_client_cancel(worker->client) == QFTP_OK);
                ended[each] = true;
            }
            over = is(worker, &worker->over) && over;
        }
        sleep_ms(1);
    }
    for (each = 0; each < 2; each++) {
        assert(pthread_join(workers[each].thread, NULL) == 0);
        assert(qftp_client_free(workers[each].client) == QFTP_OK);
        assert(pthread_mutex_destroy(&workers[each].lock) == 0);
    }
    return 0;
}
