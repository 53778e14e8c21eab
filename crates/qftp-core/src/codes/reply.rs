//! `<protocol_error>`, section 6 of the note, and replies that servers give beyond it.

use super::{Row, row};

pub(super) const TABLE: &[Row] = &[
    row(0, "no reply of the server", "", ""),
    row(
        421,
        "Service not available, closing control connection",
        "too many sessions, an idle time-out, or the server is shutting down",
        "wait and open the session again",
    ),
    row(
        425,
        "Open data connection failed",
        "the server could not reach the module, or demands TLS session reuse",
        "use passive mode",
    ),
    row(
        426,
        "Connection closed, transfer aborted",
        "the data connection broke in mid-transfer",
        "resume from the number of bytes that are proven",
    ),
    row(
        450,
        "File action not taken",
        "the file is busy or locked on the server, or there is nothing of this name to list",
        "check the name, wait and try again",
    ),
    row(
        451,
        "Aborted, local error",
        "the server failed inside, for instance with a full disk",
        "check the server's disk and log",
    ),
    row(452, "Insufficient storage", "the server's disk is full", "make room on the server"),
    row(
        500,
        "Syntax error, command unrecognized",
        "the server does not know the command",
        "use another operation",
    ),
    row(
        501,
        "Syntax error in arguments",
        "the server does not take this argument",
        "check the name; use binary mode",
    ),
    row(502, "Command not implemented", "the server does not offer this operation", "use another operation"),
    row(
        503,
        "Bad sequence of commands",
        "the server expected another command first",
        "close and open the session again",
    ),
    row(
        504,
        "Parameter not implemented",
        "the server does not offer this variant",
        "use binary mode and passive mode",
    ),
    row(
        521,
        "Data connection refused without protection",
        "the server wants the data connection under TLS",
        "use FTPS (explicit or implicit)",
    ),
    row(
        522,
        "TLS session reuse or protection required",
        "the server wants the data connection to resume the control connection's TLS session",
        "switch session_cache on in the SSL context, or require_ssl_reuse off on the server",
    ),
    row(
        530,
        "Not logged in",
        "wrong user name or password, or too many sessions on the server",
        "check user and password; wait for other sessions to end",
    ),
    row(
        532,
        "Need account for storing files",
        "the server wants an account",
        "use another user on the server",
    ),
    row(
        550,
        "File unavailable",
        "no such file or folder, it exists already, or no right to it",
        "check the path (list the folder) and the rights of the user",
    ),
    row(551, "Page type unknown", "the server does not take this kind of file", "use binary mode"),
    row(552, "Exceeded storage allocation", "the user's quota is used up", "make room or raise the quota"),
    row(
        553,
        "File name not allowed",
        "the name is forbidden, or its folder does not exist",
        "check the name and make the folder first",
    ),
    row(
        554,
        "Restart position not allowed",
        "the start position lies beyond the end of the file",
        "ask for the size first and start at or before it",
    ),
];
