/*
 * Transfers that must not fail, or fail without harm: under another name first, gone on with after whatever broke them, compared, staged.
 *
 *     transfers HOST PORTNUMBER USER PASSWORD ROOT FOLDER
 *
 * ROOT is what the server shows, FOLDER is the program's own.
 */
#include "qftp_emulator.h"
#include "suite.h"

/* Bytes of the file. */
enum { WHOLE = 100000 };

struct bench {
    qftp_emulator *module;
    const char *fault;
    qftp_client *client;
    qftp_setup setup;
    qftp_login login;
    const char *root;
    const char *folder;
    char here[512];
    struct report report;
};

static uint8_t bytes[WHOLE];

/* From now on this fault and no other; NULL: none. */
static void breaks(struct bench *bench, const char *fault)
{
    if (bench->fault != NULL) {
        assert(qftp_emulator_fault(bench->module, bench->fault, false) == QFTP_OK);
    }
    if (fault != NULL) {
        assert(qftp_emulator_fault(bench->module, fault, true) == QFTP_OK);
    }
    bench->fault = fault;
}

static bool server_holds(const struct bench *bench, const char *name, const uint8_t *all, size_t len)
{
    char path[512];
    path_of(path, sizeof path, bench->root, name);
    return holds(path, all, len);
}

static bool server_has(const struct bench *bench, const char *name)
{
    char path[512];
    path_of(path, sizeof path, bench->root, name);
    return exists(path);
}

/* Puts these bytes on the server as they are. */
static void place(struct bench *bench, const char *name, const uint8_t *all, size_t len)
{
    char path[512];
    path_of(path, sizeof path, bench->folder, "placed");
    write_file(path, all, len);
    is_done(bench->client, qftp_client_put_file(bench->client, path, name, NULL, NULL));
    assert(server_holds(bench, name, all, len));
}

/* One that goes on, tries again at once, and compares. */
static qftp_policy stubborn(void)
{
    qftp_policy policy;
    qftp_policy_init(&policy);
    policy.resume = true;
    policy.verify = true;
    policy.retries = 5;
    policy.wait_ms = 1;
    return policy;
}

/* Sent under another name and renamed: whoever looks sees the old file or the new one, whole. */
static void under_another_name_first(struct bench *bench)
{
    static const uint8_t old[1500] = "the old one";
    const qftp_policy policy = stubborn();
    qftp_client *client = bench->client;
    qftp_error error;
    uint64_t moved = 42;

    place(bench, "report.bin", old, sizeof old);
    breaks(bench, "control-lost=60000");
    is_a_failure_with(client, qftp_client_put_file(client, bench->here, "report.bin.part", NULL, &moved), QFTP_ERR_MODULE, "QFTPPUT", &error);
    assert(moved == 42 && error.session_state == QFTP_STATE_REOPEN);
    assert(server_holds(bench, "report.bin", old, sizeof old) && server_has(bench, "report.bin.part"));

    /* What came of it is gone on with, and gets its name when it is whole. */
    bench->report.text[0] = '\0';
    is_done(client, qftp_client_put_file(client, bench->here, "report.bin.part", &policy, &moved));
    was_reported(&bench->report, "going on at byte ");
    assert(moved == WHOLE && server_holds(bench, "report.bin", old, sizeof old));
    /* The new name is a folder's: all stays as it was. */
    is_done(client, qftp_client_make_dir(client, "folder"));
    is_a_failure_with(client, qftp_client_rename(client, "report.bin.part", "folder"), QFTP_ERR_SERVER, "QFTPRENAME", &error);
    assert(error.server_code == 550 && error.session_state == QFTP_STATE_USABLE);
    assert(server_holds(bench, "report.bin", old, sizeof old) && server_holds(bench, "report.bin.part", bytes, WHOLE));
    is_done(client, qftp_client_rename(client, "report.bin.part", "report.bin"));
    assert(server_holds(bench, "report.bin", bytes, WHOLE) && !server_has(bench, "report.bin.part"));
    is_done(client, qftp_client_remove_dir(client, "folder"));
    is_done(client, qftp_client_delete(client, "report.bin"));
}

/* What breaks a transfer, and what brings the module back. */
struct trouble {
    const char *fault;
    const char *recovery;
};

/* Broken off in each direction, brought back, gone on with and compared. */
static void in_spite_of(struct bench *bench, const struct trouble *trouble)
{
    qftp_client *client = bench->client;
    qftp_policy policy = stubborn();
    char back[512];
    uint64_t moved = 0;

    path_of(back, sizeof back, bench->folder, "back.bin");
    bench->report.text[0] = '\0';
    breaks(bench, trouble->fault);
    is_done(client, qftp_client_put_file(client, bench->here, "up.bin", &policy, &moved));
    assert(moved == WHOLE && server_holds(bench, "up.bin", bytes, WHOLE));
    was_reported(&bench->report, "; retry 1 in 0.001 s\n");
    was_reported(&bench->report, trouble->recovery);
    was_reported(&bench->report, "going on at byte ");
    was_reported(&bench->report, "reading the file again to compare it\n");

    bench->report.text[0] = '\0';
    moved = 0;
    breaks(bench, trouble->fault);
    is_done(client, qftp_client_get_file(client, "up.bin", back, &policy, &moved));
    assert(moved == WHOLE && holds(back, bytes, WHOLE));
    was_reported(&bench->report, trouble->recovery);
    was_reported(&bench->report, "going on at byte ");
    was_reported(&bench->report, "reading the file again to compare it\n");
    assert(remove(back) == 0);
    is_done(client, qftp_client_delete(client, "up.bin"));
}

static int32_t switch_power(void *user)
{
    return qftp_emulator_power_cycle(user) == QFTP_OK ? 0 : -1;
}

/* Nobody answers any more: the caller's switch is the last rung, where the policy has it. */
static void in_spite_of_lost_power(struct bench *bench)
{
    qftp_client *client = bench->client;
    qftp_policy policy = stubborn();
    char back[512];
    uint64_t moved = 0;

    assert(qftp_client_set_power(client, switch_power, bench->module) == QFTP_OK);
    policy.power = true;
    policy.restart = false; /* without power it takes long to fail */
    path_of(back, sizeof back, bench->folder, "back.bin");
    place(bench, "up.bin", bytes, WHOLE);
    bench->report.text[0] = '\0';
    breaks(bench, "power-loss=60000");
    is_done(client, qftp_client_get_file(client, "up.bin", back, &policy, &moved));
    assert(moved == WHOLE && holds(back, bytes, WHOLE) && remove(back) == 0);
    was_reported(&bench->report, "recovery: switch the module's power off and on\ngoing on at byte 60000\n");
    is_done(client, qftp_client_delete(client, "up.bin"));
}

/* What is there cannot be the beginning of the file: it is left alone, or found out by comparing. */
static void going_on_with_something_else(struct bench *bench)
{
    static uint8_t other[WHOLE + 1];
    qftp_client *client = bench->client;
    qftp_policy policy = stubborn();
    char path[512];
    uint64_t moved = 42;

    memset(other, 'x', sizeof other);
    place(bench, "longer.bin", other, WHOLE + 1);
    is_a_failure(client, qftp_client_put_file(client, bench->here, "longer.bin", &policy, &moved), QFTP_ERR_TARGET_IS_LONGER, "100001 bytes");
    assert(moved == 42 && server_holds(bench, "longer.bin", other, WHOLE + 1));
    path_of(path, sizeof path, bench->folder, "longer.bin");
    write_file(path, other, 2000);
    place(bench, "shorter.bin", bytes, 1999);
    is_a_failure(client, qftp_client_get_file(client, "shorter.bin", path, &policy, &moved), QFTP_ERR_TARGET_IS_LONGER, "2000 bytes");
    assert(moved == 42 && holds(path, other, 2000));

    place(bench, "other.bin", other, 5000);
    policy.retries = 0;
    is_a_failure(client, qftp_client_put_file(client, bench->here, "other.bin", &policy, &moved), QFTP_ERR_DIFFERS, "at byte 0");
    assert(moved == 42);
    policy.retries = 1;
    is_done(client, qftp_client_put_file(client, bench->here, "other.bin", &policy, &moved));
    assert(moved == WHOLE && server_holds(bench, "other.bin", bytes, WHOLE));
}

/* The module's storages as roads, where they have room and where not. */
static void staged(struct bench *bench)
{
    static const int32_t roads[] = {QFTP_VIA_UFS, QFTP_VIA_RAM, QFTP_VIA_SD};
    qftp_client *client = bench->client;
    qftp_policy policy = stubborn();
    qftp_list *left = NULL;
    qftp_error error;
    char back[512];
    uint64_t space = 42;
    uint64_t total = 0;
    size_t each;

    path_of(back, sizeof back, bench->folder, "staged.bin");
    for (each = 0; each < sizeof roads / sizeof roads[0]; each++) {
        policy.via = roads[each];
        is_done(client, qftp_client_put_file(client, bench->here, "staged.bin", &policy, NULL));
        is_done(client, qftp_client_get_file(client, "staged.bin", back, &policy, NULL));
        assert(server_holds(bench, "staged.bin", bytes, WHOLE) && holds(back, bytes, WHOLE));
        assert(remove(back) == 0);
        is_done(client, qftp_client_delete(client, "staged.bin"));
    }
    is_done(client, qftp_client_files(client, "*", &left));
    assert(qftp_list_len(left) == 0 && qftp_list_free(left) == QFTP_OK);

    breaks(bench, "ufs-full");
    is_done(client, qftp_client_storage(client, QFTP_VIA_UFS, &space, &total));
    assert(space == 0 && total > WHOLE);
    policy.via = QFTP_VIA_UFS;
    policy.retries = 0;
    is_a_failure_with(client, qftp_client_put_file(client, bench->here, "staged.bin", &policy, NULL), QFTP_ERR_MODULE, "QFUPL", &error);
    assert(error.session_state == QFTP_STATE_USABLE && !server_has(bench, "staged.bin"));
    policy.via = QFTP_VIA_COM;
    is_done(client, qftp_client_put_file(client, bench->here, "staged.bin", &policy, NULL));
    breaks(bench, NULL);
}

int main(int argc, char **argv)
{
    static const struct trouble troubles[] = {
        {"control-lost=60000", "recovery: close the FTP session and open it again\n"},
        {"pdp-drop=60000", "recovery: deactivate the PDP context and activate it again\n"},
        {"reboot=60000", "recovery: bring the line in step and set the module up again\n"},
    };
    static struct bench bench;
    qftp_emulator_options module;
    qftp_client_options options;
    qftp_config config;
    size_t each;

    assert(argc == 7);
    fill(bytes, sizeof bytes);
    bench.root = argv[5];
    bench.folder = argv[6];
    path_of(bench.here, sizeof bench.here, bench.folder, "here.bin");
    write_file(bench.here, bytes, sizeof bytes);
    qftp_setup_init(&bench.setup);
    bench.setup.apn = "internet";
    qftp_login_init(&bench.login);
    bench.login.host = argv[1];
    bench.login.port = (uint16_t)strtoul(argv[2], NULL, 10);
    bench.login.user = argv[3];
    bench.login.password = argv[4];
    qftp_emulator_options_init(&module);
    module.baud = 3000000; /* the server has most of what went before a break */
    assert(qftp_emulator_start(&module, &bench.module, NULL, 0) == QFTP_OK);
    qftp_client_options_init(&options);
    qftp_config_init(&config);
    config.rsptimeout_s = 20; /* silence is waited out for longer than the module may wait for the server */
    options.config = &config;
    assert(qftp_client_open(qftp_emulator_port(bench.module), &options, &bench.client, NULL) == QFTP_OK);
    assert(qftp_client_set_report(bench.client, take_report, &bench.report) == QFTP_OK);
    is_done(bench.client, qftp_client_connect(bench.client, &bench.setup, &bench.login, NULL, NULL));

    under_another_name_first(&bench);
    for (each = 0; each < sizeof troubles / sizeof troubles[0]; each++) {
        in_spite_of(&bench, &troubles[each]);
    }
    in_spite_of_lost_power(&bench);
    going_on_with_something_else(&bench);
    staged(&bench);

    is_done(bench.client, qftp_client_logout(bench.client));
    assert(qftp_client_free(bench.client) == QFTP_OK && qftp_emulator_stop(bench.module) == QFTP_OK);
    return 0;
}
