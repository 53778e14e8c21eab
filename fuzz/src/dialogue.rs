//! What went out since the last command, and what a module in good order answers: deep states are reached by it, not by luck.

use qftp_core::Checksum;
use qftp_transport::Kind;

/// The command that went out last, and since it the file data that passed.
#[derive(Default)]
pub(crate) struct Dialogue {
    pub(crate) command: Vec<u8>,
    /// It is whole.
    pub(crate) complete: bool,
    checksum: Checksum,
    moved: u64,
}

impl Dialogue {
    /// An operation begins.
    pub(crate) fn begin(&mut self) {
        self.command.clear();
        self.complete = true;
    }

    /// Bytes on the line.
    pub(crate) fn sent(&mut self, kind: Kind, bytes: &[u8]) {
        match kind {
            Kind::Line if !bytes.is_empty() => self.command(bytes),
            Kind::Line => {}
            Kind::Data => self.came(bytes),
        }
    }

    fn command(&mut self, bytes: &[u8]) {
        if std::mem::replace(&mut self.complete, bytes.ends_with(b"\r") || bytes == b"+++") {
            self.command.clear();
            self.checksum = Checksum::new();
            self.moved = 0;
        }
        self.command.extend(bytes);
    }

    /// Bytes of a file.
    pub(crate) fn came(&mut self, data: &[u8]) {
        self.moved += data.len() as u64;
        self.checksum.update(data);
    }

    /// The answer to the command, where that is whole.
    pub(crate) fn oblige(&self, number: u64) -> Option<Vec<u8>> {
        (self.complete && !self.command.is_empty()).then(|| oblige(&self.command, number))
    }

    /// How its transfer ends.
    pub(crate) fn end(&self) -> Vec<u8> {
        end(&self.command, self.moved, self.checksum.value())
    }
}

/// The answer to what the host sent last.
fn oblige(sent: &[u8], number: u64) -> Vec<u8> {
    let text = String::from_utf8_lossy(sent);
    let text = text.trim();
    let name = text.split(['=', '?']).next().unwrap_or("").trim_start_matches("AT");
    let com = text.contains("\"COM:\"");
    let value = match name {
        "+QFTPSTAT" => ",4".to_owned(),
        "+QFTPPWD" => ",\"/\"".to_owned(),
        "+QFTPMDTM" => ",20260101000000".to_owned(),
        "+QFTPSIZE" | "+QFTPGET" | "+QFTPPUT" | "+QFTPLEN" | "+QFTPLIST" | "+QFTPNLST" | "+QFTPMLSD" => {
            format!(",{number}")
        }
        _ => ",0".to_owned(),
    };
    match name {
        "+CPIN" => "\r\n+CPIN: READY\r\n\r\nOK\r\n".into(),
        "+QIACT" if text.ends_with('?') => "\r\n+QIACT: 1,1,1,\"10.0.0.1\"\r\n\r\nOK\r\n".into(),
        "+QFTPGET" | "+QFTPPUT" | "+QFTPLIST" | "+QFTPNLST" | "+QFTPMLSD" if com => "\r\nCONNECT\r\n".into(),
        "+QFUPL" | "+QFDWL" | "+QFWRITE" => "\r\nCONNECT\r\n".into(),
        "+QFREAD" => format!("\r\nCONNECT {number}\r\n").into(),
        "+QFLST" => format!("\r\n+QFLST: \"RAM:qftp.tmp\",{number}\r\n\r\nOK\r\n").into(),
        "+QFLDS" => format!("\r\n+QFLDS: {number},{number}\r\n\r\nOK\r\n").into(),
        "+QFOPEN" => "\r\n+QFOPEN: 1\r\n\r\nOK\r\n".into(),
        "+QFTPCFG" => "\r\nOK\r\n".into(),
        name if name.starts_with("+QFTP") => format!("\r\nOK\r\n\r\n{name}: 0{value}\r\n").into(),
        _ => "\r\nOK\r\n".into(),
    }
}

/// How the transfer that began with this command ends.
fn end(sent: &[u8], moved: u64, checksum: u16) -> Vec<u8> {
    let text = String::from_utf8_lossy(sent);
    let name = text.split(['=', '?']).next().unwrap_or("").trim_start_matches("AT");
    match name {
        "+QFUPL" | "+QFDWL" => format!("\r\n{name}: {moved},{checksum:x}\r\n\r\nOK\r\n").into(),
        "+QFWRITE" => format!("\r\n+QFWRITE: {moved},{moved}\r\n\r\nOK\r\n").into(),
        "+QFREAD" => "\r\nOK\r\n".into(),
        name => format!("\r\nOK\r\n\r\n{name}: 0,{moved}\r\n").into(),
    }
}
