//! `<err>` of `AT+QIGETERROR`.

use super::{Row, row};

pub(super) const TABLE: &[Row] = &[
    row(0, "Operate successfully", "", ""),
    row(550, "Unknown error", "the module gives no reason", "restart the module and try again"),
    row(
        561,
        "Open PDP context failed",
        "the network refused the context",
        "check APN, registration and credit of the SIM",
    ),
    row(
        562,
        "Close PDP context failed",
        "the context was gone already",
        "restart the module if it does not activate again",
    ),
    row(565, "DNS parse failed", "the name does not resolve", "check the name and AT+QIDNSCFG"),
    row(
        566,
        "Socket connect failed",
        "nothing answers at that address and port",
        "check address, port and firewall",
    ),
    row(569, "Operation timeout", "the network gave no answer in time", "check the signal and try again"),
    row(570, "PDP context broken down", "the network dropped the context", "AT+QIDEACT, then AT+QIACT"),
    row(573, "APN not configured", "the context has no access point name", "set it with AT+QICSGP"),
];
