//! `+CME ERROR: <err>`: 3GPP TS 27.007 and the module's files.

use super::{Row, row};

const LIST_FILES: &str = "list the module's files and check the name and its storage prefix";
const FREE: &str = "ask for the free space (AT+QFLDS) and delete what is not needed";
const REOPEN: &str = "close the file, open it again and repeat";

pub(super) const TABLE: &[Row] = &[
    row(
        3,
        "operation not allowed",
        "the module is not in a state for this command",
        "check SIM, registration and what is open",
    ),
    row(
        4,
        "operation not supported",
        "this firmware does not have the command or the storage",
        "ask with its test form (=?)",
    ),
    row(
        10,
        "SIM not inserted",
        "no SIM card, or it makes no contact",
        "insert the SIM card and restart the module",
    ),
    row(11, "SIM PIN required", "the SIM card is locked", "enter the PIN with AT+CPIN"),
    row(
        12,
        "SIM PUK required",
        "a wrong PIN was entered three times",
        "enter the PUK and a new PIN with AT+CPIN",
    ),
    row(13, "SIM failure", "the SIM card does not work", "try another SIM card"),
    row(14, "SIM busy", "the SIM card is still starting", "wait some seconds and try again"),
    row(16, "incorrect password", "wrong PIN", "check the PIN: three wrong ones lock the card"),
    row(20, "memory full", "the storage is full", FREE),
    row(22, "not found", "no such entry", "check the name or index"),
    row(
        30,
        "no network service",
        "the module is not registered",
        "check antenna, signal (AT+CSQ) and registration (AT+CGREG?)",
    ),
    row(31, "network timeout", "the network gave no answer", "check the signal and try again"),
    row(
        32,
        "network not allowed - emergency calls only",
        "the network refuses this SIM card",
        "check the SIM card's contract",
    ),
    row(
        50,
        "incorrect parameters",
        "a parameter is missing or out of its range",
        "compare the command with its test form (=?)",
    ),
    row(
        400,
        "invalid input value",
        "a parameter is out of its range",
        "compare the command with its test form (=?)",
    ),
    row(
        401,
        "larger than the size of the file",
        "the position lies beyond the end of the file",
        "ask for the size of the file first",
    ),
    row(402, "read zero byte", "the end of the file is reached", "nothing more is there to read"),
    row(403, "drive full", "the module's storage is full", FREE),
    row(405, "file not found", "no such file in the module", LIST_FILES),
    row(
        406,
        "invalid file name",
        "the module does not allow this name",
        "use up to 80 plain characters without a path",
    ),
    row(
        407,
        "file already existed",
        "a file of this name is there",
        "delete it first (AT+QFDEL) or use another name",
    ),
    row(409, "fail to write the file", "the module's storage is full or failing", FREE),
    row(410, "fail to open the file", "the file does not exist or is open already", LIST_FILES),
    row(411, "fail to read the file", "the module could not read its storage", REOPEN),
    row(
        413,
        "reach the max number of files that can be opened",
        "too many files are open",
        "close some with AT+QFCLOSE",
    ),
    row(414, "the file read-only", "the file was opened for reading only", "open it with mode 0 or 1"),
    row(
        416,
        "invalid file descriptor",
        "the handle is not open",
        "open the file again and use the handle it gives",
    ),
    row(417, "fail to list the file", "no file matches, or the storage is missing", LIST_FILES),
    row(418, "fail to delete the file", "no such file, or it is open", LIST_FILES),
    row(
        419,
        "fail to get disk info",
        "the storage does not exist on this module",
        "use UFS:, which every module has",
    ),
    row(420, "no space", "the module's storage is full", FREE),
    row(421, "time out", "the data came too slowly or not at all", "raise the command's time-out and repeat"),
    row(423, "file too large", "the file exceeds the storage", FREE),
    row(
        425,
        "invalid parameter",
        "a parameter is out of its range",
        "compare the command with its test form (=?)",
    ),
    row(426, "file already opened", "the file is open already", "close it with AT+QFCLOSE first"),
];
