/*
 * Whole files by the blocking tier: by a policy, cancelled and gone on with, into what is no plain file:
 *
 *     whole_files PORT APN HOST PORTNUMBER USER PASSWORD FOLDER
 */
/* For symlink() and lstat(). */
#define _XOPEN_SOURCE 700

#include "suite.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static uint8_t bytes[200000];

/* What the callbacks saw. */
struct seen {
    qftp_client *client;
    time_t cancelled;
    struct report report;
};

static void cancel_at_once(uint64_t done, uint64_t total, void *user)
{
    struct seen *seen = user;
    assert(done > 0 && (total == QFTP_UNKNOWN || done <= total));
    assert(qftp_client_cancel(seen->client) == QFTP_OK);
    seen->cancelled = time(NULL);
}

/* Up, down, compared; then cancelled in the middle and gone on with. */
static void by_policy(qftp_client *client, struct seen *seen, const char *folder)
{
    char here[512], back[512], part[512];
    qftp_policy policy;
    uint64_t moved = 0;

    path_of(here, sizeof here, folder, "here.bin");
    path_of(back, sizeof back, folder, "back.bin");
    path_of(part, sizeof part, folder, "back.bin.part");
    write_file(here, bytes, sizeof bytes);
    qftp_policy_init(&policy);
    policy.verify = true;
    policy.retries = 2;
    policy.via = QFTP_VIA_RAM;
    assert(qftp_client_put_file(client, here, "file.bin", &policy, &moved) == QFTP_OK && moved == sizeof bytes);
    was_reported(&seen->report, "compare");
    policy.via = QFTP_VIA_COM;
    moved = 0;
    assert(qftp_client_get_file(client, "file.bin", back, &policy, &moved) == QFTP_OK && moved == sizeof bytes);
    assert(holds(back, bytes, sizeof bytes));

    /* Cancelled in the middle: what came is kept under a name of its own, and is gone on with. Nobody's PART is taken for that. */
    write_file(part, (const uint8_t *)"mine", 4);
    assert(remove(back) == 0);
    assert(qftp_client_set_progress(client, cancel_at_once, seen) == QFTP_OK);
    is_a_failure(client, qftp_client_get_file(client, "file.bin", back, &policy, &moved), QFTP_ERR_ABORTED, "cancelled");
    /* As the header has it: 8 seconds, and what 16 KiB need at 115200. */
    assert(time(NULL) - seen->cancelled <= 10);
    assert(!exists(back));
    assert(qftp_client_set_progress(client, NULL, NULL) == QFTP_OK);
    /* A cancellation that came late would end the next operation. */
    if (qftp_client_length(client, &moved) != QFTP_OK) {
        moved = 0;
    }
    policy.resume = true;
    seen->report.text[0] = '\0';
    assert(qftp_client_get_file(client, "file.bin", back, &policy, NULL) == QFTP_OK && holds(back, bytes, sizeof bytes));
    was_reported(&seen->report, "going on at byte ");
    assert(holds(part, (const uint8_t *)"mine", 4));
}

/* As curl: a device is written into, a link is followed and stays one; a file of /proc says that it is empty and is not. */
static void odd_targets(qftp_client *client, const char *folder)
{
    char alias[512], real[512];
    struct stat about;
    uint64_t moved = 0;

    path_of(alias, sizeof alias, folder, "link");
    path_of(real, sizeof real, folder, "real");
    write_file(real, (const uint8_t *)"old", 3);
    assert(symlink("real", alias) == 0);
    is_done(client, qftp_client_get_file(client, "file.bin", alias, NULL, NULL));
    assert(lstat(alias, &about) == 0 && S_ISLNK(about.st_mode) && holds(real, bytes, sizeof bytes));
    is_done(client, qftp_client_get_file(client, "file.bin", "/dev/null", NULL, NULL));
    assert(stat("/dev/null", &about) == 0 && S_ISCHR(about.st_mode));
    is_a_failure(client, qftp_client_get_file(client, "file.bin", "/dev/full", NULL, NULL), QFTP_ERR_LOCAL, "/dev/full: ");
    is_done(client, qftp_client_put_file(client, "/proc/self/status", "status", NULL, &moved));
    assert(moved > 0);
    assert(qftp_client_delete(client, "status") == QFTP_OK);

    /* By way of a temporary name: over the old one, and nothing is left of it. */
    is_done(client, qftp_client_put_file_atomic(client, real, "file.bin", NULL, &moved));
    assert(moved == sizeof bytes);
}

/* What has no such file, or is none, is told with its name. */
static void files_that_are_none(qftp_client *client, const char *folder)
{
    char back[512];

    path_of(back, sizeof back, folder, "back.bin");
    is_a_failure(client, qftp_client_put_file(client, "/nowhere/f", "f", NULL, NULL), QFTP_ERR_LOCAL, "/nowhere/f: ");
    is_a_failure(client, qftp_client_put_file(client, folder, "f", NULL, NULL), QFTP_ERR_LOCAL, "is a directory");
    is_a_failure(client, qftp_client_get_file(client, "f", "/nowhere/f", NULL, NULL), QFTP_ERR_LOCAL, "/nowhere/f: ");
    is_a_failure(client, qftp_client_get_file(client, "none", back, NULL, NULL), QFTP_ERR_SERVER, "QFTP");
}

int main(int argc, char **argv)
{
    static struct seen seen;
    qftp_client *client = NULL;
    qftp_client_options options;
    qftp_config config;
    qftp_setup setup;
    qftp_login login;

    assert(argc == 8);
    fill(bytes, sizeof bytes);
    qftp_client_options_init(&options);
    qftp_config_init(&config);
    config.rsptimeout_s = 30;
    options.config = &config;
    assert(qftp_client_open(argv[1], &options, &client, NULL) == QFTP_OK);
    seen.client = client;
    assert(qftp_client_set_report(client, take_report, &seen.report) == QFTP_OK);
    qftp_setup_init(&setup);
    setup.apn = argv[2];
    qftp_login_init(&login);
    login.host = argv[3];
    login.port = (uint16_t)strtoul(argv[4], NULL, 10);
    login.user = argv[5];
    login.password = argv[6];
    assert(qftp_client_connect(client, &setup, &login, NULL, NULL) == QFTP_OK);

    by_policy(client, &seen, argv[7]);
    odd_targets(client, argv[7]);
    files_that_are_none(client, argv[7]);
    assert(qftp_client_delete(client, "file.bin") == QFTP_OK);

    assert(qftp_client_logout(client) == QFTP_OK);
    assert(qftp_client_free(client) == QFTP_OK);
    return 0;
}
