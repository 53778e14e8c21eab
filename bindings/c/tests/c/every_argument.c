/* Every function with every argument in turn wrong: a status, never a crash. The calls are made from the headers by tests/suite.rs. */
#include "qftp.h"
#include "qftp_emulator.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#undef NDEBUG
#include <assert.h>

static ptrdiff_t read_nothing(uint8_t *buffer, size_t capacity, void *user)
{
    (void)buffer, (void)capacity, (void)user;
    return 0;
}

static ptrdiff_t read_zeros(uint8_t *buffer, size_t capacity, void *user)
{
    (void)user;
    memset(buffer, 0, capacity);
    return (ptrdiff_t)capacity;
}

static int32_t write_nothing(const uint8_t *bytes, size_t len, void *user)
{
    (void)bytes, (void)len, (void)user;
    return 0;
}

static void no_progress(uint64_t done, uint64_t total, void *user)
{
    (void)done, (void)total, (void)user;
}

static void no_report(const char *text, void *user)
{
    (void)text, (void)user;
}

static int32_t no_power(void *user)
{
    (void)user;
    return -1;
}

static void no_log(int32_t kind, const uint8_t *bytes, size_t len, uint64_t at_ms, void *user)
{
    (void)kind, (void)bytes, (void)len, (void)at_ms, (void)user;
}

/* Places for what is made; it is given back before the next is. */
static qftp_client *made_client;
static qftp_list *made_list;
static qftp_emulator *made_emulator;

static qftp_client **a_client(void)
{
    assert(qftp_client_free(made_client) == QFTP_OK);
    made_client = NULL;
    return &made_client;
}

static qftp_list **a_list(void)
{
    assert(qftp_list_free(made_list) == QFTP_OK);
    made_list = NULL;
    return &made_list;
}

static qftp_emulator **an_emulator(void)
{
    assert(qftp_emulator_stop(made_emulator) == QFTP_OK);
    made_emulator = NULL;
    return &made_emulator;
}

static void is_a_status(int32_t status, const char *call)
{
    if (strcmp(qftp_status_str(status), "unknown status") == 0 || status == QFTP_ERR_PANIC) {
        fprintf(stderr, "%s: %d\n", call, (int)status);
        assert(0);
    }
}

int main(void)
{
    static uint64_t session_memory[QFTP_SESSION_SIZE / sizeof(uint64_t)];
    static uint64_t driver_memory[QFTP_DRIVER_SIZE / sizeof(uint64_t)];
    static uint8_t buffers[64];
    qftp_session *session = qftp_session_init((uint8_t *)session_memory, sizeof session_memory, NULL);
    qftp_driver *driver =
        qftp_driver_init((uint8_t *)driver_memory, sizeof driver_memory, buffers, sizeof buffers, NULL);
    qftp_client *client = NULL;
    qftp_list *list = NULL;
    qftp_emulator *emulator = NULL;
    qftp_config config;
    qftp_setup setup;
    qftp_login login;
    qftp_tls tls;
    qftp_policy policy;
    qftp_certificates certificates;
    qftp_client_options options;
    qftp_emulator_options module_options;
    qftp_get_options get_options = {sizeof get_options, 0, QFTP_UNKNOWN, QFTP_VIA_COM};
    qftp_put_options put_options = {sizeof put_options, 0, 0, QFTP_VIA_COM, false};
    qftp_error error;
    qftp_event event;
    qftp_want want;
    qftp_transfer transfer;
    qftp_operation operation;
    char text[0x40] = "text";
    static uint8_t bytes[QFTP_SESSION_SIZE];
    size_t size = 0;
    uint64_t number = 0;
    int32_t small = 0;

    assert(session != NULL && driver != NULL);
    qftp_emulator_options_init(&module_options);
    assert(qftp_emulator_start(&module_options, &emulator, NULL, 0) == QFTP_OK);
    assert(qftp_client_open(qftp_emulator_port(emulator), NULL, &client, NULL) == QFTP_OK);
    setup.struct_size = 0;
    qftp_setup_init(&setup);
    setup.apn = "internet";
    assert(qftp_client_setup(client, &setup) == QFTP_OK);
    assert(qftp_client_upload(client, "UFS:file", 1, read_zeros, NULL) == QFTP_OK);
    assert(qftp_client_files(client, "*", &list) == QFTP_OK);
    qftp_config_init(&config);
    qftp_login_init(&login);
    login.host = "127.0.0.1";
    login.port = 1; /* nobody listens there */
    qftp_tls_init(&tls);
    qftp_policy_init(&policy);
    qftp_certificates_init(&certificates);
    qftp_client_options_init(&options);
    qftp_transfer_init(&transfer);
    transfer.remote = "name";
    transfer.login = &login;
    qftp_operation_init(&operation, QFTP_OPERATION_SIZE);
    operation.name = "name";
    error.struct_size = sizeof error;

/* CALLS */
    assert(qftp_client_free(made_client) == QFTP_OK && qftp_client_free(client) == QFTP_OK);
    assert(qftp_list_free(made_list) == QFTP_OK && qftp_list_free(list) == QFTP_OK);
    assert(qftp_emulator_stop(made_emulator) == QFTP_OK && qftp_emulator_stop(emulator) == QFTP_OK);
    return 0;
}
