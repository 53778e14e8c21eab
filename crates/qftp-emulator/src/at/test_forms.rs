//! Test forms: `AT+X=?`.

use qftp_core::wire::{FtpKey, Line, Verb};

use super::{Answer, NOT_SUPPORTED, Outcome, Refusal};
use crate::module::Module;

impl Module {
    pub(crate) fn test_form(&mut self, verb: Verb) -> Outcome {
        match verb {
            Verb::QftpCfg => self.show_ftp_keys(),
            Verb::Qsslcfg => self.show_ssl_keys(),
            // These are URCs, not commands.
            Verb::Qiurc | Verb::Qusim | Verb::Qind => return Err(Refusal::Cme(NOT_SUPPORTED)),
            verb => {
                let own = self.of_family(verb);
                if let Some(parameters) =
                    own.as_deref().or_else(|| verb.test_form()).or_else(|| supporting(verb))
                {
                    self.show_test_form(verb, parameters);
                }
            }
        }
        Ok(Answer::Ok)
    }

    fn show_ftp_keys(&mut self) {
        let mut keys = self.config.ftp_keys.clone();
        // Of two spellings it lists the first.
        keys.dedup_by(|key, before| matches!((key, before), (FtpKey::SslCtxId(_), FtpKey::SslCtxId(_))));
        let family = self.config.family.clone();
        for key in keys {
            let range =
                family.ftp_rule(key).map_or_else(|| key.range().to_owned(), |rule| rule.range.to_string());
            self.show_test_form(Verb::QftpCfg, &format!("\"{}\",{range}", key.name()));
        }
    }

    fn show_ssl_keys(&mut self) {
        let family = self.config.family.clone();
        let has = |rule: &&crate::family::SslRule| self.config.ssl_keys.contains(&rule.name);
        let rules: Vec<_> = family.ssl.keys.iter().filter(has).collect();
        for rule in rules {
            let form = format!("\"{}\",{},{}", rule.name.name(), family.ssl.contexts.value, rule.range);
            self.show_test_form(Verb::Qsslcfg, &form);
        }
    }

    /// The parameters of a command in which families differ.
    fn of_family(&self, verb: Verb) -> Option<String> {
        let family = &self.config.family;
        let contexts = &family.pdp.contexts.value;
        Some(match verb {
            Verb::Qfupl => family.files.upload_form.value.clone(),
            Verb::Qfopen => family.files.open_form.value.clone(),
            Verb::Qicsgp => {
                format!("{contexts},(1-3),<APN>,<username>,<password>,{}", family.pdp.auth.value)
            }
            Verb::Qiact | Verb::Qideact => contexts.to_string(),
            Verb::Qidnscfg => format!("{contexts},<pridnsaddr>,<secdnsaddr>"),
            _ => return None,
        })
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
        Verb::Qfread => "<filehandle>[,<length>]",
        Verb::Qfwrite => "<filehandle>[,<length>[,<timeout>]]",
        Verb::Qfseek => "<filehandle>,<offset>[,(0-2)]",
        Verb::Qfposition | Verb::Qftucat | Verb::Qfflush | Verb::Qfclose => "<filehandle>",
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
