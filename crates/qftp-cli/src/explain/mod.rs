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
mod print;
mod reading;

use std::fs;
use std::io::Read as _;
use std::path::Path;

use crate::exit::Problem;
use crate::local;
use crate::port::Context;

/// The longest log, in bytes: what is beyond is no log of one dialogue, and all of it is held in memory.
const LONGEST: u64 = 256 << 20;

/// Reads the log and prints what it tells; with `page`, writes it as a page too.
pub(crate) fn run(context: &Context, path: &Path, page: Option<&Path>) -> Result<(), Problem> {
    let source = local::source(path)?;
    let mut bytes = Vec::new();
    source.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| Problem::file(&error))?;
    if u64::try_from(bytes.len()).is_ok_and(|len| len > LONGEST) {
        return Err(Problem::usage(format!("{}: a log of more than 256 MiB", path.display()))
            .remedy("cut out the part around the failure"));
    }
    let steps = exchange::steps(&reading::events(&bytes));
    let diagnosis = diagnosis::Diagnosis::of(&steps);
    if let Some(page) = page {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let text = html::page(&name, &steps, &diagnosis);
        fs::write(page, text).map_err(|error| Problem::local(page, &error))?;
    }
    print::all(context.output, &steps, &diagnosis);
    Ok(())
}
