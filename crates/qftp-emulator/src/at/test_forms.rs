//! Test forms: `AT+X=?`.

use qftp_core::wire::{FtpKey, Line, Verb};

use super::{Answer, NOT_SUPPORTED, Outcome, Refusal};
use crate::module::Module;

impl Module {
    pub(crate) fn test_form(&mut self, verb: Verb) -> Outcome {
        if verb == Verb::QftpCfg {
            let mut keys = self.config.ftp_keys.clone();
            // Of two spellings it lists the first.
            keys.dedup_by(|key, before| matches!((key, before), (FtpKey::SslCtxId(_), FtpKey::SslCtxId(_))));
            for key in keys {
                self.show_test_form(verb, &format!("\"{}\",{}", key.name(), key.range()));
            }
        } else if let Some(parameters) = verb.test_form().or_else(|| supporting(verb)) {
            self.show_test_form(verb, parameters);
        } else if matches!(verb, Verb::Qiurc | Verb::Qusim | Verb::Qind) {
            // These are URCs, not commands.
            return Err(Refusal::Cme(NOT_SUPPORTED));
        }
        Ok(Answer::Ok)
    }

    fn show_test_form(&mut self, verb: Verb, parameters: &str) {
        let name = match verb {
            Verb::QftpNlst if self.config.nlist => "+QFTPNLIST",
            verb => verb.name(),
        };
        self.out.info(&Line::Text(format!("{name}: {parameters}").as_bytes()));
    }
}

/// The supporting commands that print something; the others answer just OK.
fn supporting(verb: Verb) -> Option<&'static str> {
    Some(match verb {
        Verb::Qflst | Verb::Qfdel | Verb::Qfdwl => "<filename>",
        Verb::Qfupl => "<filename>[,<file_size>[,(1-65535)[,(0,1)]]]",
        Verb::Qfopen => "<filename>[,(0-2)]",
        Verb::Qfread => "<filehandle>[,<length>]",
        Verb::Qfwrite => "<filehandle>[,<length>[,<timeout>]]",
        Verb::Qfseek => "<filehandle>,<offset>[,(0-2)]",
        Verb::Qfposition | Verb::Qftucat | Verb::Qfflush | Verb::Qfclose => "<filehandle>",
        Verb::Qicsgp => "(1-15),(1-3),<APN>,<username>,<password>,(0-2)",
        Verb::Qiact | Verb::Qideact => "(1-15)",
        Verb::Qidnscfg => "(1-15),<pridnsaddr>,<secdnsaddr>",
        Verb::Qurccfg => "\"urcport\",(\"usbat\",\"usbmodem\",\"uart1\")",
        Verb::Cmee | Verb::Creg | Verb::Cgreg | Verb::Cereg => "(0-2)",
        Verb::Ipr => "(9600,19200,38400,57600,115200,230400,460800,921600)",
        Verb::Ifc => "(0,2),(0,2)",
        Verb::Cgatt => "(0,1)",
        Verb::Cfun => "(0,1,4),(0,1)",
        Verb::Csq => "(0-31,99),(0-7,99)",
        _ => return None,
    })
}
