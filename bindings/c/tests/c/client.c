/*
 * The functions of the blocking tier, as they are meant to be used. What does not open is in opening.c,
 * whole files are in whole_files.c:
 *
 *     client PORT APN HOST PORTNUMBER USER PASSWORD FOLDER
 */
#include "suite.h"

/* A file in memory. */
struct memory {
    uint8_t bytes[200000];
    size_t len;
    size_t read;
};

static ptrdiff_t read_memory(uint8_t *buffer, size_t capacity, void *user)
{
    struct memory *memory = user;
    size_t count = memory->len - memory->read;
    if (count > capacity) {
        count = capacity;
    }
    memcpy(buffer, memory->bytes + memory->read, count);
    memory->read += count;
    return (ptrdiff_t)count;
}

static int32_t write_memory(const uint8_t *bytes, size_t len, void *user)
{
    struct memory *memory = user;
    assert(len <= sizeof memory->bytes - memory->len);
    memcpy(memory->bytes + memory->len, bytes, len);
    memory->len += len;
    return 0;
}

static ptrdiff_t read_fails(uint8_t *buffer, size_t capacity, void *user)
{
    (void)buffer, (void)capacity, (void)user;
    return -7;
}

static int32_t write_fails(const uint8_t *bytes, size_t len, void *user)
{
    (void)bytes, (void)len, (void)user;
    return 9;
}

/* What the callbacks saw. */
struct seen {
    qftp_client *client;
    uint64_t done;
    uint64_t total;
    unsigned calls;
    unsigned commands;
    bool secret;
    int32_t from_within;
};

static void see_progress(uint64_t done, uint64_t total, void *user)
{
    struct seen *seen = user;
    uint64_t size = 0;
    assert(done > 0 && (total == QFTP_UNKNOWN || done <= total));
    seen->done = done;
    seen->total = total;
    seen->calls++;
    seen->from_within = qftp_client_size(seen->client, "up.bin", &size);
    assert(qftp_client_free(seen->client) == QFTP_ERR_BUSY);
    assert(qftp_client_is_set_up(seen->client)); /* what is const may be asked at any time */
}

static void see_log(int32_t kind, const uint8_t *bytes, size_t len, uint64_t at_ms, void *user)
{
    struct seen *seen = user;
    (void)at_ms;
    if (kind == QFTP_LOG_COMMAND) {
        char line[512] = {0};
        assert(len > 0 && len < sizeof line);
        memcpy(line, bytes, len);
        seen->commands++;
        seen->secret = seen->secret || strstr(line, "s3cr3t") != NULL;
    }
}

static struct memory up, down;

static qftp_setup setup;
static qftp_login login;

/* After a transfer that was ended: brings back what is left of the session, which depends on how fast the module was. */
static void bring_back(qftp_client *client)
{
    qftp_error error;
    error.struct_size = sizeof error;
    assert(qftp_client_last_error(client, &error) == QFTP_OK);
    if (error.session_state == QFTP_STATE_REOPEN) {
        assert(qftp_client_login(client, &login) == QFTP_OK);
    } else if (error.session_state == QFTP_STATE_RESET) {
        assert(qftp_client_connect(client, &setup, &login, NULL, NULL) == QFTP_OK);
    }
}

/* The names in a listing, each with a mark for its kind; its sizes are added up. */
static void names_of(qftp_list *list, char *names, size_t capacity, uint64_t *sizes)
{
    static const char marks[] = "-dl?=";
    const qftp_entry *entry;
    size_t len = 0;
    size_t count = 0;
    names[0] = '\0';
    while ((entry = qftp_list_next(list)) != NULL) {
        assert(entry->kind >= 0 && entry->kind <= QFTP_ENTRY_LINE);
        len += (size_t)snprintf(names + len, capacity - len, "%c%s ", marks[entry->kind], entry->name);
        assert(len < capacity);
        *sizes += entry->size == QFTP_UNKNOWN ? 0 : entry->size;
        count++;
    }
    assert(qftp_list_next(list) == NULL && qftp_list_len(list) == count);
}

static void files(qftp_client *client, struct seen *seen)
{
    qftp_put_options part = {sizeof part, 0, 1000, QFTP_VIA_COM, false};
    qftp_get_options range = {sizeof range, 100, 50, QFTP_VIA_COM};
    uint64_t moved = 42;

    assert(qftp_client_put(client, "up.bin", NULL, &moved, read_memory, &up) == QFTP_OK && moved == up.len);
    assert(seen->done == up.len % 65536U); /* of the last of its parts */
    assert(seen->from_within == QFTP_ERR_BUSY);
    assert(qftp_client_length(client, &moved) == QFTP_OK && moved > 0);

    seen->done = 0;
    assert(qftp_client_get(client, "up.bin", NULL, &moved, write_memory, &down) == QFTP_OK && moved == up.len);
    assert(seen->done == up.len && seen->total == up.len && seen->calls > 2);
    assert(down.len == up.len && memcmp(up.bytes, down.bytes, up.len) == 0);

    down.len = 0;
    seen->done = 0;
    assert(qftp_client_get(client, "up.bin", &range, NULL, write_memory, &down) == QFTP_OK && down.len == 50);
    assert(memcmp(down.bytes, up.bytes + 100, 50) == 0);

    up.read = 0;
    seen->done = 0;
    assert(qftp_client_put(client, "part.bin", &part, NULL, read_memory, &up) == QFTP_OK && up.read == 1000);
    part.start = 1000;
    part.via = QFTP_VIA_COM;
    seen->done = 0;
    assert(qftp_client_put(client, "part.bin", &part, NULL, read_memory, &up) == QFTP_OK && up.read == 2000);
    assert(qftp_client_size(client, "part.bin", &moved) == QFTP_OK && moved == 2000);
    part.more = true;
    assert(qftp_client_put(client, "part.bin", &part, NULL, read_memory, &up) == QFTP_ERR_ARGUMENT);

    /* A file of the caller's that fails is the end of that transfer. */
    moved = 42;
    seen->done = 0;
    is_a_failure(client, qftp_client_get(client, "up.bin", NULL, &moved, write_fails, NULL), QFTP_ERR_LOCAL, "returned 9");
    bring_back(client);
    seen->done = 0;
    is_a_failure(client, qftp_client_put(client, "x", NULL, &moved, read_fails, NULL), QFTP_ERR_LOCAL, "returned -7");
    bring_back(client);
    assert(moved == 42);
}

static void server(qftp_client *client)
{
    char text[256] = "untouched";
    char small[3] = "xy";
    char names[512];
    qftp_list *list = NULL;
    qftp_error error;
    uint64_t size = 42;
    uint64_t sum = 0;
    int32_t state = 42;

    assert(qftp_client_make_dir(client, "folder") == QFTP_OK);
    assert(qftp_client_cwd(client, "folder") == QFTP_OK);
    assert(qftp_client_pwd(client, text, sizeof text) == QFTP_OK && strcmp(text, "/folder") == 0);
    is_a_failure(client, qftp_client_pwd(client, small, sizeof small), QFTP_ERR_MEMORY, "memory");
    assert(strcmp(small, "xy") == 0);
    assert(qftp_client_pwd(client, small, 0) == QFTP_ERR_MEMORY);
    assert(qftp_client_cwd(client, "..") == QFTP_OK);
    assert(qftp_client_size(client, "up.bin", &size) == QFTP_OK && size == up.len);
    assert(qftp_client_modified(client, "up.bin", text, sizeof text) == QFTP_OK);
    assert(strlen(text) >= 14 && strncmp(text, "20", 2) == 0);
    assert(qftp_client_status(client, &state) == QFTP_OK && state == 1);

    error.struct_size = sizeof error;
    assert(qftp_client_size(client, "none", &size) == QFTP_ERR_SERVER && size == up.len);
    assert(qftp_client_last_error(client, &error) == QFTP_OK && error.status == QFTP_ERR_SERVER);
    assert(error.server_code == 550 && error.module_code > 600 && error.session_state == QFTP_STATE_USABLE);
    assert(error.text[0] != '\0' && error.cause[0] != '\0' && error.remedy[0] != '\0');
    assert(qftp_client_size(client, "up.bin", &size) == QFTP_OK);
    assert(qftp_client_last_error(client, &error) == QFTP_OK && error.status == QFTP_OK && error.text[0] == '\0');
    is_a_failure(client, qftp_client_size(client, "quoted\"", &size), QFTP_ERR_NAME, "cannot be sent");
    /* What is wrong with an argument is the outcome too, and not that of the call before. */
    is_a_failure(client, qftp_client_size(client, "\xFF", &size), QFTP_ERR_ARGUMENT, "not UTF-8");
    is_a_failure(client, qftp_client_delete(client, NULL), QFTP_ERR_NULL, "NULL");
    assert(qftp_client_size(client, "up.bin", &size) == QFTP_OK);
    is_a_failure(client, qftp_client_rename(client, "up.bin", NULL), QFTP_ERR_NULL, "NULL");

    assert(qftp_client_rename(client, "part.bin", "folder/renamed.bin") == QFTP_OK);
    assert(qftp_client_list(client, ".", QFTP_LIST_LONG, &list) == QFTP_OK);
    names_of(list, names, sizeof names, &sum);
    assert(strstr(names, "dfolder ") != NULL && strstr(names, "-up.bin ") != NULL && sum >= up.len);
    assert(qftp_list_free(list) == QFTP_OK && qftp_list_free(list) == QFTP_ERR_CLOSED);
    assert(qftp_list_next(list) == NULL && qftp_list_len(list) == 0);
    assert(qftp_client_list(client, "folder", QFTP_LIST_NAMES, &list) == QFTP_OK);
    names_of(list, names, sizeof names, &sum);
    assert(strstr(names, "renamed.bin ") != NULL && names[0] == '?');
    assert(qftp_list_free(list) == QFTP_OK);
    sum = 0;
    assert(qftp_client_list(client, "folder", QFTP_LIST_FACTS, &list) == QFTP_OK);
    names_of(list, names, sizeof names, &sum);
    assert(strcmp(names, "-renamed.bin ") == 0 && sum == 2000);
    assert(qftp_list_free(list) == QFTP_OK);
    assert(qftp_client_list(client, "folder", 3, &list) == QFTP_ERR_ARGUMENT);

    assert(qftp_client_remove_dir(client, "folder") == QFTP_ERR_SERVER); /* it is not empty */
    assert(qftp_client_delete(client, "folder/renamed.bin") == QFTP_OK);
    assert(qftp_client_remove_dir(client, "folder") == QFTP_OK);
}

static void module(qftp_client *client)
{
    qftp_list *list = NULL;
    const qftp_entry *entry;
    uint64_t free_bytes = 0;
    uint64_t total = 0;

    up.read = 0;
    assert(qftp_client_upload(client, "UFS:mine", 5000, read_memory, &up) == QFTP_OK && up.read == 5000);
    down.len = 0;
    assert(qftp_client_download(client, "UFS:mine", write_memory, &down) == QFTP_OK && down.len == 5000);
    assert(memcmp(up.bytes, down.bytes, 5000) == 0);
    assert(qftp_client_files(client, "*", &list) == QFTP_OK && qftp_list_len(list) == 1);
    entry = qftp_list_next(list);
    assert(entry != NULL && strstr(entry->name, "mine") != NULL && entry->size == 5000);
    assert(entry->modified == NULL && entry->target == NULL && entry->kind == QFTP_ENTRY_FILE);
    assert(qftp_list_free(list) == QFTP_OK);
    assert(qftp_client_storage(client, QFTP_VIA_UFS, &free_bytes, &total) == QFTP_OK);
    assert(free_bytes > 0 && free_bytes < total);
    assert(qftp_client_remove(client, "UFS:mine") == QFTP_OK);
    assert(qftp_client_remove(client, "UFS:mine") == QFTP_ERR_MODULE);
}

/* What is wrong with certificates is told before a byte is sent. */
static void certificates_that_are_none(qftp_client *client, const char *folder)
{
    qftp_certificates certificates;
    qftp_login secure = login;
    qftp_tls tls;
    char path[512];

    path_of(path, sizeof path, folder, "no-certificate.bin");
    write_file(path, up.bytes, up.len);
    qftp_certificates_init(&certificates);
    certificates.ca_file = path;
    is_a_failure(client, qftp_client_connect(client, &setup, &secure, &certificates, NULL), QFTP_ERR_LOCAL, "no certificate in PEM form");
    certificates.ca_file = "/nowhere/ca.pem";
    is_a_failure(client, qftp_client_connect(client, &setup, &secure, &certificates, NULL), QFTP_ERR_LOCAL, "/nowhere/ca.pem: ");
    certificates.ca_file = NULL;
    /* Certificates without FTPS, a certificate without its key. */
    assert(qftp_client_connect(client, &setup, &secure, &certificates, NULL) == QFTP_ERR_ARGUMENT);
    certificates.certificate_file = path;
    assert(qftp_client_connect(client, &setup, &secure, &certificates, NULL) == QFTP_ERR_NULL);
    certificates.certificate_file = NULL;
    qftp_tls_init(&tls);
    tls.version = 9;
    secure.tls = &tls;
    assert(qftp_client_connect(client, &setup, &secure, &certificates, NULL) == QFTP_ERR_ARGUMENT);
    tls.version = 3;
    secure.active = true;
    assert(qftp_client_connect(client, &setup, &secure, &certificates, NULL) == QFTP_ERR_ACTIVE_FTPS);
}

/* The recording has the dialogue, and no secret. */
static void is_recorded(qftp_client *client, const char *path, const char *password)
{
    char line[4096];
    bool commands = false;
    FILE *file;
    assert(qftp_client_record(client, NULL) == QFTP_OK && qftp_client_record(client, NULL) == QFTP_OK);
    file = fopen(path, "r");
    assert(file != NULL && fgets(line, sizeof line, file) != NULL && strcmp(line, "# qftp recording 1\n") == 0);
    while (fgets(line, sizeof line, file) != NULL) {
        commands = commands || strstr(line, " > AT+QFTPOPEN=") != NULL;
        assert(strstr(line, password) == NULL);
    }
    fclose(file);
    assert(commands);
    is_a_failure(client, qftp_client_record(client, "/no/such/folder/x"), QFTP_ERR_LOCAL, "local file");
}

/* What is refused leaves the session in the state that it is in, and says which. */
static void is_in(const qftp_client *client, int32_t state)
{
    qftp_error error;
    error.struct_size = sizeof error;
    assert(qftp_client_last_error(client, &error) == QFTP_OK && error.session_state == state);
}

int main(int argc, char **argv)
{
    qftp_client *client = NULL;
    qftp_client_options options;
    qftp_config config;
    qftp_error error;
    static struct seen seen;
    uint64_t size = 0;
    char path[4096];

    assert(argc == 8);
    fill(up.bytes, sizeof up.bytes);
    up.len = sizeof up.bytes;
    error.struct_size = sizeof error;
    assert(qftp_client_open(argv[1], NULL, NULL, &error) == QFTP_ERR_NULL && error.status == QFTP_ERR_NULL);

    qftp_client_options_init(&options);
    qftp_config_init(&config);
    config.rsptimeout_s = 30;
    options.config = &config;
    assert(qftp_client_open(argv[1], &options, &client, &error) == QFTP_OK && client != NULL);
    assert(!qftp_client_is_set_up(client) && !qftp_client_is_open(client));
    assert(qftp_client_last_error(client, &error) == QFTP_OK && error.status == QFTP_OK);
    assert(qftp_client_size(client, "x", &size) == QFTP_ERR_NOT_SET_UP);
    is_in(client, QFTP_STATE_RESET);
    assert(qftp_client_put_file(client, argv[1], "x", NULL, NULL) != QFTP_OK);
    is_in(client, QFTP_STATE_RESET);
    seen.client = client;
    assert(qftp_client_set_log(client, see_log, &seen) == QFTP_OK);
    path_of(path, sizeof path, argv[7], "client.rec");
    assert(qftp_client_record(client, path) == QFTP_OK);

    qftp_setup_init(&setup);
    setup.apn = argv[2];
    qftp_login_init(&login);
    login.host = argv[3];
    login.port = (uint16_t)strtoul(argv[4], NULL, 10);
    login.user = argv[5];
    login.password = "s3cr3t but wrong";
    assert(qftp_client_setup(client, &setup) == QFTP_OK && qftp_client_is_set_up(client));
    is_a_failure(client, qftp_client_login(client, &login), QFTP_ERR_SERVER, "530");
    assert(!qftp_client_is_open(client));
    login.password = argv[6];
    assert(qftp_client_login(client, &login) == QFTP_OK && qftp_client_is_open(client));
    assert(qftp_client_login(client, &login) == QFTP_OK && qftp_client_is_open(client)); /* in place of the first */
    is_in(client, QFTP_STATE_USABLE);
    assert(qftp_client_size(client, "\b", &size) == QFTP_ERR_NAME);
    is_in(client, QFTP_STATE_USABLE);
    assert(qftp_client_tls_gaps(client) == 0);
    assert(qftp_client_set_progress(client, see_progress, &seen) == QFTP_OK);

    files(client, &seen);
    server(client);
    module(client);
    assert(seen.commands > 20 && !seen.secret);

    /* Cancelled while nothing is under way: the next operation does not begin. */
    assert(qftp_client_cancel(client) == QFTP_OK);
    is_a_failure(client, qftp_client_length(client, &size), QFTP_ERR_ABORTED, "cancelled");
    assert(qftp_client_logout(client) == QFTP_OK && !qftp_client_is_open(client));
    assert(qftp_client_deactivate(client) == QFTP_OK && !qftp_client_is_set_up(client));
    assert(qftp_client_connect(client, &setup, &login, NULL, "no such folder") == QFTP_ERR_SERVER);
    assert(qftp_client_connect(client, &setup, &login, NULL, NULL) == QFTP_OK);
    certificates_that_are_none(client, argv[7]);
    assert(qftp_client_restart(client) == QFTP_OK && !qftp_client_is_set_up(client));
    is_recorded(client, path, argv[6]);

    assert(qftp_client_free(client) == QFTP_OK);
    /* After its end it is refused, as often as one likes. */
    assert(qftp_client_free(client) == QFTP_ERR_CLOSED);
    assert(qftp_client_size(client, "x", &size) == QFTP_ERR_CLOSED);
    assert(qftp_client_cancel(client) == QFTP_ERR_CLOSED && !qftp_client_is_open(client));
    assert(qftp_client_last_error(client, &error) == QFTP_ERR_CLOSED);
    return 0;
}
