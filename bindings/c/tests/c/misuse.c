/* NULL everywhere, calls out of order, memory that does not do: statuses, and outputs untouched. */
#include "qftp.h"

#include <stdint.h>
#include <string.h>

#undef NDEBUG
#include <assert.h>

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
    qftp_policy policy;
    qftp_step step;
    qftp_job *job;
    static uint64_t job_memory[QFTP_JOB_SIZE / sizeof(uint64_t)];
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
    assert(qftp_session_size(session, 0, "\xFF") == QFTP_ERR_ARGUMENT);
    assert(qftp_session_put(session, 0, "name", NULL) == QFTP_ERR_NULL);
    assert(qftp_session_put(session, 0, "name", &put) == QFTP_ERR_ARGUMENT); /* no such road */
    assert(qftp_session_storage(session, 0, QFTP_VIA_COM) == QFTP_ERR_ARGUMENT);
    assert(qftp_session_abort(session, 0) == QFTP_ERR_NOTHING_TO_ABORT);

    qftp_setup_init(&setup);
    setup.context = 16;
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

    assert(qftp_job_get(NULL, QFTP_JOB_SIZE, 0, NULL) == NULL);
    assert(qftp_job_get((uint8_t *)job_memory, QFTP_JOB_SIZE - 1, 0, NULL) == NULL);
    qftp_policy_init(&policy);
    policy.retries = 1;
    policy.via = 9;
    assert(qftp_job_put((uint8_t *)job_memory, sizeof job_memory, 5, &policy) == NULL);
    policy.via = QFTP_VIA_COM;
    job = qftp_job_put((uint8_t *)job_memory, sizeof job_memory, 5, &policy);
    assert(job != NULL && qftp_job_next(job, NULL) == QFTP_ERR_NULL && qftp_job_ready(NULL) == QFTP_ERR_NULL);
    assert(qftp_job_next(job, &step) == QFTP_OK && step.kind == QFTP_STEP_PUT && step.len == 5);
    /* The silence of before: a wait, then the session is set up again. */
    assert(qftp_job_failed(job, session) == QFTP_OK);
    assert(qftp_job_next(job, &step) == QFTP_OK && step.kind == QFTP_STEP_WAIT && step.len == 1000);
    assert(qftp_job_ready(job) == QFTP_OK);
    assert(qftp_job_next(job, &step) == QFTP_OK && step.kind == QFTP_STEP_SET_UP);
    assert(qftp_job_ready(job) == QFTP_OK);
    assert(qftp_job_next(job, &step) == QFTP_OK && step.kind == QFTP_STEP_CERTIFICATES);
    assert(qftp_job_ready(job) == QFTP_OK);
    assert(qftp_job_next(job, &step) == QFTP_OK && step.kind == QFTP_STEP_OPEN);
    assert(qftp_job_refused(job, QFTP_ERR_BUSY) == QFTP_ERR_BUSY && qftp_job_refused(NULL, 0) == QFTP_ERR_NULL);
    assert(qftp_job_ready(job) == QFTP_OK);
    assert(qftp_job_next(job, &step) == QFTP_OK && step.kind == QFTP_STEP_FOLDER);
    assert(qftp_job_ready(job) == QFTP_OK);
    assert(qftp_job_next(job, &step) == QFTP_OK && step.kind == QFTP_STEP_PUT && step.start == 0);
    assert(qftp_job_moved(job, 5) == QFTP_OK && qftp_job_kept(job) == 5);
    assert(qftp_job_next(job, &step) == QFTP_OK && step.kind == QFTP_STEP_DONE);
    assert(qftp_job_distrusted(job) == QFTP_UNKNOWN && qftp_job_distrusted(NULL) == QFTP_UNKNOWN);
    assert(qftp_job_trust(NULL, 1) == QFTP_ERR_NULL);

    session = qftp_session_new(NULL);
    assert(session != NULL && qftp_session_is_idle(session));
    qftp_session_free(session);
    qftp_session_free(NULL);
    return 0;
}
