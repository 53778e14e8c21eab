//! `qftp replay`: a recording played again, against the session of this program or in the place of the module.

mod host;
mod module;
mod port;

use std::fs;
use std::path::Path;

use qftp_core::wire::secret_start;
use qftp_transport::recording::Recording;
use serde_json::json;

use crate::args::ReplayArgs;
use crate::exit::{Code, Problem};
use crate::port::Context;

/// Plays the recording as the arguments say.
pub(crate) fn run(context: &Context, args: &ReplayArgs) -> Result<(), Problem> {
    let recording = read(&args.recording)?;
    if args.as_module {
        return module::run(context, &recording, args);
    }
    match host::play(&recording) {
        Ok(played) => {
            let host::Played { operations, sent, received } = played;
            context.output.result(
                &format!("the same: {operations} operations, {sent} bytes to the module, {received} from it"),
                &json!({ "same": true, "operations": operations, "sent": sent, "received": received }),
            );
            Ok(())
        }
        Err(difference) => {
            let host::Difference { line, then, today } = &difference;
            let object = json!({ "same": false, "line": line, "then": then, "today": today });
            if context.output.json {
                context.output.result("", &object);
            }
            Err(Problem::new(Code::Failed, format!("line {line}: then {then}; today {today}")).remedy(
                "what follows is not compared: look at the recording from that line on, with `qftp explain` beside it",
            ))
        }
    }
}

fn read(path: &Path) -> Result<Recording, Problem> {
    let bytes = fs::read(path).map_err(|error| Problem::local(path, &error))?;
    Recording::parse(&String::from_utf8_lossy(&bytes)).map_err(|error| {
        Problem::usage(format!("{}: {error}", path.display()))
            .remedy("a recording is what --record writes; `qftp explain` reads other logs")
    })
}

/// A command as a recording has it: with its secrets masked.
fn masked(line: &[u8]) -> Vec<u8> {
    let body = line.trim_ascii_end();
    match secret_start(body) {
        Some(start) => {
            [line.get(..start).unwrap_or_default(), b"***", line.get(body.len()..).unwrap_or_default()]
                .concat()
        }
        None => line.to_vec(),
    }
}
