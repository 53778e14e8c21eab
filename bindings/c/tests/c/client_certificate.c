/*
 * FTPS to a server that asks for a client's certificate: what a login without it looks like, and with it in the clear and locked.
 *
 *     client_certificate PORT APN HOST PORTNUMBER USER PASSWORD FOLDER
 *
 * FOLDER has ca.crt, client.crt, client.key and the same key locked, in locked.key, with the password s3cr3t-k3y.
 */
#include "suite.h"

static void see_log(int32_t kind, const uint8_t *bytes, size_t len, uint64_t at_ms, void *user)
{
    bool *secret = user;
    (void)at_ms;
    if (kind == QFTP_LOG_COMMAND) {
        char line[512] = {0};
        assert(len < sizeof line);
        memcpy(line, bytes, len);
        *secret = *secret || strstr(line, "s3cr3t") != NULL;
    }
}

static size_t files_in_module(qftp_client *client)
{
    qftp_list *list = NULL;
    size_t count;
    is_done(client, qftp_client_files(client, "*", &list));
    count = qftp_list_len(list);
    assert(qftp_list_free(list) == QFTP_OK);
    return count;
}

int main(int argc, char **argv)
{
    qftp_client *client = NULL;
    qftp_certificates certificates;
    qftp_setup setup;
    qftp_login login;
    qftp_tls tls;
    qftp_error error;
    char ca[512], certificate[512], key[512], locked[512], folder[64];
    bool secret = false;

    assert(argc == 8);
    path_of(ca, sizeof ca, argv[7], "ca.crt");
    path_of(certificate, sizeof certificate, argv[7], "client.crt");
    path_of(key, sizeof key, argv[7], "client.key");
    path_of(locked, sizeof locked, argv[7], "locked.key");
    qftp_setup_init(&setup);
    setup.apn = argv[2];
    qftp_tls_init(&tls);
    qftp_login_init(&login);
    login.host = argv[3];
    login.port = (uint16_t)strtoul(argv[4], NULL, 10);
    login.user = argv[5];
    login.password = argv[6];
    login.tls = &tls;
    qftp_certificates_init(&certificates);
    assert(qftp_client_open(argv[1], NULL, &client, NULL) == QFTP_OK);
    assert(qftp_client_set_log(client, see_log, &secret) == QFTP_OK);

    /* Without it: the module's one answer to every handshake that fails; the server's reason it does not hand on. */
    certificates.ca_file = ca;
    is_a_failure_with(client, qftp_client_connect(client, &setup, &login, &certificates, NULL), QFTP_ERR_MODULE, "QFTPOPEN", &error);
    assert(strstr(error.cause, "handshake failed") != NULL && strstr(error.cause, "certificate") != NULL && error.remedy[0] != '\0');
    assert(error.module_code == 631 && !qftp_client_is_open(client));

    /* A certificate goes with its key, and to a server that is checked. */
    certificates.certificate_file = certificate;
    is_a_failure(client, qftp_client_connect(client, &setup, &login, &certificates, NULL), QFTP_ERR_NULL, "NULL");
    certificates.key_file = key;
    certificates.ca_file = NULL;
    is_a_failure(client, qftp_client_connect(client, &setup, &login, &certificates, NULL), QFTP_ERR_CLIENT_CERTIFICATE, "CA certificate");
    certificates.ca_file = ca;
    certificates.certificate_file = key;
    is_a_failure(client, qftp_client_connect(client, &setup, &login, &certificates, NULL), QFTP_ERR_LOCAL, "client.key: ");
    certificates.certificate_file = certificate;

    is_done(client, qftp_client_connect(client, &setup, &login, &certificates, NULL));
    is_done(client, qftp_client_pwd(client, folder, sizeof folder));
    assert(files_in_module(client) == 3);
    is_done(client, qftp_client_logout(client));
    assert(files_in_module(client) == 0);

    certificates.key_file = locked;
    certificates.key_password = "s3cr3t but wrong";
    is_a_failure_with(client, qftp_client_connect(client, &setup, &login, &certificates, NULL), QFTP_ERR_MODULE, "QFTPOPEN", &error);
    assert(error.module_code == 631);
    certificates.key_password = "s3cr3t-k3y";
    is_done(client, qftp_client_connect(client, &setup, &login, &certificates, NULL));
    is_done(client, qftp_client_pwd(client, folder, sizeof folder));
    is_done(client, qftp_client_logout(client));
    assert(files_in_module(client) == 0 && !secret);
    assert(qftp_client_free(client) == QFTP_OK);
    return 0;
}
