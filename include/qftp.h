/**
 * @mainpage libqftp
 *
 * Files over FTP and FTPS through a Quectel cellular module, by AT commands.
 *
 * This header is made from the library's sources; do not edit it. docs/c.md is a guide with programs to begin with.
 *
 * @section tiers Tiers
 *
 * - **The client** (qftp_client_..., hosted systems): opens the port of a module, and every function is one operation that returns when it is over.
 *   It allocates, blocks and calls the caller's functions.
 * - **The driver** (qftp_driver_...): operations, and whole files over any number of attempts, without I/O. It says what comes next; the caller has
 *   the port, the clock and the file. It does not allocate, block or call back, and has no global state: made for firmware and event loops.
 *
 * Below the driver is **the session** (qftp_session_...), for whoever has no flash for more: the protocol alone, one operation at a time.
 *
 * How a driver is driven: begin something, call qftp_driver_next, do what its qftp_want says, report it as qftp_want_kind says, and go on until
 * QFTP_WANT_DONE or QFTP_WANT_FAILED. No decision about an offset, a retry or a recovery is the caller's. bindings/c/examples/poll.c is such a loop.
 *
 * How a session is driven: write what qftp_session_poll_transmit gives, and during an upload as many file bytes as qftp_session_send asks for; give
 * what comes to qftp_session_handle_input until it is consumed and no event came; call qftp_session_handle_timeout when
 * qftp_session_poll_timeout has come; after each of these take qftp_session_poll_event until there is none. Every operation ends with exactly one
 * QFTP_EVENT_DONE or QFTP_EVENT_FAILED. bindings/c/examples/firmware is such a loop.
 *
 * @section conventions Conventions
 *
 * - A status of 0 is success, negative ones are errors (qftp_status). Their numbers are never used again for anything else.
 * - Where a status other than QFTP_OK is returned, outputs are untouched.
 * - Pointers may be NULL where the function says so; elsewhere NULL is QFTP_ERR_NULL, not a crash.
 * - Texts are NUL-terminated, in UTF-8; those of a session and a driver in any encoding. Sizes and lengths are bytes.
 * - Names on the server are relative to the working folder or absolute. They have 1 to 255 bytes, a working folder 128, a file of the module 80 with
 *   its storage; without the library's feature "long-names" it is 64, 64 and 32. Anything longer is QFTP_ERR_NAME.
 * - A struct that begins with struct_size is filled by its _init function, or has it set to its sizeof. Later versions add fields at its end.
 * - Enumerations cross the border as int32_t; a number that is none of theirs is QFTP_ERR_ARGUMENT.
 * - Time is in milliseconds; that of sessions is the caller's, of any steady clock.
 *
 * @section errors Errors
 *
 * The status says which kind it is; qftp_session_last_error, qftp_driver_last_error and qftp_client_last_error say the rest in one qftp_error: the module's code, the
 * server's reply, the command, the likely cause, the remedy, and what is left of the session.
 *
 * A panic, which is a defect of the library, becomes QFTP_ERR_PANIC on hosted systems. The client or session can then only be given back.
 *
 * @section threads Threads
 *
 * - Different sessions, drivers, clients, listings and emulated modules are independent of each other.
 * - `const qftp_session *` and `const qftp_driver *` may be used by several threads at once as long as none uses them without `const`; that one needs
 *   them alone.
 * - `const qftp_client *` may be used by any thread at any time, also while another thread is in an operation, and from a callback. That goes for
 *   qftp_client_cancel too, which ends that operation.
 * - A `qftp_client *` takes one operation at a time. Another one meanwhile, from another thread or from a callback, is QFTP_ERR_BUSY and does no harm.
 * - A listing is read by one thread at a time, so that it sees all entries; several at once share them out among themselves.
 * - The caller's functions are called in the thread that called the library, with no lock held that another client needs.
 *
 * @section interrupts Interrupts
 *
 * Functions of sessions and drivers may be called from an interrupt as long as no other call on the same one is under way; each does a bounded
 * amount of work for the bytes it is given. qftp_session_new and qftp_session_free may not, nor may anything of the client. A signal handler is as good
 * as an interrupt.
 *
 * @section lifetimes Lifetimes and aliasing
 *
 * - The library keeps no pointer of the caller's after a call, and frees none of the caller's memory. There are three exceptions, which say so: the
 *   memory of qftp_session_init and qftp_driver_init is the session and the driver; what a qftp_transfer points to is read until the transfer is over;
 *   a function that a qftp_client_set_... takes, and its `user`, are called until they are replaced or the client is given back.
 * - What qftp_client_setup, qftp_client_login and qftp_client_connect are given is copied, passwords too, until the client is given back.
 * - The data of a qftp_event is good until the next call on its session, and no longer than the input it came in.
 * - Entries of a listing are good until qftp_list_free, the name of an emulated module's port until qftp_emulator_stop. Static texts are so for ever.
 * - Outputs must not overlap inputs or each other.
 * - What was given back (qftp_client_free, qftp_list_free, qftp_emulator_stop) is refused with QFTP_ERR_CLOSED, as often as it is used or given back
 *   again: these handles are numbers that are never given twice, no addresses. A session is memory: after qftp_session_free it must not be used,
 *   and nobody can tell.
 *
 * @section firmware Firmware
 *
 * The library without its feature "hosted" has sessions and drivers alone. The firmware gives the function `void qftp_port_panic(void);`, which is never
 * called: the library has no panic.
 *
 * @section stability Stability
 *
 * Before version 1.0 all of it may change with a minor version. The soname has the major version.
 */

/** @file
 * libqftp: files over FTP and FTPS through a Quectel cellular module, by AT commands.
 */


#ifndef QFTP_H
#define QFTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Bytes of memory for qftp_driver_init that are enough for every build of the library, on every machine.
 */
#define QFTP_DRIVER_SIZE 8192

/**
 * Bytes of the texts of a qftp_error, the NUL included.
 */
#define QFTP_ERROR_TEXT 192

/**
 * A length that is not known.
 */
#define QFTP_UNKNOWN UINT64_MAX

/**
 * Bytes of memory for qftp_session_init that are enough for every build of the library, on every machine.
 */
#define QFTP_SESSION_SIZE 6144

/**
 * Alignment of that memory in bytes.
 */
#define QFTP_SESSION_ALIGN 8

/**
 * The value of qftp_session_poll_timeout when there is none.
 */
#define QFTP_NEVER UINT64_MAX

/**
 * The version of this header: its first number.
 */
#define QFTP_VERSION_MAJOR 0

/**
 * The version of this header: its second number.
 */
#define QFTP_VERSION_MINOR 1

/**
 * The version of this header: its third number.
 */
#define QFTP_VERSION_PATCH 0

/**
 * The version of this header: major * 10000 + minor * 100 + patch.
 */
#define QFTP_VERSION_NUMBER (((QFTP_VERSION_MAJOR * 10000) + (QFTP_VERSION_MINOR * 100)) + QFTP_VERSION_PATCH)

/**
 * What a call came to. 0 is success; errors are negative and their numbers are never used again for anything else.
 */
enum qftp_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Success.
   */
  QFTP_OK = 0,
  /**
   * A pointer is NULL that must not be.
   */
  QFTP_ERR_NULL = -1,
  /**
   * A text is not UTF-8, a number is not one of its enumeration, or a field of a struct is out of its range.
   */
  QFTP_ERR_ARGUMENT = -2,
  /**
   * An operation is under way; one at a time.
   */
  QFTP_ERR_BUSY = -3,
  /**
   * qftp_session_setup comes first, also after a restart of the module.
   */
  QFTP_ERR_NOT_SET_UP = -4,
  /**
   * The last failure left the FTP session in doubt: qftp_session_open again.
   */
  QFTP_ERR_REOPEN_FIRST = -5,
  /**
   * Nothing is under way that could be aborted.
   */
  QFTP_ERR_NOTHING_TO_ABORT = -6,
  /**
   * A text cannot be a parameter: it is empty, too long, or holds CR, LF or a quotation mark.
   */
  QFTP_ERR_NAME = -7,
  /**
   * A number is out of its range.
   */
  QFTP_ERR_RANGE = -8,
  /**
   * The start position lies beyond the end of the file.
   */
  QFTP_ERR_START_BEYOND_END = -9,
  /**
   * The road does not go with the other options: staged transfers move whole files.
   */
  QFTP_ERR_ROAD = -10,
  /**
   * FTPS works with passive data connections only.
   */
  QFTP_ERR_ACTIVE_FTPS = -11,
  /**
   * A client's certificate goes with a CA certificate only.
   */
  QFTP_ERR_CLIENT_CERTIFICATE = -12,
  /**
   * The memory is too small or not aligned.
   */
  QFTP_ERR_MEMORY = -13,
  /**
   * A defect of the library; the session or client can only be thrown away.
   */
  QFTP_ERR_PANIC = -14,
  /**
   * The client, list or emulated module was given back already, or never was one, or the handle is of another kind.
   */
  QFTP_ERR_CLOSED = -15,
  /**
   * The library was built without what the call needs.
   */
  QFTP_ERR_LEFT_OUT = -16,
  /**
   * The module refused or failed.
   */
  QFTP_ERR_MODULE = -20,
  /**
   * The server refused.
   */
  QFTP_ERR_SERVER = -21,
  /**
   * The line between host and module failed: silence, lost bytes, a restart.
   */
  QFTP_ERR_LINE = -22,
  /**
   * The operation was aborted by the caller.
   */
  QFTP_ERR_ABORTED = -23,
  /**
   * What is to be gone on with is longer than the file itself.
   */
  QFTP_ERR_TARGET_IS_LONGER = -24,
  /**
   * What arrived differs from what was sent.
   */
  QFTP_ERR_DIFFERS = -25,
  /**
   * The port did not open, or failed; qftp_client_connect and the transfers of whole files open it again, as soon as it is there.
   */
  QFTP_ERR_PORT = -26,
  /**
   * The caller's own file or function failed.
   */
  QFTP_ERR_LOCAL = -27,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum qftp_status qftp_status;
#else
typedef int32_t qftp_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The kinds of events.
 */
enum qftp_event_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * There is none.
   */
  QFTP_EVENT_NONE = 0,
  /**
   * `number` bytes will come in the download that begins.
   */
  QFTP_EVENT_SIZE = 1,
  /**
   * `data` and `len`: bytes of a file or listing, in order.
   */
  QFTP_EVENT_DATA = 2,
  /**
   * `data` and `len`: an information line of the operation.
   */
  QFTP_EVENT_INFO = 3,
  /**
   * `data` and `len`: a line that belongs to no operation.
   */
  QFTP_EVENT_URC = 4,
  /**
   * The operation succeeded. `number` is its result where that is a number: bytes moved, a size, a handle, free space (`total` beside it), the
   * state of the FTP client; `data` and `len` where it is a text: a path, a time.
   */
  QFTP_EVENT_DONE = 5,
  /**
   * The operation failed; qftp_session_last_error says why.
   */
  QFTP_EVENT_FAILED = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum qftp_event_kind qftp_event_kind;
#else
typedef int32_t qftp_event_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What is left of a session after a failure. qftp_client_put_file and qftp_client_get_file bring it back by themselves.
 */
enum qftp_session_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * The next operation can start.
   */
  QFTP_STATE_USABLE = 0,
  /**
   * qftp_session_open or qftp_client_login comes next; it closes first.
   */
  QFTP_STATE_REOPEN = 1,
  /**
   * qftp_session_setup or qftp_client_connect comes next, after a restart of the module if it fails.
   */
  QFTP_STATE_RESET = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum qftp_session_state qftp_session_state;
#else
typedef int32_t qftp_session_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The road of a transfer.
 */
enum qftp_via
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Straight through the port.
   */
  QFTP_VIA_COM = 0,
  /**
   * Staged in the module's flash, its way over the line proven by a checksum.
   */
  QFTP_VIA_UFS = 1,
  /**
   * Staged in the module's RAM.
   */
  QFTP_VIA_RAM = 2,
  /**
   * Staged on the module's SD card.
   */
  QFTP_VIA_SD = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum qftp_via qftp_via;
#else
typedef int32_t qftp_via;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The kinds of wants.
 */
enum qftp_want_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Nothing is under way, and nothing is to be done but to read the port when something comes.
   */
  QFTP_WANT_NOTHING = 0,
  /**
   * Write `len` bytes at `data` to the port, or as many as it takes; then qftp_driver_wrote. Read the port as well, without waiting, as for
   * QFTP_WANT_READ.
   */
  QFTP_WANT_WRITE = 1,
  /**
   * Wait for bytes of the port until `until_ms` and read them into `room_len` bytes at `room`; then qftp_driver_received, if there were any.
   */
  QFTP_WANT_READ = 2,
  /**
   * Write `len` bytes at `data` to the local file, at `offset`. Where it fails: qftp_driver_abort.
   */
  QFTP_WANT_STORE = 3,
  /**
   * Read the local file from `offset` on into `room_len` bytes at `room`; then qftp_driver_filled. Where it fails, or ends too early:
   * qftp_driver_abort.
   */
  QFTP_WANT_FILL = 4,
  /**
   * Compare `len` bytes at `data` with the local file from `offset` on; then qftp_driver_compared, with how many are the same up to the first
   * that is not.
   */
  QFTP_WANT_COMPARE = 5,
  /**
   * Cut the local file to `offset` bytes. Where it fails: qftp_driver_abort.
   */
  QFTP_WANT_TRUNCATE = 6,
  /**
   * Switch the module's power off and on: only with qftp_policy.power.
   */
  QFTP_WANT_POWER_CYCLE = 7,
  /**
   * Show it, or not: an attempt failed with `status`, and the next begins at `until_ms`; qftp_driver_last_error says more.
   */
  QFTP_WANT_RETRY = 8,
  /**
   * Show it, or not: `number` bytes will come in the download that begins.
   */
  QFTP_WANT_SIZE = 9,
  /**
   * Show it, or not: `data` and `len` are an information line of the operation.
   */
  QFTP_WANT_INFO = 10,
  /**
   * Show it, or not: `data` and `len` are a line that belongs to no operation.
   */
  QFTP_WANT_URC = 11,
  /**
   * It is over, and succeeded: `number`, `total`, `data` and `len` as of QFTP_EVENT_DONE; of a transfer, `number` is the length of the file.
   */
  QFTP_WANT_DONE = 12,
  /**
   * It is over, and failed with `status`; qftp_driver_last_error says more of a failure of module, server or line.
   */
  QFTP_WANT_FAILED = 13,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum qftp_want_kind qftp_want_kind;
#else
typedef int32_t qftp_want_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The operations: each is the function of the session that its name says.
 */
enum qftp_operation_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * qftp_session_setup, of `setup`.
   */
  QFTP_OPERATION_SETUP = 0,
  /**
   * qftp_session_open, of `login`.
   */
  QFTP_OPERATION_OPEN = 1,
  /**
   * qftp_session_close.
   */
  QFTP_OPERATION_CLOSE = 2,
  /**
   * qftp_session_deactivate.
   */
  QFTP_OPERATION_DEACTIVATE = 3,
  /**
   * qftp_session_restart.
   */
  QFTP_OPERATION_RESTART = 4,
  /**
   * qftp_session_cwd, to `name`.
   */
  QFTP_OPERATION_CWD = 5,
  /**
   * qftp_session_pwd.
   */
  QFTP_OPERATION_PWD = 6,
  /**
   * qftp_session_size, of `name`.
   */
  QFTP_OPERATION_SIZE = 7,
  /**
   * qftp_session_modified, of `name`.
   */
  QFTP_OPERATION_MODIFIED = 8,
  /**
   * qftp_session_rename, of `name` to `to`.
   */
  QFTP_OPERATION_RENAME = 9,
  /**
   * qftp_session_delete, of `name`.
   */
  QFTP_OPERATION_DELETE = 10,
  /**
   * qftp_session_make_dir, of `name`.
   */
  QFTP_OPERATION_MAKE_DIR = 11,
  /**
   * qftp_session_remove_dir, of `name`.
   */
  QFTP_OPERATION_REMOVE_DIR = 12,
  /**
   * qftp_session_length.
   */
  QFTP_OPERATION_LENGTH = 13,
  /**
   * qftp_session_status.
   */
  QFTP_OPERATION_STATUS = 14,
  /**
   * qftp_session_list, of the folder `name`.
   */
  QFTP_OPERATION_LIST = 15,
  /**
   * qftp_session_names, of the folder `name`.
   */
  QFTP_OPERATION_NAMES = 16,
  /**
   * qftp_session_facts, of the folder `name`.
   */
  QFTP_OPERATION_FACTS = 17,
  /**
   * qftp_session_files, of the pattern `name`.
   */
  QFTP_OPERATION_FILES = 18,
  /**
   * qftp_session_download, of `name`.
   */
  QFTP_OPERATION_DOWNLOAD = 19,
  /**
   * qftp_session_remove, of `name`.
   */
  QFTP_OPERATION_REMOVE = 20,
  /**
   * qftp_session_upload, of `len` bytes into `name`.
   */
  QFTP_OPERATION_UPLOAD = 21,
  /**
   * qftp_session_storage, of the storage `via`.
   */
  QFTP_OPERATION_STORAGE = 22,
  /**
   * qftp_session_get, of `len` bytes of `name` from `start` on by `via`: in one attempt, where qftp_driver_get makes as many as are allowed.
   */
  QFTP_OPERATION_GET = 23,
  /**
   * qftp_session_put, likewise.
   */
  QFTP_OPERATION_PUT = 24,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum qftp_operation_kind qftp_operation_kind;
#else
typedef int32_t qftp_operation_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Protections of FTPS that a module does not have: bits of qftp_client_tls_gaps.
 */
enum qftp_tls_gap
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * The certificate is not compared with the server's name.
   */
  QFTP_TLS_GAP_HOST = 1,
  /**
   * The certificate's dates may not be checked.
   */
  QFTP_TLS_GAP_DATES = 2,
  /**
   * The server is not named in the handshake.
   */
  QFTP_TLS_GAP_SNI = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum qftp_tls_gap qftp_tls_gap;
#else
typedef int32_t qftp_tls_gap;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The kinds of what a qftp_log is shown.
 */
enum qftp_log_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * A command to the module, with its line end, secrets as ***.
   */
  QFTP_LOG_COMMAND = 0,
  /**
   * A line of the module, with its line end.
   */
  QFTP_LOG_ANSWER = 1,
  /**
   * Bytes of a file to the module.
   */
  QFTP_LOG_DATA_OUT = 2,
  /**
   * Bytes of a file from the module.
   */
  QFTP_LOG_DATA_IN = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum qftp_log_kind qftp_log_kind;
#else
typedef int32_t qftp_log_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Forms of listings.
 */
enum qftp_list_form
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * As the server prints it (LIST); lines that are none of a Unix or DOS server are entries of kind QFTP_ENTRY_LINE.
   */
  QFTP_LIST_LONG = 0,
  /**
   * Names alone (NLST).
   */
  QFTP_LIST_NAMES = 1,
  /**
   * Facts (MLSD), which not every server has: QFTP_ERR_SERVER there.
   */
  QFTP_LIST_FACTS = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum qftp_list_form qftp_list_form;
#else
typedef int32_t qftp_list_form;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What an entry is.
 */
enum qftp_entry_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * A file.
   */
  QFTP_ENTRY_FILE = 0,
  /**
   * A folder.
   */
  QFTP_ENTRY_DIR = 1,
  /**
   * A symbolic link.
   */
  QFTP_ENTRY_LINK = 2,
  /**
   * A device, a socket, or something that the server does not name; all of QFTP_LIST_NAMES.
   */
  QFTP_ENTRY_OTHER = 3,
  /**
   * A line that could not be read: `name` is all of it.
   */
  QFTP_ENTRY_LINE = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum qftp_entry_kind qftp_entry_kind;
#else
typedef int32_t qftp_entry_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A module on a port, and through it an FTP server. Every function on it that works is one operation and returns when it is over.
 */
typedef struct qftp_client qftp_client;

/**
 * A session with what is on its way to and from it, and the file that is transferred.
 */
typedef struct qftp_driver qftp_driver;

/**
 * A listing, in memory of the library's.
 */
typedef struct qftp_list qftp_list;

/**
 * The host's side of one module.
 */
typedef struct qftp_session qftp_session;

/**
 * How a session behaves; qftp_config_init fills it. See the documentation of `qftp_core::session::Config` for how the defaults were chosen.
 */
typedef struct qftp_config {
  /**
   * sizeof(qftp_config), set by qftp_config_init.
   */
  size_t struct_size;
  /**
   * Most file bytes that qftp_session_send hands out at once, 1 or more. This and what the line holds bound what a module that leaves data mode early
   * could take for commands.
   */
  size_t in_flight;
  /**
   * How long a line must be silent before the end of a broken download is read out of its last bytes, in milliseconds, at most 60000.
   */
  uint32_t quiet_ms;
  /**
   * The same for the end of a listing, in milliseconds, at most 60000.
   */
  uint32_t settle_ms;
  /**
   * Silence around +++ that the module is asked for, in milliseconds, 200 to 5000.
   */
  uint16_t guard_ms;
  /**
   * How long a byte that was written may wait in buffers before it is on the line, in milliseconds.
   */
  uint16_t queue_ms;
  /**
   * How long the module may wait for the server at each step, in seconds, 20 to 180.
   */
  uint8_t rsptimeout_s;
  /**
   * Whether an abort opens the FTP session again where the module needs that.
   */
  bool reopen_after_abort;
} qftp_config;

/**
 * How a port is opened; qftp_client_options_init fills it.
 */
typedef struct qftp_client_options {
  /**
   * sizeof(qftp_client_options), set by qftp_client_options_init.
   */
  size_t struct_size;
  /**
   * How the session behaves; NULL: as by default.
   */
  const struct qftp_config *config;
  /**
   * Bits a second; passed over where the port has none.
   */
  uint32_t baud;
  /**
   * Flow control by the wires RTS and CTS; without it bytes may be lost at high rates.
   */
  bool rts_cts;
} qftp_client_options;

/**
 * What went wrong, in numbers and words. Fill `struct_size` with sizeof(qftp_error) before the call.
 */
typedef struct qftp_error {
  /**
   * sizeof(qftp_error).
   */
  size_t struct_size;
  /**
   * One of qftp_status.
   */
  int32_t status;
  /**
   * `<err>` of the module (601 to 631), or the number of a +CME ERROR; 0: none.
   */
  uint16_t module_code;
  /**
   * The server's reply, such as 550; 0: none.
   */
  uint16_t server_code;
  /**
   * One of qftp_session_state.
   */
  int32_t session_state;
  /**
   * Bytes of a download that can be trusted.
   */
  uint64_t transferred;
  /**
   * The command that failed and what was the matter, as a sentence.
   */
  char text[QFTP_ERROR_TEXT];
  /**
   * The likely cause; empty where `text` says it all.
   */
  char cause[QFTP_ERROR_TEXT];
  /**
   * What to do about it; may be empty too.
   */
  char remedy[QFTP_ERROR_TEXT];
} qftp_error;

/**
 * Is told how far a transfer is: `done` bytes of `total`, QFTP_UNKNOWN where that is not known. Both begin anew with each attempt, which counts from
 * where it goes on, with the comparison at the end, and with each part of an upload of unknown length; listings are transfers too.
 */
typedef void (*qftp_progress)(uint64_t done, uint64_t total, void *user);

/**
 * Is told, as a sentence, whatever is not plain transfer: a wait before a retry, a recovery, a comparison.
 */
typedef void (*qftp_report)(const char *text, void *user);

/**
 * Switches the module's power off and on. Returns 0, or anything else where that failed.
 */
typedef int32_t (*qftp_power)(void *user);

/**
 * Is shown all that passes the port, secrets as ***: `len` bytes of a kind of qftp_log_kind, `at_ms` milliseconds after the client was opened.
 */
typedef void (*qftp_log)(int32_t kind, const uint8_t *bytes, size_t len, uint64_t at_ms, void *user);

/**
 * How a file is uploaded.
 */
typedef struct qftp_put_options {
  /**
   * sizeof(qftp_put_options).
   */
  size_t struct_size;
  /**
   * Offset in the server's file; 0 replaces it.
   */
  uint64_t start;
  /**
   * Bytes that will be sent.
   */
  uint64_t len;
  /**
   * One of qftp_via.
   */
  int32_t via;
  /**
   * More of the file follows: the next operation must be its next part.
   */
  bool more;
} qftp_put_options;

/**
 * Gives the next bytes of an upload: writes at most `capacity` of them to `buffer` and returns how many, 0 at the end, or a negative number to
 * end the upload with QFTP_ERR_LOCAL. `capacity` is never 0. Neither this nor any other function of the caller's may throw or longjmp.
 */
typedef ptrdiff_t (*qftp_read)(uint8_t *buffer, size_t capacity, void *user);

/**
 * How a file is downloaded; NULL in place of it: the whole file, straight through.
 */
typedef struct qftp_get_options {
  /**
   * sizeof(qftp_get_options).
   */
  size_t struct_size;
  /**
   * Offset of the first byte.
   */
  uint64_t start;
  /**
   * Bytes to come from there, QFTP_UNKNOWN to ask the server first.
   */
  uint64_t len;
  /**
   * One of qftp_via.
   */
  int32_t via;
} qftp_get_options;

/**
 * Takes the next `len` bytes of a download. Returns 0, or anything else to end it with QFTP_ERR_LOCAL.
 */
typedef int32_t (*qftp_write)(const uint8_t *bytes, size_t len, void *user);

/**
 * How hard a transfer tries; qftp_policy_init fills it.
 */
typedef struct qftp_policy {
  /**
   * sizeof(qftp_policy), set by qftp_policy_init.
   */
  size_t struct_size;
  /**
   * The wait before the first retry, in milliseconds; it doubles with each.
   */
  uint32_t wait_ms;
  /**
   * The longest wait, in milliseconds.
   */
  uint32_t longest_wait_ms;
  /**
   * One of qftp_via. What is left of an upload that is gone on with goes by QFTP_VIA_COM.
   */
  int32_t via;
  /**
   * How often a failure that may pass is tried again without a byte of progress in between.
   */
  uint8_t retries;
  /**
   * Goes on with what is there already.
   */
  bool resume;
  /**
   * Reads the file again at the end and compares.
   */
  bool verify;
  /**
   * Whether the module may be restarted.
   */
  bool restart;
  /**
   * Whether the caller can switch the module's power off and on.
   */
  bool power;
} qftp_policy;

/**
 * One entry of a listing. Its texts are in the server's encoding, a NUL in them as "?".
 */
typedef struct qftp_entry {
  /**
   * Its name.
   */
  const char *name;
  /**
   * When it was last written, as the server writes it: "Nov 22 16:45", "11-22-26  04:45PM", or YYYYMMDDHHMMSS in UTC of QFTP_LIST_FACTS; NULL where
   * the server does not say.
   */
  const char *modified;
  /**
   * Where a symbolic link points to; NULL where it is none or the server does not say.
   */
  const char *target;
  /**
   * Its bytes; QFTP_UNKNOWN where the server does not say.
   */
  uint64_t size;
  /**
   * One of qftp_entry_kind.
   */
  int32_t kind;
} qftp_entry;

/**
 * Certificates for FTPS as PEM files of this machine; qftp_certificates_init fills it.
 */
typedef struct qftp_certificates {
  /**
   * sizeof(qftp_certificates), set by qftp_certificates_init.
   */
  size_t struct_size;
  /**
   * The certificate of the authority that the server is checked against; NULL checks nothing: anybody on the way may pose as the server.
   */
  const char *ca_file;
  /**
   * Our own certificate, for servers that ask for one; NULL: none.
   */
  const char *certificate_file;
  /**
   * Its private key; NULL: none.
   */
  const char *key_file;
  /**
   * The password of the key; NULL: none.
   */
  const char *key_password;
} qftp_certificates;

/**
 * What qftp_session_setup brings about; qftp_setup_init fills it.
 */
typedef struct qftp_setup {
  /**
   * sizeof(qftp_setup), set by qftp_setup_init.
   */
  size_t struct_size;
  /**
   * The access point name; NULL leaves the PDP context's settings as they are.
   */
  const char *apn;
  /**
   * The access point's user; NULL: none.
   */
  const char *apn_user;
  /**
   * The access point's password; NULL: none.
   */
  const char *apn_password;
  /**
   * The PDP context, 1 to 15.
   */
  uint8_t context;
  /**
   * Whether the network is wanted; `false` is enough for the module's own files.
   */
  bool network;
  /**
   * Where URCs go: 0 finds it out, 1 uart1, 2 usbat, 3 usbmodem.
   */
  uint8_t urc_port;
} qftp_setup;

/**
 * FTPS; qftp_tls_init fills it with the safe settings. Certificates are files of the module, brought there by qftp_session_upload.
 */
typedef struct qftp_tls {
  /**
   * sizeof(qftp_tls), set by qftp_tls_init.
   */
  size_t struct_size;
  /**
   * The module's file with the certificate of the authority that the server is checked against, such as "UFS:ca.pem".
   * NULL checks nothing: anybody on the way may pose as the server.
   */
  const char *ca;
  /**
   * The module's file with our own certificate; NULL: none.
   */
  const char *certificate;
  /**
   * The module's file with its key; NULL: none.
   */
  const char *key;
  /**
   * The password of the key; NULL: none.
   */
  const char *key_password;
  /**
   * The number of a cipher suite; 0xFFFF: all.
   */
  uint16_t suite;
  /**
   * The SSL context, 0 to 5.
   */
  uint8_t context;
  /**
   * sslversion: 0 SSL 3.0, 1 TLS 1.0, 2 TLS 1.1, 3 TLS 1.2, 4 all.
   */
  uint8_t version;
  /**
   * TLS from the first byte on (usually port 990) rather than after AUTH TLS.
   */
  bool implicit;
  /**
   * Takes certificates that have expired or are not valid yet.
   */
  bool ignore_dates;
  /**
   * Names the server in the handshake.
   */
  bool sni;
} qftp_tls;

/**
 * Server and account; qftp_login_init fills it.
 */
typedef struct qftp_login {
  /**
   * sizeof(qftp_login), set by qftp_login_init.
   */
  size_t struct_size;
  /**
   * Name or address of the server.
   */
  const char *host;
  /**
   * User name; NULL: anonymous.
   */
  const char *user;
  /**
   * Password; NULL: that of anonymous.
   */
  const char *password;
  /**
   * FTPS; NULL: plain FTP.
   */
  const struct qftp_tls *tls;
  /**
   * 1 to 65535.
   */
  uint16_t port;
  /**
   * The server converts line ends.
   */
  bool ascii;
  /**
   * The server opens the data connections.
   */
  bool active;
} qftp_login;

/**
 * An operation; qftp_operation_init fills it. Its texts have to be there for the call only.
 */
typedef struct qftp_operation {
  /**
   * sizeof(qftp_operation), set by qftp_operation_init.
   */
  size_t struct_size;
  /**
   * A file, a folder or a pattern.
   */
  const char *name;
  /**
   * The new name.
   */
  const char *to;
  /**
   * Of QFTP_OPERATION_SETUP; NULL for the defaults.
   */
  const struct qftp_setup *setup;
  /**
   * Of QFTP_OPERATION_OPEN.
   */
  const struct qftp_login *login;
  /**
   * Offset of the first byte.
   */
  uint64_t start;
  /**
   * Bytes; QFTP_UNKNOWN of a download asks the server first.
   */
  uint64_t len;
  /**
   * One of qftp_operation_kind.
   */
  int32_t kind;
  /**
   * One of qftp_via.
   */
  int32_t via;
} qftp_operation;

/**
 * A file to be transferred; qftp_transfer_init fills it. What it points to has to be there until the transfer is over.
 */
typedef struct qftp_transfer {
  /**
   * sizeof(qftp_transfer), set by qftp_transfer_init.
   */
  size_t struct_size;
  /**
   * Its name on the server.
   */
  const char *remote;
  /**
   * Bytes of the local file: all of an upload; of a download those that are there already, which qftp_policy.resume goes on with.
   */
  uint64_t local_len;
  /**
   * Of an upload with qftp_policy.resume: at most so many bytes of what the server has are good, as qftp_driver_distrusted said of the one before;
   * QFTP_UNKNOWN where none lost any.
   */
  uint64_t good_there;
  /**
   * How hard it tries; NULL for the defaults.
   */
  const struct qftp_policy *policy;
  /**
   * The module's set-up, where it is not set up, or no longer; NULL for the defaults.
   */
  const struct qftp_setup *setup;
  /**
   * The login, where there is none, or none any more.
   */
  const struct qftp_login *login;
  /**
   * The working folder; NULL for the login's own.
   */
  const char *folder;
} qftp_transfer;

/**
 * What a driver wants next. Pointers are good until the next call on the driver that is no report on this want.
 */
typedef struct qftp_want {
  /**
   * Bytes, not NUL-terminated; NULL where there are none.
   */
  const uint8_t *data;
  /**
   * How many.
   */
  size_t len;
  /**
   * Where bytes go; NULL where none do.
   */
  uint8_t *room;
  /**
   * How many at most.
   */
  size_t room_len;
  /**
   * A place in the local file.
   */
  uint64_t offset;
  /**
   * A time of the caller's clock in milliseconds; QFTP_NEVER: none.
   */
  uint64_t until_ms;
  /**
   * A number of it.
   */
  uint64_t number;
  /**
   * All bytes of a storage, beside the free ones in `number`.
   */
  uint64_t total;
  /**
   * One of qftp_want_kind.
   */
  int32_t kind;
  /**
   * One of qftp_status.
   */
  int32_t status;
} qftp_want;

/**
 * One event. `data` points into the caller's input or the session, and is good until the next call on the session.
 */
typedef struct qftp_event {
  /**
   * Bytes of the event, not NUL-terminated; NULL where there are none.
   */
  const uint8_t *data;
  /**
   * How many.
   */
  size_t len;
  /**
   * A number of the event.
   */
  uint64_t number;
  /**
   * All bytes of a storage, beside the free ones in `number`.
   */
  uint64_t total;
  /**
   * One of qftp_event_kind.
   */
  int32_t kind;
} qftp_event;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Fills in the defaults: 115200 bits a second, no flow control.
 */
void qftp_client_options_init(struct qftp_client_options *options);

/**
 * Opens the port of a module: a path such as "/dev/ttyUSB2", "tcp://host:port" or "rfc2217://host:port". Nothing is sent yet. `options` may be
 * NULL. `error` may be NULL, or has its struct_size set and is always filled where this fails: why the port did not open (QFTP_ERR_PORT), which field
 * of qftp_config is out of its range (QFTP_ERR_ARGUMENT).
 *
 * What `*client` becomes is given back by qftp_client_free.
 */
int32_t qftp_client_open(const char *port,
                         const struct qftp_client_options *options,
                         struct qftp_client **client,
                         struct qftp_error *error);

/**
 * Closes the port and gives the client back. It sends nothing: qftp_client_logout comes before where a login stands. NULL is allowed.
 *
 * A client that is used afterwards, or given back twice, is refused with QFTP_ERR_CLOSED; one with an operation under way with QFTP_ERR_BUSY.
 */
int32_t qftp_client_free(struct qftp_client *client);

/**
 * Ends the operation under way, or else the next before it begins: data mode is left, the line brought in step, and the operation returns
 * QFTP_ERR_ABORTED. May be called at any time from any thread, from a callback too; not from a signal handler.
 *
 * The operation returns within 8 seconds, and the time that 16 KiB need on the line (1.5 s at 115200, 18 s at 9600): what the module has buffered
 * comes first. Before the module has opened a data connection it waits for the module's answer, at most rsptimeout_s and 5 seconds: anything sent
 * before could become the file. That holds also where the module does not answer any more. A function of the caller's that does not return is not in it.
 */
int32_t qftp_client_cancel(const struct qftp_client *client);

/**
 * Whether the module was set up when the last operation ended. May be called at any time from any thread.
 */
bool qftp_client_is_set_up(const struct qftp_client *client);

/**
 * Whether a login stood when the last operation ended, as far as is known. May be called at any time from any thread.
 */
bool qftp_client_is_open(const struct qftp_client *client);

/**
 * Which protections of the last login by FTPS this module does not have: a sum of qftp_tls_gap, 0 for none. May be called at any time from any
 * thread.
 */
uint32_t qftp_client_tls_gaps(const struct qftp_client *client);

/**
 * Details of the last operation: its status, QFTP_OK and no texts when it succeeded. Every call with a `qftp_client *` is one, whatever is wrong
 * with its arguments, but for those that are refused with QFTP_ERR_BUSY or QFTP_ERR_CLOSED. `error->struct_size` must be sizeof(qftp_error). May
 * be called at any time from any thread.
 */
int32_t qftp_client_last_error(const struct qftp_client *client,
                               struct qftp_error *error);

/**
 * Calls `progress` as bytes of transfers pass, in the thread that transfers; NULL: nothing. `user` is handed to it.
 */
int32_t qftp_client_set_progress(struct qftp_client *client,
                                 qftp_progress progress,
                                 void *user);

/**
 * Calls `report` between the attempts of qftp_client_put_file and qftp_client_get_file; NULL: nothing.
 */
int32_t qftp_client_set_report(struct qftp_client *client, qftp_report report, void *user);

/**
 * Has `power` switch the module's power off and on where nothing else brings it back and qftp_policy.power is set; NULL: nothing does.
 */
int32_t qftp_client_set_power(struct qftp_client *client,
                              qftp_power power,
                              void *user);

/**
 * Shows `log` all that passes the port; NULL: nothing.
 */
int32_t qftp_client_set_log(struct qftp_client *client, qftp_log log, void *user);

/**
 * Uploads a file, what `read` gives, in one attempt. `options` may be NULL: all that `read` has, straight through. A length that is not known
 * (QFTP_UNKNOWN) is sent in parts of 64 KiB; options->more must be false.
 *
 * `moved` may be NULL, or becomes the number of bytes. `user` is handed to `read`.
 */
int32_t qftp_client_put(struct qftp_client *client,
                        const char *name,
                        const struct qftp_put_options *options,
                        uint64_t *moved,
                        qftp_read read,
                        void *user);

/**
 * Downloads a file to `write`, in one attempt. `options` may be NULL: the whole file, straight through. What `write` was given before an error is
 * good.
 *
 * `moved` may be NULL, or becomes the number of bytes. `user` is handed to `write`.
 */
int32_t qftp_client_get(struct qftp_client *client,
                        const char *name,
                        const struct qftp_get_options *options,
                        uint64_t *moved,
                        qftp_write write,
                        void *user);

/**
 * Uploads the file at `path` of this machine as `policy` says: gone on with, tried again, the session brought back, compared. NULL is one attempt.
 * It needs a qftp_client_connect before, or a set-up and a login that succeeded; a session that is not open is opened.
 *
 * A file that is written to meanwhile is an error that names it (QFTP_ERR_LOCAL). What has no length, such as a pipe or a file of /proc, is read to
 * its end in one attempt, and refused where `policy` asks for more.
 *
 * The server has an unfinished file under `name` meanwhile, and after a failure; qftp_client_put_file_atomic does not show it to anybody.
 *
 * `moved` may be NULL, or becomes the length of the file, also of one that was there already.
 */
int32_t qftp_client_put_file(struct qftp_client *client,
                             const char *path,
                             const char *name,
                             const struct qftp_policy *policy,
                             uint64_t *moved);

/**
 * As qftp_client_put_file, by way of a temporary name on the server, which is nobody's: others see the file when it is whole. It is renamed over the
 * old one at the end, and nothing is deleted for that. Where the server refuses, the old file stays and the new one is whole under the temporary
 * name, which qftp_client_last_error tells. qftp_policy.resume finds what an earlier call for the same file has left.
 */
int32_t qftp_client_put_file_atomic(struct qftp_client *client,
                                    const char *path,
                                    const char *name,
                                    const struct qftp_policy *policy,
                                    uint64_t *moved);

/**
 * Downloads a file to `path` of this machine as `policy` says, as qftp_client_put_file does. It is written under a temporary name in the same folder and
 * gets its own when it is whole. What is good of it stays when it fails, also when the process is killed; qftp_policy.resume goes on with that while
 * the server's file is the same, or else with PATH itself. A symbolic link is followed, a pipe or device is written into (and not gone on with), a
 * read-only file is refused.
 */
int32_t qftp_client_get_file(struct qftp_client *client,
                             const char *name,
                             const char *path,
                             const struct qftp_policy *policy,
                             uint64_t *moved);

/**
 * Lists a folder in a form of qftp_list_form, "." for the working folder; at most 16 MiB. What `*list` becomes is given back by qftp_list_free.
 *
 * ```c
 * qftp_list *list;
 * const qftp_entry *entry;
 * if (qftp_client_list(client, ".", QFTP_LIST_LONG, &list) == QFTP_OK) {
 *     while ((entry = qftp_list_next(list)) != NULL) {
 *         puts(entry->name);
 *     }
 *     qftp_list_free(list);
 * }
 * ```
 */
int32_t qftp_client_list(struct qftp_client *client,
                         const char *folder,
                         int32_t form,
                         struct qftp_list **list);

/**
 * Lists the files of the module with their sizes: "*" those in UFS, "RAM:*", "SD:*", or one name. No file is an empty list of a pattern with "*", and
 * QFTP_ERR_MODULE of a name. A file of which the module says what cannot be, such as a size of 2^64, is an entry of kind QFTP_ENTRY_LINE. What `*list` becomes is given back by qftp_list_free.
 */
int32_t qftp_client_files(struct qftp_client *client,
                          const char *pattern,
                          struct qftp_list **list);

/**
 * The next entry, good until qftp_list_free; NULL after the last, and where `list` is NULL or was given back.
 */
const struct qftp_entry *qftp_list_next(struct qftp_list *list);

/**
 * How many entries there are; 0 where `list` is NULL or was given back.
 */
size_t qftp_list_len(const struct qftp_list *list);

/**
 * Gives a listing back, its entries with it. NULL is allowed; a second time is QFTP_ERR_CLOSED.
 */
int32_t qftp_list_free(struct qftp_list *list);

/**
 * Fills in none.
 */
void qftp_certificates_init(struct qftp_certificates *certificates);

/**
 * Brings the line in sync and the module in order: echo off, URCs proven to arrive, SIM card ready, PDP context active. `setup` may be NULL for
 * the defaults. A copy is kept, to bring the session back by.
 */
int32_t qftp_client_setup(struct qftp_client *client,
                          const struct qftp_setup *setup);

/**
 * Logs in to a server; a login that stands is ended first. A copy is kept, to bring the session back by. Certificates that login->tls
 * names are files of the module.
 */
int32_t qftp_client_login(struct qftp_client *client,
                          const struct qftp_login *login);

/**
 * All in one: sets the module up, brings certificates into it, logs in, and changes to a folder. `setup` may be NULL for the defaults, `folder`
 * for the login's own, and `certificates` where login->tls is NULL or names files that are in the module.
 *
 * Certificates are files of this machine. They lie in the module, the key too, until qftp_client_logout, and take the place of those that
 * login->tls names; its other fields hold. Copies of all are kept, to bring the session back by, also where it fails.
 */
int32_t qftp_client_connect(struct qftp_client *client,
                            const struct qftp_setup *setup,
                            const struct qftp_login *login,
                            const struct qftp_certificates *certificates,
                            const char *folder);

/**
 * Logs out, and removes the certificates of qftp_client_connect from the module.
 */
int32_t qftp_client_logout(struct qftp_client *client);

/**
 * Deactivates the PDP context; qftp_client_setup comes next.
 */
int32_t qftp_client_deactivate(struct qftp_client *client);

/**
 * Restarts the module (AT+CFUN=1,1) and waits for it; qftp_client_setup comes next.
 */
int32_t qftp_client_restart(struct qftp_client *client);

/**
 * Asks for the space of a storage of the module, one of qftp_via but QFTP_VIA_COM: `*free` bytes of `*total`.
 */
int32_t qftp_client_storage(struct qftp_client *client, int32_t storage, uint64_t *free, uint64_t *total);

/**
 * Uploads a file into the module, such as "UFS:name", its checksum proven: exactly `len` bytes of `read`.
 */
int32_t qftp_client_upload(struct qftp_client *client,
                           const char *name,
                           uint64_t len,
                           qftp_read read,
                           void *user);

/**
 * Downloads a file out of the module to `write`, its checksum proven.
 */
int32_t qftp_client_download(struct qftp_client *client, const char *name, qftp_write write, void *user);

/**
 * Deletes files of the module: one, or "*", "RAM:*" for all of a storage.
 */
int32_t qftp_client_remove(struct qftp_client *client, const char *name);

/**
 * Records all that passes the port in the file of this path, which is made anew, secrets masked: `qftp explain` reads it, `qftp replay` plays
 * it. Call it before qftp_client_setup. NULL ends the recording; QFTP_ERR_LOCAL then says that it is not whole.
 */
int32_t qftp_client_record(struct qftp_client *client,
                           const char *path);

/**
 * Changes the working folder on the server; at most 128 bytes. It is changed to again when the session is brought back.
 */
int32_t qftp_client_cwd(struct qftp_client *client,
                        const char *path);

/**
 * Asks for the working folder on the server, and writes it to `path`, which has `capacity` bytes, the NUL included; QFTP_ERR_MEMORY where it is longer.
 */
int32_t qftp_client_pwd(struct qftp_client *client,
                        char *path,
                        size_t capacity);

/**
 * Asks for the size of a file, in bytes.
 */
int32_t qftp_client_size(struct qftp_client *client, const char *name, uint64_t *size);

/**
 * Asks when a file was last written, and writes that to `time`, which has `capacity` bytes, the NUL included: YYYYMMDDHHMMSS or YYYYMMDDHHMMSS.sss, UTC.
 * 32 bytes do; QFTP_ERR_MEMORY where it is longer.
 */
int32_t qftp_client_modified(struct qftp_client *client,
                             const char *name,
                             char *time,
                             size_t capacity);

/**
 * Renames a file or folder.
 */
int32_t qftp_client_rename(struct qftp_client *client, const char *from, const char *to);

/**
 * Deletes a file.
 */
int32_t qftp_client_delete(struct qftp_client *client, const char *name);

/**
 * Makes a folder.
 */
int32_t qftp_client_make_dir(struct qftp_client *client, const char *name);

/**
 * Removes an empty folder.
 */
int32_t qftp_client_remove_dir(struct qftp_client *client, const char *name);

/**
 * Asks how many bytes the last transfer moved.
 */
int32_t qftp_client_length(struct qftp_client *client, uint64_t *count);

/**
 * Asks for the state of the FTP client: 0 opening, 1 open and idle, 2 transferring, 3 closing, 4 closed.
 */
int32_t qftp_client_status(struct qftp_client *client, int32_t *state);

/**
 * Makes a driver of a module in an unknown state, in memory of the caller's: QFTP_DRIVER_SIZE bytes, or at least qftp_driver_bytes(), aligned to
 * QFTP_SESSION_ALIGN. `buffers` are 32 bytes at least, half for what comes from the port and half for the local file; the more, the fewer calls.
 * `config` may be NULL. Returns NULL when the memory does not do, or a field of `config` is out of its range. Nothing has to be undone.
 */
struct qftp_driver *qftp_driver_init(uint8_t *memory,
                                     size_t len,
                                     uint8_t *buffers,
                                     size_t buffers_len,
                                     const struct qftp_config *config);

/**
 * How many bytes a driver takes in this build of the library, beside its buffers.
 */
size_t qftp_driver_bytes(void);

/**
 * Begins one operation. It ends with QFTP_WANT_DONE or QFTP_WANT_FAILED.
 */
int32_t qftp_driver_begin(struct qftp_driver *driver,
                          uint64_t now_ms,
                          const struct qftp_operation *operation);

/**
 * Begins the download of a whole file, by as many attempts as its policy allows: the module is set up and logged in where it is not. It ends with
 * QFTP_WANT_DONE, or with QFTP_WANT_FAILED and qftp_driver_kept good bytes.
 */
int32_t qftp_driver_get(struct qftp_driver *driver,
                        const struct qftp_transfer *transfer);

/**
 * Begins the upload of a whole file, likewise.
 */
int32_t qftp_driver_put(struct qftp_driver *driver, const struct qftp_transfer *transfer);

/**
 * Ends what is under way; go on until its end, with QFTP_ERR_ABORTED. Also for a local file that failed.
 */
int32_t qftp_driver_abort(struct qftp_driver *driver, uint64_t now_ms);

/**
 * What comes next. Do it, report it as qftp_want_kind says, and call this again.
 */
int32_t qftp_driver_next(struct qftp_driver *driver, uint64_t now_ms, struct qftp_want *want);

/**
 * The port took so many bytes of QFTP_WANT_WRITE.
 */
int32_t qftp_driver_wrote(struct qftp_driver *driver, size_t count);

/**
 * The port brought so many bytes into the room of QFTP_WANT_WRITE or QFTP_WANT_READ.
 */
int32_t qftp_driver_received(struct qftp_driver *driver, size_t count);

/**
 * So many bytes of the local file came into the room of QFTP_WANT_FILL; 0: there are none yet.
 */
int32_t qftp_driver_filled(struct qftp_driver *driver, size_t count);

/**
 * So many bytes of QFTP_WANT_COMPARE are the same as the local file's, up to the first that is not or the end of one of both.
 */
int32_t qftp_driver_compared(struct qftp_driver *driver,
                             size_t same);

/**
 * Whether a login stands, as far as is known.
 */
bool qftp_driver_is_open(const struct qftp_driver *driver);

/**
 * Bytes of the local file that are good after a download that ended, of the server's file after an upload; 0 of NULL.
 */
uint64_t qftp_driver_kept(const struct qftp_driver *driver);

/**
 * Bytes of the file on the server that are good at most, where the last upload lost bytes on the line: the next transfer of this name has it as
 * qftp_transfer.good_there, or else goes on behind a hole. QFTP_UNKNOWN where nothing was lost, and of NULL.
 */
uint64_t qftp_driver_distrusted(const struct qftp_driver *driver);

/**
 * Details of the last failure of module, server or line. `error->struct_size` must be sizeof(qftp_error). QFTP_ERR_NOTHING_TO_ABORT when nothing has
 * failed since the last transfer began.
 */
int32_t qftp_driver_last_error(const struct qftp_driver *driver,
                               struct qftp_error *error);

/**
 * An operation of this kind, with nothing else in it: `len` is QFTP_UNKNOWN.
 */
void qftp_operation_init(struct qftp_operation *operation, int32_t kind);

/**
 * Brings the line in sync and the module in order: echo off, a short guard time, URCs proven to arrive, SIM card ready, PDP context active.
 * `setup` may be NULL for the defaults.
 */
int32_t qftp_session_setup(struct qftp_session *session,
                           uint64_t now_ms,
                           const struct qftp_setup *setup);

/**
 * Logs in to a server.
 */
int32_t qftp_session_open(struct qftp_session *session, uint64_t now_ms, const struct qftp_login *login);

/**
 * Logs out; over only when the module says so.
 */
int32_t qftp_session_close(struct qftp_session *session, uint64_t now_ms);

/**
 * Deactivates the PDP context; qftp_session_setup comes next.
 */
int32_t qftp_session_deactivate(struct qftp_session *session, uint64_t now_ms);

/**
 * Restarts the module (AT+CFUN=1,1) and waits for it; qftp_session_setup comes next. May be called in any state.
 */
int32_t qftp_session_restart(struct qftp_session *session,
                             uint64_t now_ms);

/**
 * Changes the working folder on the server; at most 128 bytes.
 */
int32_t qftp_session_cwd(struct qftp_session *session, uint64_t now_ms, const char *path);

/**
 * Asks for the working folder on the server: the text of the event.
 */
int32_t qftp_session_pwd(struct qftp_session *session, uint64_t now_ms);

/**
 * Asks for the size of a file: the number of the event.
 */
int32_t qftp_session_size(struct qftp_session *session, uint64_t now_ms, const char *name);

/**
 * Asks when a file was last written: the text of the event, YYYYMMDDHHMMSS.
 */
int32_t qftp_session_modified(struct qftp_session *session, uint64_t now_ms, const char *name);

/**
 * Renames a file or folder.
 */
int32_t qftp_session_rename(struct qftp_session *session, uint64_t now_ms, const char *from, const char *to);

/**
 * Deletes a file.
 */
int32_t qftp_session_delete(struct qftp_session *session, uint64_t now_ms, const char *name);

/**
 * Makes a folder.
 */
int32_t qftp_session_make_dir(struct qftp_session *session, uint64_t now_ms, const char *name);

/**
 * Removes an empty folder.
 */
int32_t qftp_session_remove_dir(struct qftp_session *session, uint64_t now_ms, const char *name);

/**
 * Asks how many bytes the last transfer moved, or the present one has.
 */
int32_t qftp_session_length(struct qftp_session *session, uint64_t now_ms);

/**
 * Asks for the state of the FTP client: 0 opening, 1 open and idle, 2 transferring, 3 closing, 4 closed.
 */
int32_t qftp_session_status(struct qftp_session *session, uint64_t now_ms);

/**
 * Lists a folder as the server prints it, "." for the working folder: QFTP_EVENT_DATA, then the number of bytes.
 */
int32_t qftp_session_list(struct qftp_session *session,
                          uint64_t now_ms,
                          const char *folder);

/**
 * Lists the names in a folder.
 */
int32_t qftp_session_names(struct qftp_session *session, uint64_t now_ms, const char *folder);

/**
 * Lists a folder with its facts (MLSD).
 */
int32_t qftp_session_facts(struct qftp_session *session, uint64_t now_ms, const char *folder);

/**
 * Lists the files of the module, "*" or "RAM:*" for all: QFTP_EVENT_INFO a file.
 */
int32_t qftp_session_files(struct qftp_session *session, uint64_t now_ms, const char *pattern);

/**
 * Downloads a file out of the module, its checksum proven.
 */
int32_t qftp_session_download(struct qftp_session *session, uint64_t now_ms, const char *name);

/**
 * Deletes files of the module: one, or "*", "RAM:*" for all of a storage.
 */
int32_t qftp_session_remove(struct qftp_session *session, uint64_t now_ms, const char *name);

/**
 * Downloads a file: QFTP_EVENT_SIZE where the length is known, QFTP_EVENT_DATA, then the number of bytes. `options` may be NULL.
 */
int32_t qftp_session_get(struct qftp_session *session,
                         uint64_t now_ms,
                         const char *name,
                         const struct qftp_get_options *options);

/**
 * Uploads a file, or a part of one: exactly `options->len` bytes by qftp_session_send, then the number of bytes.
 */
int32_t qftp_session_put(struct qftp_session *session,
                         uint64_t now_ms,
                         const char *name,
                         const struct qftp_put_options *options);

/**
 * Uploads a file into the module, its checksum proven: exactly `len` bytes by qftp_session_send.
 */
int32_t qftp_session_upload(struct qftp_session *session, uint64_t now_ms, const char *name, uint64_t len);

/**
 * Asks for the space of a storage of the module, one of qftp_via but QFTP_VIA_COM: `number` bytes are free of `total`.
 */
int32_t qftp_session_storage(struct qftp_session *session,
                             uint64_t now_ms,
                             int32_t storage);

/**
 * Ends the operation under way: data mode is left, the line brought in sync. The operation then ends with QFTP_ERR_ABORTED.
 */
int32_t qftp_session_abort(struct qftp_session *session,
                           uint64_t now_ms);

/**
 * Fills in the defaults.
 */
void qftp_config_init(struct qftp_config *config);

/**
 * Fills in the defaults: context 1, its settings as they are, the network wanted.
 */
void qftp_setup_init(struct qftp_setup *setup);

/**
 * Fills in the safe settings: explicit, TLS 1.2, SNI; `ca` is the caller's to set.
 */
void qftp_tls_init(struct qftp_tls *tls);

/**
 * Fills in the defaults: port 21, anonymous, binary, passive, plain; `host` is the caller's to set.
 */
void qftp_login_init(struct qftp_login *login);

/**
 * Given by the firmware; called in place of a panic, which the core cannot have. It must not return.
 */
extern void qftp_port_panic(void);

/**
 * Fills in the defaults: one attempt, nothing gone on with, nothing compared.
 */
void qftp_policy_init(struct qftp_policy *policy);

/**
 * Makes a session in memory of the caller's: QFTP_SESSION_SIZE bytes, or at least qftp_session_bytes(), aligned to QFTP_SESSION_ALIGN. `config` may be NULL. Returns NULL
 * when the memory does not do, or a field of `config` is out of its range. Nothing has to be undone: the memory can be used for something else at any time.
 */
struct qftp_session *qftp_session_init(uint8_t *memory,
                                       size_t len,
                                       const struct qftp_config *config);

/**
 * How many bytes a session takes in this build of the library: QFTP_SESSION_SIZE is enough for all of them, on every machine.
 */
size_t qftp_session_bytes(void);

/**
 * Makes a session in memory of the library's. `config` may be NULL. Returns NULL when there is no memory, or a field of `config` is out of its range. Not for interrupts.
 */
struct qftp_session *qftp_session_new(const struct qftp_config *config);

/**
 * Gives back a session of qftp_session_new. NULL is allowed. Not for interrupts.
 */
void qftp_session_free(struct qftp_session *session);

/**
 * Takes bytes that came from the module. `*consumed` is how many of them are used up; `*event` is at most one event. Call it again with the
 * rest while there is any, or an event came.
 */
int32_t qftp_session_handle_input(struct qftp_session *session,
                                  uint64_t now_ms,
                                  const uint8_t *input,
                                  size_t len,
                                  size_t *consumed,
                                  struct qftp_event *event);

/**
 * The next event that needs no input; `*event` is one of kind QFTP_EVENT_NONE when there is none. Call it until then after each other call.
 */
int32_t qftp_session_poll_event(struct qftp_session *session,
                                struct qftp_event *event);

/**
 * Writes bytes for the module into `out`; returns how many, 0 when there are none.
 */
size_t qftp_session_poll_transmit(struct qftp_session *session,
                                  uint64_t now_ms,
                                  uint8_t *out,
                                  size_t capacity);

/**
 * Offers file bytes of an upload; returns how many of them have to be written to the port now, and no more.
 */
size_t qftp_session_send(struct qftp_session *session, uint64_t now_ms, const uint8_t *data, size_t len);

/**
 * Whether an upload waits for bytes by qftp_session_send.
 */
bool qftp_session_wants_data(const struct qftp_session *session);

/**
 * When qftp_session_handle_timeout is to be called unless input comes before, in milliseconds of the caller's clock; QFTP_NEVER: never.
 */
uint64_t qftp_session_poll_timeout(const struct qftp_session *session);

/**
 * The time of qftp_session_poll_timeout has come. A needless call does nothing.
 */
void qftp_session_handle_timeout(struct qftp_session *session, uint64_t now_ms);

/**
 * Whether an operation may start.
 */
bool qftp_session_is_idle(const struct qftp_session *session);

/**
 * Whether set-up has succeeded since the module last started.
 */
bool qftp_session_is_set_up(const struct qftp_session *session);

/**
 * Whether a login stands, as far as is known.
 */
bool qftp_session_is_open(const struct qftp_session *session);

/**
 * Details of the last QFTP_EVENT_FAILED. `error->struct_size` must be sizeof(qftp_error). QFTP_ERR_NOTHING_TO_ABORT when nothing has failed yet.
 */
int32_t qftp_session_last_error(const struct qftp_session *session,
                                struct qftp_error *error);

/**
 * A transfer of nothing yet; `good_there` is QFTP_UNKNOWN.
 */
void qftp_transfer_init(struct qftp_transfer *transfer);

/**
 * The text of a status, such as "success"; static, never NULL, "unknown status" for other numbers. May be called from anywhere.
 */
const char *qftp_status_str(int32_t status);

/**
 * The library's version as a number: major * 10000 + minor * 100 + patch; compare it with QFTP_VERSION_NUMBER.
 */
uint32_t qftp_version_number(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* QFTP_H */
