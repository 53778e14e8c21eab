//! The cipher suites of `AT+QSSLCFG="ciphersuite"` (companion.md §3), by OpenSSL's names.

/// Every suite there is.
pub(super) const ALL: u16 = qftp_core::limits::ALL_CIPHER_SUITES;

const SUITES: &[(u16, &str)] = &[
    (0x0004, "RC4-MD5"),
    (0x0005, "RC4-SHA"),
    (0x000A, "DES-CBC3-SHA"),
    (0x002F, "AES128-SHA"),
    (0x0035, "AES256-SHA"),
    (0x003D, "AES256-SHA256"),
    (0xC011, "ECDHE-RSA-RC4-SHA"),
    (0xC012, "ECDHE-RSA-DES-CBC3-SHA"),
    (0xC013, "ECDHE-RSA-AES128-SHA"),
    (0xC014, "ECDHE-RSA-AES256-SHA"),
    (0xC023, "ECDHE-ECDSA-AES128-SHA256"),
    (0xC024, "ECDHE-ECDSA-AES256-SHA384"),
    (0xC025, "ECDH-ECDSA-AES128-SHA256"),
    (0xC026, "ECDH-ECDSA-AES256-SHA384"),
    (0xC027, "ECDHE-RSA-AES128-SHA256"),
    (0xC028, "ECDHE-RSA-AES256-SHA384"),
    (0xC029, "ECDH-RSA-AES128-SHA256"),
    (0xC02A, "ECDH-RSA-AES256-SHA384"),
    (0xC02B, "ECDHE-ECDSA-AES128-GCM-SHA256"),
    (0xC02F, "ECDHE-RSA-AES128-GCM-SHA256"),
    (0xC030, "ECDHE-RSA-AES256-GCM-SHA384"),
];

/// What OpenSSL calls a suite; a build of it need not have them all.
pub(super) fn openssl_name(suite: u16) -> Option<&'static str> {
    match suite {
        ALL => Some("ALL"),
        _ => SUITES.iter().find(|(number, _)| *number == suite).map(|(_, name)| *name),
    }
}
