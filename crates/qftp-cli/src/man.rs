//! `qftp man`: the man pages, for whoever installs the program.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::exit::Problem;
use crate::help;
use crate::port::Context;

/// Writes a page for each command into a folder.
pub(crate) fn run(context: &Context, folder: &Path) -> Result<(), Problem> {
    fs::create_dir_all(folder).map_err(|error| Problem::local(folder, &error))?;
    for command in help::pages() {
        let page = clap_mangen::Man::new(command).manual("qftp").generate_to(folder);
        let page = page.map_err(|error| Problem::local(folder, &error))?;
        context.output.result(&page.display().to_string(), &json!({ "file": page }));
    }
    Ok(())
}
