/* The least there is: an emulated module is started, set up, and asked for its free space. */
#include <qftp.h>
#include <qftp_emulator.h>

#include <stdio.h>

int main(void)
{
    qftp_emulator *module;
    qftp_client *client;
    qftp_setup setup;
    uint64_t space;
    uint64_t total;
    int32_t status;

    if (qftp_emulator_start(NULL, &module, NULL, 0) != QFTP_OK) {
        return 1;
    }
    status = qftp_client_open(qftp_emulator_port(module), NULL, &client, NULL);
    if (status == QFTP_OK) {
        qftp_setup_init(&setup);
        setup.network = false;
        status = qftp_client_setup(client, &setup);
        if (status == QFTP_OK) {
            status = qftp_client_storage(client, QFTP_VIA_UFS, &space, &total);
        }
        if (status == QFTP_OK) {
            printf("%llu of %llu bytes free\n", (unsigned long long)space, (unsigned long long)total);
        }
        qftp_client_free(client);
    }
    printf("%s\n", qftp_status_str(status));
    qftp_emulator_stop(module);
    return status == QFTP_OK ? 0 : 1;
}
