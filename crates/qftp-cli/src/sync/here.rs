//! The folder of this machine.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::plan::{Node, Nodes};
use crate::time::Span;

/// What is in a local folder, and the names that are not UTF-8, which no command can carry.
pub(super) fn list(folder: &Path) -> io::Result<(Nodes, Vec<PathBuf>)> {
    let mut nodes = Vec::new();
    let mut strange = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if qftp_transport::is_partial(&entry.path()) {
            // Downloads that broke off: nobody's files but ours, and no part of the folder.
            continue;
        }
        match entry.file_name().into_string() {
            Ok(name) => {
                nodes.push((name.into(), node(&entry.path())?));
            }
            Err(_) => strange.push(entry.path()),
        }
    }
    Ok((Nodes::new(nodes), strange))
}

fn node(path: &Path) -> io::Result<Node> {
    let is_link = fs::symlink_metadata(path)?.is_symlink();
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(_) if is_link => return Ok(Node::Other("a link to nothing")),
        Err(error) => return Err(error),
    };
    Ok(if about.is_file() {
        Node::File { size: Some(about.len()), time: about.modified().ok().map(Span::of) }
    } else if !about.is_dir() {
        Node::Other("neither a file nor a folder")
    } else if is_link {
        // It may lead out of the folder, or in a circle.
        Node::Other("a link to a folder")
    } else {
        Node::Folder
    })
}

/// The folder's path on this machine.
pub(super) fn path(root: &Path, folder: &str) -> PathBuf {
    folder.split('/').filter(|name| !name.is_empty()).fold(root.to_owned(), |path, name| path.join(name))
}
