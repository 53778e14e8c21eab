//! Another dialect of the same names.

use super::reading::Event;

/// Commands that only Quectel's GSM modules have.
const OF_GSM_MODULES: [&str; 3] = ["AT+QFTPUSER", "AT+QFTPPASS", "AT+QFTPPATH"];

/// Whether the FTP commands of a log are those of Quectel's GSM modules (M95 and its like). Their names are the same, their parameters are
/// not, and their outcomes are one number: of `+QFTPGET:603` nobody could tell whether it is a code or a count.
pub(super) fn is_of_gsm_modules(events: &[Event]) -> bool {
    let commands = events.iter().filter(|event| event.is_command()).filter_map(Event::text);
    commands.map(str::to_ascii_uppercase).any(|command| {
        OF_GSM_MODULES
            .iter()
            .any(|name| command.strip_prefix(name).is_some_and(|rest| rest.starts_with(['=', '?'])))
    })
}
