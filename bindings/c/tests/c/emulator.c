/*
 * The emulated module from C: ports, profiles, faults that come and go, its power.
 *
 *     emulator FOLDER
 */
#include "qftp_emulator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef NDEBUG
#include <assert.h>

/* Sets up whatever module is at this port; returns the status. */
static int32_t set_up(const char *port, qftp_client **client)
{
    qftp_setup setup;
    assert(qftp_client_open(port, NULL, client, NULL) == QFTP_OK);
    qftp_setup_init(&setup);
    setup.apn = "internet";
    return qftp_client_setup(*client, &setup);
}

/* The first of each kind, the last, and all between: none is taken for one of another kind. */
static void kinds(qftp_client *client, qftp_emulator *emulator)
{
    qftp_list *list = NULL;
    uint64_t size;
    int again;
    for (again = 0; again < 50; again++) {
        assert(qftp_client_files(client, "*", &list) == QFTP_OK);
        assert(qftp_client_free((qftp_client *)list) == QFTP_ERR_CLOSED);
        assert(qftp_client_size((qftp_client *)list, "x", &size) == QFTP_ERR_CLOSED);
        assert(qftp_emulator_stop((qftp_emulator *)list) == QFTP_ERR_CLOSED);
        assert(qftp_emulator_stop((qftp_emulator *)client) == QFTP_ERR_CLOSED);
        assert(qftp_emulator_power_cycle((qftp_emulator *)client) == QFTP_ERR_CLOSED);
        assert(qftp_client_cancel((qftp_client *)emulator) == QFTP_ERR_CLOSED);
        assert(qftp_list_free((qftp_list *)client) == QFTP_ERR_CLOSED);
        assert(qftp_list_free((qftp_list *)emulator) == QFTP_ERR_CLOSED);
        assert(qftp_list_len((qftp_list *)client) == 0 && qftp_list_next((qftp_list *)emulator) == NULL);
        assert(qftp_list_free(list) == QFTP_OK);
    }
}

int main(int argc, char **argv)
{
    qftp_emulator_options options;
    qftp_emulator *pty = NULL;
    qftp_emulator *tcp = NULL;
    qftp_client *client = NULL;
    qftp_setup setup;
    qftp_login login;
    qftp_error error;
    char why[128] = "untouched";
    char link[512];
    uint64_t space = 0;
    uint64_t total = 0;

    assert(argc == 2);
    error.struct_size = sizeof error;
    assert(qftp_emulator_start(NULL, NULL, NULL, 0) == QFTP_ERR_NULL);
    qftp_emulator_options_init(NULL);
    qftp_emulator_options_init(&options);
    options.profile = "none such";
    assert(qftp_emulator_start(&options, &pty, why, sizeof why) == QFTP_ERR_ARGUMENT && pty == NULL);
    assert(strstr(why, "none such") != NULL);
    assert(qftp_emulator_start(&options, &pty, NULL, 0) == QFTP_ERR_ARGUMENT);
    options.profile = "/nowhere/mine.toml";
    assert(qftp_emulator_start(&options, &pty, why, sizeof why) == QFTP_ERR_ARGUMENT && strstr(why, "/nowhere/mine.toml: ") == why);
    options.profile = "ec600n";
    options.faults = "none";
    assert(qftp_emulator_start(&options, &pty, why, 4) == QFTP_ERR_ARGUMENT && strlen(why) == 3);
    options.faults = NULL;
    options.tcp = "not an address";
    assert(qftp_emulator_start(&options, &pty, why, sizeof why) == QFTP_ERR_PORT && why[0] != '\0');
    options.struct_size = 3;
    assert(qftp_emulator_start(&options, &pty, NULL, 0) == QFTP_ERR_ARGUMENT);

    /* On a pseudo-terminal with a name of its own, with faults from the start. */
    qftp_emulator_options_init(&options);
    options.profile = "ec600n";
    options.faults = "no-sim chatter=2";
    options.seed = 7;
    options.baud = 115200;
    options.storage = argv[1];
    assert(snprintf(link, sizeof link, "%s/module", argv[1]) > 0);
    options.link = link;
    assert(qftp_emulator_start(&options, &pty, why, sizeof why) == QFTP_OK && pty != NULL);
    assert(strncmp(qftp_emulator_port(pty), "/dev/", 5) == 0);
    assert(set_up(link, &client) == QFTP_ERR_MODULE);
    assert(qftp_client_last_error(client, &error) == QFTP_OK && strstr(error.text, "SIM") != NULL);
    assert(qftp_client_free(client) == QFTP_OK);
    assert(qftp_emulator_fault(pty, "no-such-fault", true) == QFTP_ERR_ARGUMENT);
    assert(qftp_emulator_fault(pty, NULL, true) == QFTP_ERR_NULL);
    assert(qftp_emulator_fault(NULL, "no-sim", true) == QFTP_ERR_NULL);
    assert(qftp_emulator_fault(pty, "no-sim", false) == QFTP_OK);
    assert(qftp_emulator_power_cycle(pty) == QFTP_OK);
    assert(set_up(link, &client) == QFTP_OK);
    assert(qftp_client_storage(client, QFTP_VIA_UFS, &space, &total) == QFTP_OK && total > 0);
    assert(qftp_client_storage(client, QFTP_VIA_SD, &space, &total) == QFTP_ERR_MODULE); /* this one has no SD card */
    assert(qftp_client_free(client) == QFTP_OK);

    /* Unplugged and plugged in again: a client finds its port by the name it had. */
    assert(set_up(link, &client) == QFTP_OK);
    assert(qftp_emulator_stop(pty) == QFTP_OK);
    assert(qftp_client_storage(client, QFTP_VIA_UFS, &space, &total) == QFTP_ERR_PORT);
    assert(qftp_emulator_start(&options, &pty, why, sizeof why) == QFTP_OK);
    assert(qftp_emulator_fault(pty, "no-sim", false) == QFTP_OK && qftp_emulator_power_cycle(pty) == QFTP_OK);
    qftp_setup_init(&setup);
    setup.apn = "internet";
    qftp_login_init(&login);
    login.host = "127.0.0.1";
    login.port = 1; /* nobody listens there */
    assert(qftp_client_connect(client, &setup, &login, NULL, NULL) == QFTP_ERR_MODULE);
    assert(qftp_client_storage(client, QFTP_VIA_UFS, &space, &total) == QFTP_OK);
    assert(qftp_client_free(client) == QFTP_OK);

    /* By TCP, two at once. */
    qftp_emulator_options_init(&options);
    options.tcp = "127.0.0.1:0";
    assert(qftp_emulator_start(&options, &tcp, why, sizeof why) == QFTP_OK && tcp != pty);
    assert(strncmp(qftp_emulator_port(tcp), "tcp://127.0.0.1:", 16) == 0);
    assert(set_up(qftp_emulator_port(tcp), &client) == QFTP_OK);
    assert(qftp_client_storage(client, QFTP_VIA_SD, &space, &total) == QFTP_OK);
    kinds(client, tcp);
    kinds(client, pty);
    assert(qftp_emulator_stop(tcp) == QFTP_OK && qftp_emulator_stop(tcp) == QFTP_ERR_CLOSED);
    assert(qftp_emulator_port(tcp) == NULL && qftp_emulator_port(NULL) == NULL);
    assert(qftp_emulator_power_cycle(tcp) == QFTP_ERR_CLOSED);
    /* Its port is gone: so it is said, and the client can be given back. */
    assert(qftp_client_storage(client, QFTP_VIA_SD, &space, &total) == QFTP_ERR_PORT);
    assert(qftp_client_free(client) == QFTP_OK);

    assert(qftp_emulator_stop(pty) == QFTP_OK && qftp_emulator_stop(NULL) == QFTP_OK);
    return 0;
}
