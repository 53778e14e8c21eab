/* libpam for vsftpd: one login, the one it is compiled with. It stands before the real libpam, which would need files in /etc. */

#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, AUTH_ERR = 7, PROMPT_ECHO_OFF = 1, ITEM_USER = 2 };

struct message {
    int style;
    const char *text;
};

struct response {
    char *text;
    int code;
};

struct conversation {
    int (*ask)(int count, const struct message **messages, struct response **answers, void *data);
    void *data;
};

struct handle {
    char *user;
    struct conversation conversation;
};

int pam_start(const char *service, const char *user, const struct conversation *conversation, struct handle **handle) {
    (void)service;
    *handle = malloc(sizeof **handle);
    (*handle)->user = strdup(user);
    (*handle)->conversation = *conversation;
    return SUCCESS;
}

int pam_authenticate(struct handle *handle, int flags) {
    (void)flags;
    struct message prompt = {PROMPT_ECHO_OFF, "Password: "};
    const struct message *messages[] = {&prompt};
    struct response *answer = NULL;
    int asked = handle->conversation.ask(1, messages, &answer, handle->conversation.data);
    if (asked != SUCCESS || answer == NULL || answer->text == NULL)
        return AUTH_ERR;
    int right = strcmp(handle->user, USER) == 0 && strcmp(answer->text, PASSWORD) == 0;
    free(answer->text);
    free(answer);
    return right ? SUCCESS : AUTH_ERR;
}

int pam_get_item(const struct handle *handle, int item, const void **value) {
    *value = item == ITEM_USER ? handle->user : NULL;
    return SUCCESS;
}

int pam_end(struct handle *handle, int status) {
    (void)status;
    free(handle->user);
    free(handle);
    return SUCCESS;
}

int pam_set_item(struct handle *handle, int item, const void *value) {
    (void)handle, (void)item, (void)value;
    return SUCCESS;
}

int pam_acct_mgmt(struct handle *handle, int flags) {
    (void)handle, (void)flags;
    return SUCCESS;
}

int pam_setcred(struct handle *handle, int flags) {
    (void)handle, (void)flags;
    return SUCCESS;
}

int pam_open_session(struct handle *handle, int flags) {
    (void)handle, (void)flags;
    return SUCCESS;
}

int pam_close_session(struct handle *handle, int flags) {
    (void)handle, (void)flags;
    return SUCCESS;
}

const char *pam_strerror(struct handle *handle, int error) {
    (void)handle;
    return error == SUCCESS ? "success" : "wrong user or password";
}
