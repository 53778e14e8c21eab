//! Pages that are run as they are written.
//!
//! A page is read from its top to its end, by one shell, in an empty folder that has the sources beside it as `qftp`:
//!
//! - a block `sh` is run, and must succeed;
//! - a block `text` after it is all that it says: a line `…` stands for any lines, a `*` for any text in a line; where no such block
//!   stands the commands say nothing;
//! - a block with a name, such as `c fetch.c`, is a file of that name.
//!
//! Any other block is refused, so that nothing is shown that was not run. What wants hardware is indented, and is no block.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::program;
use crate::servers::FreePort;

/// What stands between the output of two blocks.
const MARK: &str = "\u{1e}";
/// How long a page may take, in seconds: a build from nothing is in it.
const LIMIT: &str = "1800";

/// A block of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Commands, and what they say.
    Run {
        /// The commands.
        commands: String,
        /// What is shown of their output.
        shown: String,
    },
    /// A file.
    File {
        /// Its path.
        name: String,
        /// What is in it.
        text: String,
    },
}

/// The blocks of a page.
///
/// # Panics
///
/// Where a block is none that can be run.
#[must_use]
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let text: String = lines
            .by_ref()
            .take_while(|line| *line != "```")
            .fold(String::new(), |text, line| text + line + "\n");
        match (info.split_once(' '), info, blocks.last_mut()) {
            (Some((_, name)), ..) => blocks.push(Block::File { name: name.to_owned(), text }),
            (None, "sh", _) => blocks.push(Block::Run { commands: text, shown: String::new() }),
            (None, "text", Some(Block::Run { shown, .. })) if shown.is_empty() => *shown = text,
            _ => panic!("a block `{info}` that cannot be run: {text}"),
        }
    }
    blocks
}

/// Whether the output is what is shown.
#[must_use]
pub fn is_shown(shown: &str, output: &str) -> bool {
    fn lines(shown: &[&str], output: &[&str]) -> bool {
        match (shown, output) {
            (["…", rest @ ..], _) => (0..=output.len()).any(|skip| lines(rest, &output[skip..])),
            ([first, rest @ ..], [line, others @ ..]) => fits(first, line) && lines(rest, others),
            ([], []) => true,
            _ => false,
        }
    }
    lines(&shown.lines().collect::<Vec<_>>(), &output.lines().collect::<Vec<_>>())
}

/// Whether a line is of the pattern, in which `*` is any text.
fn fits(pattern: &str, line: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == line,
        Some((before, rest)) => line.strip_prefix(before).is_some_and(|line| {
            (0..=line.len()).any(|at| line.is_char_boundary(at) && fits(rest, &line[at..]))
        }),
    }
}

/// Runs a page of docs/, and says how many blocks of commands it has.
///
/// # Panics
///
/// Where a command fails, or does not say what is shown.
pub fn run(page: &str) -> usize {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace");
    let text = fs::read_to_string(root.join("docs").join(page)).expect("the page");
    let (text, _ports) = with_free_ports(text);
    let blocks = blocks(&text);
    let folder = tempfile::tempdir().expect("a folder");
    let work = folder.path().join("work");
    fs::create_dir(&work).expect("made");
    std::os::unix::fs::symlink(&root, work.join("qftp")).expect("a link");
    // What others wrote is built once, and not for each run of a page.
    let built = built().join("tutorials");
    let config = folder.path().join(".cargo/config.toml");
    fs::create_dir(config.parent().expect("a folder")).expect("made");
    fs::write(config, format!("[build]\ntarget-dir = {:?}\n", built.display().to_string())).expect("written");

    let mut script = format!("set -e\nexec >'{0}/output' 2>&1\n", folder.path().display());
    for (number, block) in blocks.iter().enumerate() {
        let part = folder.path().join(format!("block-{number}"));
        match block {
            Block::Run { commands, .. } => {
                fs::write(&part, commands).expect("written");
                writeln!(script, ". '{}' </dev/null\nprintf '{MARK}'", part.display()).expect("text");
            }
            Block::File { name, text } => {
                fs::write(&part, text).expect("written");
                writeln!(script, "install -D -m 644 '{}' '{name}'", part.display()).expect("text");
            }
        }
    }
    let script_file = folder.path().join("script");
    fs::write(&script_file, script).expect("written");
    let status = shell(&script_file, &work);
    let output = fs::read_to_string(folder.path().join("output")).expect("text");
    assert!(status, "{page} fails:\n{}", output.replace(MARK, "----\n"));

    let runs: Vec<_> = blocks.iter().filter(|block| matches!(block, Block::Run { .. })).collect();
    let mut others = String::new();
    for (block, said) in runs.iter().zip(output.split(MARK)) {
        let Block::Run { commands, shown } = block else { continue };
        if !is_shown(shown, said) {
            writeln!(others, "--- these commands\n{commands}--- say\n{said}--- and not\n{shown}")
                .expect("text");
        }
    }
    assert!(others.is_empty(), "{page}:\n{others}");
    runs.len()
}

/// The ports of the pages, 2121 to 2129, may be another's on this machine: the page with others in their place, which are kept.
fn with_free_ports(mut text: String) -> (String, Vec<FreePort>) {
    let mut ports = Vec::new();
    for shown in (2121..=2129).map(|port: u16| port.to_string()) {
        if text.contains(&shown) {
            let port = FreePort::take().expect("a free port");
            text = text.replace(&shown, &port.number().to_string());
            ports.push(port);
        }
    }
    (text, ports)
}

/// Where cargo builds: this test is TARGET/debug/deps/NAME-HASH.
fn built() -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    test.ancestors().nth(3).expect("a target folder").to_path_buf()
}

/// Runs the script to its end, and ends what it has left running.
fn shell(script: &Path, folder: &Path) -> bool {
    let mut path = vec![program::qftp().parent().map_or_else(PathBuf::new, Path::to_path_buf)];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let mut shell = Command::new("timeout");
    shell
        .args([LIMIT, "bash", "--norc"])
        .arg(script)
        .current_dir(folder)
        .stdin(Stdio::null())
        .process_group(0);
    // Nothing of this machine's configuration; what belongs to the toolchain that runs this test is nothing for another one.
    for name in [
        "QFTP_PORT",
        "QFTP_PASSWORD",
        "CARGO",
        "RUSTC",
        "RUSTC_WRAPPER",
        "RUSTFLAGS",
        "LD_LIBRARY_PATH",
        "DESTDIR",
    ] {
        shell.env_remove(name);
    }
    shell.envs([("XDG_CONFIG_HOME", "/nonexistent"), ("XDG_STATE_HOME", "/dev/null")]);
    shell.envs([("OPENSSL_NO_VENDOR", "1"), ("COLUMNS", "100")]);
    shell.env("PATH", std::env::join_paths(path).expect("a path"));
    let mut child = shell.spawn().expect("bash runs");
    let status = child.wait().expect("it ends");
    let _ = Command::new("kill")
        .args(["-TERM", "--", &format!("-{}", child.id())])
        .stderr(Stdio::null())
        .status();
    status.success()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read() {
        let page = "# A\n```sh\nls\n```\nSays\n```text\nx\n```\n```c a/b.c\nint x;\n```\n";
        let run = Block::Run { commands: "ls\n".to_owned(), shown: "x\n".to_owned() };
        let file = Block::File { name: "a/b.c".to_owned(), text: "int x;\n".to_owned() };
        assert_eq!(blocks(page), [run, file]);
    }

    #[test]
    #[should_panic(expected = "cannot be run")]
    fn a_block_that_cannot_be_run_is_refused() {
        let _ = blocks("```text\nx\n```\n");
    }

    #[test]
    fn what_is_shown_is_all_that_is_said() {
        for (shown, output, is) in [
            ("", "", true),
            ("", "x\n", false),
            ("x\n", "", false),
            ("a * b\n", "a 1 b\n", true),
            ("a * b\n", "a 1 b c\n", false),
            ("a\n…\nc\n", "a\nb\nb\nc\n", true),
            ("…\n", "", true),
            ("a\n…\n", "b\n", false),
        ] {
            assert_eq!(is_shown(shown, output), is, "{shown:?} {output:?}");
        }
    }
}
