/* What both C programs share: their arguments, their output, and who waits for STOR. */
#ifndef JOBS_H
#define JOBS_H

#include "qftp.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* One job of the command line: VERB REMOTE LOCAL FLAGS. */
struct job {
    const char *verb;
    const char *remote;
    const char *local;
    const char *flags;
};

static bool has(const struct job *job, char flag)
{
    return strchr(job->flags, flag) != NULL;
}

static bool is(const struct job *job, const char *verb)
{
    return strcmp(job->verb, verb) == 0;
}

static qftp_policy policy_of(const struct job *job)
{
    qftp_policy policy;
    qftp_policy_init(&policy);
    policy.resume = has(job, 'r');
    policy.verify = has(job, 'v');
    policy.retries = (uint8_t)(job->flags[strlen(job->flags) - 1U] - '0');
    return policy;
}

/* The module waits for the server no longer than it must, as job.rs has it. */
static qftp_config config_of(void)
{
    qftp_config config;
    qftp_config_init(&config);
    config.rsptimeout_s = 20;
    return config;
}

static const char *cause_of(int32_t status)
{
    switch (status) {
    case QFTP_ERR_MODULE:
        return "module";
    case QFTP_ERR_SERVER:
        return "server";
    case QFTP_ERR_LINE:
    case QFTP_ERR_PORT:
        return "line";
    case QFTP_ERR_ABORTED:
        return "aborted";
    case QFTP_ERR_TARGET_IS_LONGER:
    case QFTP_ERR_DIFFERS:
        return "differs";
    case QFTP_ERR_LOCAL:
        return "local";
    case QFTP_ERR_PANIC:
    case QFTP_ERR_CLOSED:
    case QFTP_ERR_BUSY:
        return "broken";
    default:
        return "misuse";
    }
}

static uint64_t time_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000U + (uint64_t)now.tv_nsec / 1000000U;
}

/* One line a job, as program.rs reads it. */
static void say(int32_t status, uint64_t began, const qftp_error *error)
{
    const unsigned long long took = (unsigned long long)(time_ms() - began);
    if (status == QFTP_OK) {
        printf("done %llu\n", took);
    } else {
        printf("failed %llu %s %u %u %s\n", took, cause_of(status), (unsigned)error->module_code,
               (unsigned)error->server_code, error->text);
    }
    fflush(stdout);
}

static void sleep_ms(uint64_t millis)
{
    struct timespec pause;
    pause.tv_sec = (time_t)(millis / 1000U);
    pause.tv_nsec = (long)(millis % 1000U) * 1000000L;
    nanosleep(&pause, NULL);
}

/* Waits until the server has seen STOR, and a third of a second more: it answers later than that. */
static void wait_for_stor(const char *path)
{
    while (access(path, F_OK) != 0) {
        sleep_ms(5);
    }
    sleep_ms(300);
}

#endif
