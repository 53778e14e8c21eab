/* NULL everywhere, calls out of order, memory that does not do: statuses, and outputs untouched. */
#include "qftp.h"

#include <stdint.h>
#include <string.h>

#undef NDEBUG
#include <assert.h>

/* Runs to its end with a module that says nothing, and a file that cannot be read. */
static qftp_want end_of(qftp_driver *driver, uint64_t *now)
{
    qftp_want want;
    for (;;) {
        assert(qftp_driver_next(driver, *now, &want) == QFTP_OK);
        switch (want.kind) {
        case QFTP_WANT_WRITE:
            assert(want.data != NULL && want.len > 0 && want.room != NULL);
            assert(qftp_driver_wrote(driver, want.len) == QFTP_OK);
            break;
        case QFTP_WANT_READ:
            assert(want.until_ms != QFTP_NEVER && want.until_ms > *now);
            *now = want.until_ms;
            break;
        case QFTP_WANT_RETRY:
            assert(want.status == QFTP_ERR_LINE && want.until_ms == *now + 1000U);
            break;
        default:
            return want;
        }
    }
}

static void drivers(void)
{
    static uint64_t memory[QFTP_DRIVER_SIZE / sizeof(uint64_t)];
    uint8_t *bytes = (uint8_t *)memory;
    uint8_t buffers[64];
    uint64_t now = 0;
    qftp_driver *driver;
    qftp_transfer transfer;
    qftp_policy policy;
    qftp_login login;
    qftp_operation operation;
    qftp_want want;
    qftp_error error;

    assert(qftp_driver_init(NULL, sizeof memory, buffers, sizeof buffers, NULL) == NULL);
    assert(qftp_driver_init(bytes, qftp_driver_bytes() - 1, buffers, sizeof buffers, NULL) == NULL);
    assert(qftp_driver_init(bytes + 1, QFTP_DRIVER_SIZE, buffers, sizeof buffers, NULL) == NULL);
    assert(qftp_driver_init(bytes, sizeof memory, NULL, sizeof buffers, NULL) == NULL);
    assert(qftp_driver_init(bytes, sizeof memory, buffers, 31, NULL) == NULL);
    driver = qftp_driver_init(bytes, sizeof memory, buffers, sizeof buffers, NULL);
    assert(driver != NULL && qftp_driver_next(driver, 0, NULL) == QFTP_ERR_NULL);
    assert(qftp_driver_next(driver, 0, &want) == QFTP_OK && want.kind == QFTP_WANT_NOTHING && want.room_len == 32);
    assert(qftp_driver_abort(driver, 0) == QFTP_ERR_NOTHING_TO_ABORT);

    qftp_operation_init(NULL, QFTP_OPERATION_SIZE);
    qftp_operation_init(&operation, QFTP_OPERATION_SIZE);
    assert(qftp_driver_begin(driver, 0, NULL) == QFTP_ERR_NULL);
    assert(qftp_driver_begin(driver, 0, &operation) == QFTP_ERR_NULL); /* no name */
    operation.name = "name";
    assert(qftp_driver_begin(driver, 0, &operation) == QFTP_ERR_NOT_SET_UP);
    operation.kind = QFTP_OPERATION_PUT; /* no length */
    assert(qftp_driver_begin(driver, 0, &operation) == QFTP_ERR_ARGUMENT);
    operation.kind = 99;
    assert(qftp_driver_begin(driver, 0, &operation) == QFTP_ERR_ARGUMENT);

    assert(qftp_driver_get(driver, NULL) == QFTP_ERR_NULL);
    qftp_transfer_init(&transfer);
    assert(qftp_driver_get(driver, &transfer) == QFTP_ERR_NULL); /* no name */
    transfer.remote = "name";
    qftp_login_init(&login);
    transfer.login = &login;
    assert(qftp_driver_put(driver, &transfer) == QFTP_ERR_NULL); /* no host */
    login.host = "host";
    qftp_policy_init(&policy);
    policy.via = 9;
    transfer.policy = &policy;
    assert(qftp_driver_put(driver, &transfer) == QFTP_ERR_ARGUMENT);
    policy.via = QFTP_VIA_COM;
    policy.retries = 1;
    transfer.local_len = 5;

    /* Nobody answers: the set-up is tried again after a wait, and fails in bounded time. */
    assert(qftp_driver_put(driver, &transfer) == QFTP_OK);
    assert(qftp_driver_put(driver, &transfer) == QFTP_ERR_BUSY);
    assert(qftp_driver_begin(driver, 0, &operation) == QFTP_ERR_BUSY);
    error.struct_size = sizeof error;
    assert(qftp_driver_last_error(driver, &error) == QFTP_ERR_NOTHING_TO_ABORT);
    want = end_of(driver, &now);
    assert(want.kind == QFTP_WANT_FAILED && want.status == QFTP_ERR_LINE && now < 400000);
    assert(qftp_driver_last_error(driver, &error) == QFTP_OK && strstr(error.text, "does not answer") != NULL);
    assert(qftp_driver_kept(driver) == 0 && qftp_driver_distrusted(driver) == QFTP_UNKNOWN);
    assert(!qftp_driver_is_open(driver));

    /* An end in the wait. */
    assert(qftp_driver_get(driver, &transfer) == QFTP_OK);
    do {
        assert(qftp_driver_next(driver, now, &want) == QFTP_OK);
        now = want.kind == QFTP_WANT_READ ? want.until_ms : now;
        assert(qftp_driver_wrote(driver, want.kind == QFTP_WANT_WRITE ? want.len : 0) == QFTP_OK);
    } while (want.kind != QFTP_WANT_RETRY);
    assert(qftp_driver_abort(driver, now) == QFTP_OK);
    want = end_of(driver, &now);
    assert(want.kind == QFTP_WANT_FAILED && want.status == QFTP_ERR_ABORTED);

    assert(qftp_driver_wrote(NULL, 1) == QFTP_ERR_NULL && qftp_driver_received(NULL, 1) == QFTP_ERR_NULL);
    assert(qftp_driver_filled(NULL, 1) == QFTP_ERR_NULL && qftp_driver_compared(NULL, 1) == QFTP_ERR_NULL);
    assert(qftp_driver_kept(NULL) == 0 && qftp_driver_distrusted(NULL) == QFTP_UNKNOWN && !qftp_driver_is_open(NULL));
}

int main(void)
{
    static uint64_t memory[QFTP_SESSION_SIZE / sizeof(uint64_t)];
    uint8_t *bytes = (uint8_t *)memory;
    qftp_session *session;
    qftp_config config;
    qftp_login login;
    qftp_setup setup;
    qftp_event event;
    qftp_error error;
    qftp_put_options put = {sizeof put, 0, 1, 77, false};
    size_t consumed = 42;
    uint8_t out[64];

    assert(qftp_version_number() == QFTP_VERSION_NUMBER);
    assert(strcmp(qftp_status_str(QFTP_OK), "success") == 0);
    assert(strcmp(qftp_status_str(12345), "unknown status") == 0);

    assert(qftp_session_init(NULL, sizeof memory, NULL) == NULL);
    assert(qftp_session_init(bytes, qftp_session_bytes() - 1, NULL) == NULL);
    assert(qftp_session_init(bytes + 1, QFTP_SESSION_SIZE, NULL) == NULL);
    memset(&config, 0, sizeof config);
    assert(qftp_session_init(bytes, sizeof memory, &config) == NULL); /* struct_size is not set */
    qftp_config_init(&config);
    qftp_config_init(NULL);
    config.in_flight = 0;
    assert(qftp_session_init(bytes, sizeof memory, &config) == NULL && qftp_session_new(&config) == NULL);
    qftp_config_init(&config);
    session = qftp_session_init(bytes, sizeof memory, &config);
    assert(session != NULL);

    assert(qftp_session_setup(NULL, 0, NULL) == QFTP_ERR_NULL);
    assert(qftp_session_open(session, 0, NULL) == QFTP_ERR_NULL);
    qftp_login_init(&login);
    assert(qftp_session_open(session, 0, &login) == QFTP_ERR_NULL); /* no host */
    login.host = "host";
    assert(qftp_session_open(session, 0, &login) == QFTP_ERR_NOT_SET_UP);
    assert(qftp_session_size(session, 0, "name") == QFTP_ERR_NOT_SET_UP);
    assert(qftp_session_size(session, 0, NULL) == QFTP_ERR_NULL);
    assert(qftp_session_size(session, 0, "\xFF") == QFTP_ERR_NOT_SET_UP); /* any encoding will do */
    assert(qftp_session_put(session, 0, "name", NULL) == QFTP_ERR_NULL);
    assert(qftp_session_put(session, 0, "name", &put) == QFTP_ERR_ARGUMENT); /* no such road */
    assert(qftp_session_storage(session, 0, QFTP_VIA_COM) == QFTP_ERR_ARGUMENT);
    assert(qftp_session_abort(session, 0) == QFTP_ERR_NOTHING_TO_ABORT);

    qftp_setup_init(&setup);
    setup.context = 17;
    assert(qftp_session_setup(session, 0, &setup) == QFTP_ERR_RANGE);
    setup.context = 1;
    setup.apn = "with \"quotes\"";
    assert(qftp_session_setup(session, 0, &setup) == QFTP_ERR_NAME);
    setup.apn = "internet";
    assert(qftp_session_setup(session, 0, &setup) == QFTP_OK);
    assert(qftp_session_setup(session, 0, &setup) == QFTP_ERR_BUSY);
    assert(!qftp_session_is_idle(session) && !qftp_session_is_set_up(session) && !qftp_session_is_open(session));
    assert(!qftp_session_is_idle(NULL) && !qftp_session_wants_data(NULL));

    assert(qftp_session_handle_input(session, 0, NULL, 4, &consumed, &event) == QFTP_ERR_NULL);
    assert(consumed == 42);
    assert(qftp_session_handle_input(session, 0, NULL, 0, &consumed, &event) == QFTP_OK);
    assert(consumed == 0 && event.kind == QFTP_EVENT_NONE);
    assert(qftp_session_poll_event(session, NULL) == QFTP_ERR_NULL);
    assert(qftp_session_poll_transmit(session, 0, NULL, 64) == 0);
    assert(qftp_session_poll_transmit(NULL, 0, out, sizeof out) == 0);
    assert(qftp_session_send(session, 0, out, sizeof out) == 0);
    assert(qftp_session_poll_timeout(NULL) == QFTP_NEVER);

    error.struct_size = sizeof error;
    assert(qftp_session_last_error(session, &error) == QFTP_ERR_NOTHING_TO_ABORT);
    /* Nobody answers: the set-up fails in bounded time, and says why. */
    for (;;) {
        const uint64_t due = qftp_session_poll_timeout(session);
        assert(due != QFTP_NEVER && due < 120000);
        while (qftp_session_poll_transmit(session, due, out, sizeof out) > 0) {
        }
        qftp_session_handle_timeout(session, due);
        assert(qftp_session_poll_event(session, &event) == QFTP_OK);
        if (event.kind == QFTP_EVENT_FAILED) {
            break;
        }
    }
    error.struct_size = 4;
    assert(qftp_session_last_error(session, &error) == QFTP_ERR_ARGUMENT);
    error.struct_size = sizeof error;
    assert(qftp_session_last_error(session, &error) == QFTP_OK);
    assert(error.status == QFTP_ERR_LINE && error.session_state == QFTP_STATE_RESET);
    assert(strstr(error.text, "does not answer") != NULL && error.remedy[0] != '\0');

    drivers();

    session = qftp_session_new(NULL);
    assert(session != NULL && qftp_session_is_idle(session));
    qftp_session_free(session);
    qftp_session_free(NULL);
    return 0;
}
