/*
 * What does not open, and what is said about it: ports, texts, configurations.
 */
#include "suite.h"

/* A configuration that no session can work with is refused at once, and its field named. */
static void configurations(void)
{
    static const char *const fields[] = {"in_flight", "rsptimeout_s", "rsptimeout_s", "guard_ms", "guard_ms", "quiet_ms", "settle_ms"};
    size_t at;
    for (at = 0; at < sizeof fields / sizeof fields[0]; at++) {
        qftp_client_options options;
        qftp_client *client = NULL;
        qftp_config config;
        qftp_error error;
        char name[32];
        qftp_client_options_init(&options);
        qftp_config_init(&config);
        options.config = &config;
        error.struct_size = sizeof error;
        config.in_flight = at == 0 ? 0 : config.in_flight;
        config.rsptimeout_s = at == 1 ? 1 : at == 2 ? 181 : config.rsptimeout_s;
        config.guard_ms = at == 3 ? 199 : at == 4 ? 5001 : config.guard_ms;
        config.quiet_ms = at == 5 ? UINT32_MAX : config.quiet_ms;
        config.settle_ms = at == 6 ? 60001 : config.settle_ms;
        assert(snprintf(name, sizeof name, "qftp_config.%s: ", fields[at]) > 0);
        assert(qftp_client_open("/dev/nowhere", &options, &client, &error) == QFTP_ERR_ARGUMENT && client == NULL);
        assert(error.status == QFTP_ERR_ARGUMENT && strncmp(error.text, name, strlen(name)) == 0);
        assert(qftp_client_open("/dev/nowhere", &options, &client, NULL) == QFTP_ERR_ARGUMENT);
    }
}

int main(void)
{
    qftp_client *client = NULL;
    qftp_error error;

    error.struct_size = sizeof error;
    assert(qftp_client_open("/dev/nowhere", NULL, &client, &error) == QFTP_ERR_PORT && client == NULL);
    assert(error.status == QFTP_ERR_PORT && strstr(error.text, "no such port") != NULL && error.remedy[0] != '\0');
    assert(qftp_client_open("udp://host:1", NULL, &client, NULL) == QFTP_ERR_PORT);
    memset(error.text, 'x', sizeof error.text);
    assert(qftp_client_open("\xFF", NULL, &client, &error) == QFTP_ERR_ARGUMENT);
    assert(error.status == QFTP_ERR_ARGUMENT && strstr(error.text, "UTF-8") != NULL);
    assert(qftp_client_open(NULL, NULL, &client, &error) == QFTP_ERR_NULL && error.status == QFTP_ERR_NULL);
    configurations();
    return 0;
}
