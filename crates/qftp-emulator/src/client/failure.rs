//! What went wrong on a socket, as both numbers of a URC (§3, §4).

use std::io;

use suppaftp::FtpError;

use crate::ftp_side::Failure;

pub(super) fn timed_out(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}

/// What went wrong, as both numbers of a URC.
pub(super) fn failure(error: &FtpError) -> Failure {
    match error {
        FtpError::UnexpectedResponse(response) => Failure::server(code(&response.body)),
        FtpError::ConnectionError(error) if timed_out(error) => Failure::local(609),
        FtpError::ConnectionError(error) => Failure::local(match error.kind() {
            io::ErrorKind::UnexpectedEof => 606,
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted => {
                608
            }
            _ => 605,
        }),
        _ => Failure::local(601),
    }
}

/// Before the greeting there is no control connection to speak of: the server closed the socket.
pub(super) fn greeting_failure(error: &FtpError) -> Failure {
    let failure = failure(error);
    if failure.code.get() == 606 { Failure::local(608) } else { failure }
}

/// The three digits of a reply. suppaftp's own enumeration does not have all of them.
pub(super) fn code(body: &[u8]) -> u16 {
    body.iter().take(3).fold(0, |code, digit| code * 10 + u16::from(digit.wrapping_sub(b'0').min(9)))
}
