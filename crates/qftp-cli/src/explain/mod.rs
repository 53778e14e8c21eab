//! `qftp explain`: a log of a dialogue with a module, step by step, and what went wrong in it.
//!
//! [`reading`] makes events of whatever the log is, [`exchange`] commands and their outcomes of the events, [`mistakes`] knows what hosts
//! do wrong, [`diagnosis`] what failed first. What commands and codes mean is known to qftp-core alone.

mod data;
mod decoration;
mod diagnosis;
mod dialect;
mod exchange;
mod glued;
mod hexdump;
mod html;
mod mask;
mod mistakes;
mod parts;
mod print;
mod reading;
mod steps;

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use crate::exit::Problem;
use crate::local;
use crate::port::Context;
use diagnosis::Diagnosis;

/// The longest log that becomes a page, in bytes: all of it stands in memory.
const LONGEST_PAGE: u64 = 8 << 20;

/// Reads the log and prints what it tells, a part at a time; with `page`, writes it as a page too.
pub(crate) fn run(context: &Context, path: &Path, page: Option<&Path>) -> Result<(), Problem> {
    let source = local::source(path)?;
    let diagnosis = match page {
        None => parts::explain(source, |steps| print::steps(context.output, steps)),
        Some(page) => {
            let (mut all, mut source) = (Vec::new(), source.take(LONGEST_PAGE));
            let read = parts::explain(&mut source, |steps| {
                print::steps(context.output, steps);
                all.extend_from_slice(steps);
            });
            if source.limit() == 0 {
                let text = format!("{}: a log of more than 8 MiB is no page", path.display());
                return Err(Problem::usage(text).remedy("cut out the part around the failure"));
            }
            read.and_then(|diagnosis| write_page(path, page, &all, &diagnosis).map(|()| diagnosis))
        }
    };
    print::diagnosis(context.output, &diagnosis.map_err(|error| Problem::file(&error))?);
    Ok(())
}

fn write_page(log: &Path, page: &Path, steps: &[steps::Step], diagnosis: &Diagnosis) -> io::Result<()> {
    let name = log.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", page.display()));
    fs::write(page, html::page(&name, steps, diagnosis)).map_err(named)
}
