/** @file
 * libqftp_emulator: an emulated Quectel module on a pseudo-terminal or a TCP port, so that programs that use libqftp are tested without hardware.
 * Behind it are a real FTP client, which logs in to real servers, and real folders.
 *
 * This header is made from the library's sources; do not edit it. Statuses are those of qftp.h, whose conventions hold.
 */


#ifndef QFTP_EMULATOR_H
#define QFTP_EMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "qftp.h"

/**
 * A running module.
 */
typedef struct qftp_emulator qftp_emulator;

/**
 * How a module is started; qftp_emulator_options_init fills it.
 */
typedef struct qftp_emulator_options {
  /**
   * sizeof(qftp_emulator_options), set by qftp_emulator_options_init.
   */
  size_t struct_size;
  /**
   * Which module it is: a family such as "ec200s", which `qftp emulate --list-profiles` shows, or the path of a family file, which ends with
   * ".toml"; NULL: a healthy one that has everything.
   */
  const char *profile;
  /**
   * What goes wrong, as for qftp_emulator_fault, separated by spaces; NULL: nothing.
   */
  const char *faults;
  /**
   * "host:port" to listen there by TCP, port 0 for any; NULL: a pseudo-terminal.
   */
  const char *tcp;
  /**
   * A path that becomes a symbolic link to the pseudo-terminal until the module stops; NULL: none.
   */
  const char *link;
  /**
   * A folder of this machine for the module's files, which stay there; NULL: one that is gone with the module.
   */
  const char *storage;
  /**
   * What chance there is in faults is drawn from it.
   */
  uint64_t seed;
  /**
   * The line's speed in bits a second; 0: as fast as it can.
   */
  uint32_t baud;
} qftp_emulator_options;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Fills in the defaults: a healthy module on a pseudo-terminal.
 */
void qftp_emulator_options_init(struct qftp_emulator_options *options);

/**
 * Starts a module in a thread of its own. `options` may be NULL. QFTP_ERR_ARGUMENT where there is no such profile or fault, QFTP_ERR_PORT where the
 * system has no such port; `why` is then told what is the matter, in `capacity` bytes with the NUL; it may be NULL.
 *
 * What `*emulator` becomes is given back by qftp_emulator_stop.
 */
int32_t qftp_emulator_start(const struct qftp_emulator_options *options,
                            struct qftp_emulator **emulator,
                            char *why,
                            size_t capacity);

/**
 * What a host opens: the path of the pseudo-terminal, or "tcp://host:port"; good until qftp_emulator_stop. NULL where there is no such module.
 */
const char *qftp_emulator_port(const struct qftp_emulator *emulator);

/**
 * From now on a fault such as "reboot=5s" or "no-sim" happens (`on`), or all of its name happen no more. `qftp emulate --list-faults` shows them;
 * docs/emulator.md tells what they do. QFTP_ERR_ARGUMENT where there is none of this name.
 *
 * A call begins all counts anew, also those of the other faults that are on: what happens once, such as "reboot", happens once more. Switch off
 * what has happened.
 */
int32_t qftp_emulator_fault(struct qftp_emulator *emulator,
                            const char *fault,
                            bool on);

/**
 * Switches the module's power off and on.
 */
int32_t qftp_emulator_power_cycle(struct qftp_emulator *emulator);

/**
 * Stops the module, waits until its port is free, and gives it back. NULL is allowed; a second time is QFTP_ERR_CLOSED.
 */
int32_t qftp_emulator_stop(struct qftp_emulator *emulator);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* QFTP_EMULATOR_H */
