//! What there is to do, found folder by folder before anything is done.

use std::rc::Rc;

use crate::exit::Problem;
use crate::time::Span;

/// What stands at a path on one of the two sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    File {
        size: Option<u64>,
        time: Option<Span>,
    },
    Folder,
    /// What is left alone, and why.
    Other(&'static str),
}

/// One side's folder, by name. A folder may have a million entries: this is the least that holds them.
#[derive(Debug, Default)]
pub(super) struct Nodes(Vec<(Box<str>, Node)>);

impl Nodes {
    /// Of entries in any order; of two with one name the first counts.
    pub(super) fn new(mut nodes: Vec<(Box<str>, Node)>) -> Self {
        nodes.sort_by(|(one, _), (other, _)| one.cmp(other));
        nodes.dedup_by(|(one, _), (other, _)| one == other);
        Self(nodes)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        let place = self.0.binary_search_by(|(own, _)| (**own).cmp(name)).ok()?;
        self.0.get(place).map(|(_, node)| node)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.0.iter().map(|(name, node)| (&**name, node))
    }
}

/// What is done with one file or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    MakeFolder,
    Transfer {
        size: Option<u64>,
        /// When the source was written.
        time: Option<Span>,
        /// Going on with what the target has.
        resume: bool,
        why: Why,
    },
    Delete,
    RemoveFolder,
}

/// Why a file is transferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    New,
    Size,
    Newer,
    Content,
}

impl Why {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Size => "its size differs",
            Self::Newer => "it is newer",
            Self::Content => "its content differs",
        }
    }
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The folder below the two roots; empty for the roots themselves.
    pub(super) folder: Rc<str>,
    pub(super) name: Box<str>,
    pub(super) deed: Deed,
}

impl Step {
    pub(super) fn path(&self) -> String {
        crate::folder::join(&self.folder, &self.name)
    }
}

/// What there is to do, and what was found on the way.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Folders and files, each folder before what is in it and all of one folder together.
    pub(super) steps: Vec<Step>,
    /// What is not in the source any more, the deepest first.
    pub(super) deletions: Vec<Step>,
    pub(super) unchanged: u64,
    pub(super) excluded: u64,
    /// Paths that are left alone, and why.
    pub(super) skipped: Vec<(String, &'static str)>,
    /// Paths that nothing can be done about, each told already.
    pub(super) failed: Vec<Problem>,
    /// Not all of the source could be seen, so that what is not in it cannot be told either.
    pub(super) incomplete: bool,
}

impl Plan {
    pub(super) fn push(&mut self, folder: &Rc<str>, name: &str, deed: Deed) {
        self.steps.push(Step { folder: folder.clone(), name: name.into(), deed });
    }

    /// Files to transfer.
    pub(super) fn files(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step.deed, Deed::Transfer { .. })).count()
    }

    /// Bytes to transfer, where all sizes are known.
    pub(super) fn bytes(&self) -> u64 {
        bytes(&self.steps)
    }
}

/// Bytes that these steps transfer, where all sizes are known.
pub(super) fn bytes(steps: &[Step]) -> u64 {
    let size = |step: &Step| match step.deed {
        Deed::Transfer { size, .. } => size.unwrap_or(0),
        _ => 0,
    };
    steps.iter().map(size).fold(0, u64::saturating_add)
}
