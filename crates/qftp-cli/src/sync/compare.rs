//! Both folders compared: what becomes a [`Plan`].

use std::fs::File;
use std::path::Path;
use std::rc::Rc;
use std::time::SystemTime;

use qftp_core::listing::Kind;
use qftp_core::session::GetOptions;
use qftp_transport::Error;

use super::filter::Filter;
use super::plan::{Deed, Node, Nodes, Plan, Step, Why};
use super::{Direction, here};
use crate::args::SyncArgs;
use crate::exit::{Code, Problem};
use crate::folder::{Item, Listing, join, shown};
use crate::port::{Account, Context};
use crate::there::{There, is_missing};
use crate::time::{Newer, Span};
use crate::tree;

/// Looks at both folders and finds what there is to do.
pub(super) struct Compare<'c, 't, 'a, 'w> {
    pub(super) context: &'c Context,
    pub(super) account: &'c Account,
    pub(super) args: &'c SyncArgs,
    pub(super) direction: Direction,
    pub(super) filter: &'c Filter,
    /// The local root.
    pub(super) here: &'c Path,
    pub(super) there: &'t mut There<'a, 'w>,
    pub(super) plan: Plan,
    /// Folders that were looked into.
    pub(super) folders: u64,
}

impl Compare<'_, '_, '_, '_> {
    /// The roots, and everything below them.
    pub(super) fn run(mut self) -> Result<Plan, Problem> {
        let target_there = match self.direction {
            Direction::Down => self.here.is_dir(),
            Direction::Up => match self.there.enter("") {
                Ok(()) => true,
                Err(Error::Failed(failure)) if is_missing(&failure) && self.there.client.is_open() => false,
                Err(error) => return Err(self.account.problem(error).about(self.there.path(""))),
            },
        };
        if self.direction == Direction::Down {
            let root = self.there.enter("");
            root.map_err(|error| self.account.problem(error).about(self.there.path("")))?;
        }
        if !target_there {
            self.plan.push(&"".into(), "", Deed::MakeFolder);
        }
        self.walk(&"".into(), target_there)?;
        Ok(self.plan)
    }

    fn walk(&mut self, folder: &Rc<str>, target_there: bool) -> Result<(), Problem> {
        let depth = folder.split('/').count();
        if self.direction == Direction::Down
            && (depth > usize::from(tree::DEEPEST) || self.folders >= tree::MOST)
        {
            return Err(tree::endless(folder));
        }
        self.folders += 1;
        let Some(source) = self.side(folder, self.direction == Direction::Up)? else { return Ok(()) };
        let target = match target_there {
            true => self.side(folder, self.direction == Direction::Down)?,
            false => Some(Nodes::default()),
        };
        let Some(target) = target else { return Ok(()) };
        let mut folders = Vec::new();
        for (name, node) in source.iter() {
            let path = join(folder, name);
            match (node, target.get(name)) {
                (Node::Other(why), _) => self.plan.skipped.push((path, why)),
                (Node::Folder, _) if !self.filter.takes_folder(&path) => self.plan.excluded += 1,
                (Node::File { .. }, _) if !self.filter.takes_file(&path) => self.plan.excluded += 1,
                (Node::Folder, None) => folders.push((name, path, false)),
                (Node::Folder, Some(Node::Folder)) => folders.push((name, path, true)),
                (Node::File { size, time }, None) => {
                    self.transfer(folder, name, (*size, *time), None, Why::New);
                }
                (Node::File { size, time }, Some(Node::File { size: target_size, time: target_time })) => {
                    let (source, target) = ((*size, *time), (*target_size, *target_time));
                    match self.differs(folder, name, source, target)? {
                        Some(why) => self.transfer(folder, name, source, Some(target), why),
                        None => self.plan.unchanged += 1,
                    }
                }
                (_, Some(other)) => self.conflict(&path, node, other),
            }
        }
        if self.args.delete {
            for (name, node) in target.iter().filter(|(name, _)| source.get(name).is_none()) {
                self.delete(folder, name, node)?;
            }
        }
        for (name, path, target_there) in folders {
            if !target_there {
                self.plan.push(folder, name, Deed::MakeFolder);
            }
            self.walk(&path.into(), target_there)?;
        }
        Ok(())
    }

    fn transfer(&mut self, folder: &Rc<str>, name: &str, source: Known, target: Option<Known>, why: Why) {
        let resume = self.args.transfer.resume
            && match self.direction {
                // What is there is the beginning of this very file if the file has not been written to since.
                Direction::Up => target.is_some_and(|(size, time)| {
                    size.zip(source.0).is_some_and(|(there, here)| there > 0 && there < here)
                        && time
                            .zip(source.1)
                            .is_some_and(|(there, here)| here.newer_than(there) != Newer::Yes)
                }),
                // What an earlier call has left proves itself that it is of this version of the file.
                Direction::Down => true,
            };
        let (size, time) = source;
        self.plan.push(folder, name, Deed::Transfer { size, time, resume, why });
    }

    /// Whether the target has another file than the source, and why that is thought.
    fn differs(
        &mut self,
        folder: &str,
        name: &str,
        source: Known,
        target: Known,
    ) -> Result<Option<Why>, Problem> {
        if source.0.zip(target.0).is_some_and(|(source, target)| source != target) {
            return Ok(Some(Why::Size));
        }
        if self.args.checksum {
            return self.content_differs(folder, name);
        }
        let (Some(source), Some(target)) = (source.1, target.1) else { return Ok(None) };
        let mut newer = source.newer_than(target);
        let there = if self.direction == Direction::Up { target } else { source };
        if newer == Newer::Unclear && self.is_worth_asking(there) {
            let exact = self.there.exact_time(folder, name);
            if let Some(exact) = exact.map_err(|error| self.account.problem(error).about(shown(name)))? {
                newer = match self.direction {
                    Direction::Up => source.newer_than(exact),
                    Direction::Down => exact.newer_than(target),
                };
            }
        }
        Ok((newer == Newer::Yes).then_some(Why::Newer))
    }

    /// Whether the exact time of a file tells more than its listing. A file that was sent may have been written to in the same minute. One that
    /// was fetched got its time from there, to the minute; and if only its day is listed, that is so because it is old and has not changed
    /// since, or because its time is yet to come.
    fn is_worth_asking(&self, there: Span) -> bool {
        const MONTHS: i64 = 150 * 24 * 3600;
        let is_old = there.from + MONTHS < Span::of(SystemTime::now()).from;
        self.direction == Direction::Up || (there.width > 60 && !is_old)
    }

    /// Reads the server's file through the module and compares it with the local one.
    fn content_differs(&mut self, folder: &str, name: &str) -> Result<Option<Why>, Problem> {
        let path = join(folder, name);
        let local = here::path(self.here, &path);
        let options = GetOptions { via: self.context.via(), ..GetOptions::default() };
        let mut differs = false;
        let done = self.there.transfer(folder, |client, way| {
            if !client.is_open() {
                client.connect(way)?;
            }
            let own = File::open(&local)
                .map_err(|error| Error::Local { error, state: qftp_core::session::SessionState::Usable })?;
            differs = client.verify(name, own, &options)?.is_some();
            Ok(0)
        });
        match done {
            Ok(_) => Ok(differs.then_some(Why::Content)),
            Err(error) => {
                let problem = self.account.problem(error).about(shown(&path));
                self.give_up(problem)?;
                Ok(None)
            }
        }
    }

    /// One side's folder; `None` where it cannot be looked into, which is told and keeps what is in it as it is.
    fn side(&mut self, folder: &str, here: bool) -> Result<Option<Nodes>, Problem> {
        if here {
            let path = here::path(self.here, folder);
            match here::list(&path) {
                Ok((nodes, strange)) => {
                    for path in strange {
                        let text = format!("{}: the name is not UTF-8", path.display());
                        self.fail(Problem::new(Code::Local, text).remedy("rename it"));
                    }
                    Ok(Some(nodes))
                }
                Err(error) => {
                    self.fail(Problem::local(&path, &error));
                    Ok(None)
                }
            }
        } else {
            match self.there.list(folder) {
                Ok(listing) => self.nodes(folder, listing).map(Some),
                Err(error) => {
                    let problem = self.account.problem(error).about(shown(&self.there.path(folder)));
                    self.give_up(problem)?;
                    Ok(None)
                }
            }
        }
    }

    fn nodes(&mut self, folder: &str, listing: Listing) -> Result<Nodes, Problem> {
        let place = shown(&self.there.path(folder));
        if let Some(problem) = listing.problem(&place) {
            self.fail(problem);
        }
        if listing.unread > 0 {
            let text = format!("{place}: {} lines of its listing cannot be read", listing.unread);
            self.fail(Problem::new(Code::Server, text).remedy("`qftp ls --raw` shows them"));
        }
        let exact = listing.exact;
        let node = |item: Item| self.node(folder, &item, exact).map(|node| (item.name, node));
        // In place: there is no room for a million entries twice.
        let nodes = listing.items.into_iter().map(node).collect::<Result<Vec<_>, Problem>>()?;
        Ok(Nodes::new(nodes))
    }

    fn node(&mut self, folder: &str, item: &Item, exact: bool) -> Result<Node, Problem> {
        Ok(match item.kind {
            Kind::Dir => Node::Folder,
            Kind::Link => Node::Other("a link"),
            Kind::Other => Node::Other("neither a file nor a folder"),
            Kind::File => {
                let time = self.there.time(folder, item, exact);
                let time = time.map_err(|error| self.account.problem(error).about(shown(&item.name)))?;
                Node::File { size: item.size, time }
            }
        })
    }

    /// What the source has not: it goes, with all that is in it, but for what was excluded.
    fn delete(&mut self, folder: &Rc<str>, name: &str, node: &Node) -> Result<bool, Problem> {
        let path = join(folder, name);
        let step = |deed| Step { folder: folder.clone(), name: name.into(), deed };
        match node {
            Node::File { .. } if self.filter.takes_file(&path) => {
                self.plan.deletions.push(step(Deed::Delete));
                Ok(true)
            }
            Node::Folder if self.filter.takes_folder(&path) => {
                let Some(nodes) = self.side(&path, self.direction == Direction::Down)? else {
                    return Ok(false);
                };
                let mut all = true;
                let path: Rc<str> = path.into();
                for (name, node) in nodes.iter() {
                    all &= self.delete(&path, name, node)?;
                }
                if all {
                    self.plan.deletions.push(step(Deed::RemoveFolder));
                }
                Ok(all)
            }
            Node::File { .. } | Node::Folder => {
                self.plan.excluded += 1;
                Ok(false)
            }
            Node::Other(why) => {
                self.plan.skipped.push((path, why));
                Ok(false)
            }
        }
    }

    fn conflict(&mut self, path: &str, source: &Node, target: &Node) {
        let word = |node: &Node| match node {
            Node::File { .. } => "a file",
            Node::Folder => "a folder",
            Node::Other(what) => what,
        };
        let text = format!("{}: {} in the source, {} in the target", shown(path), word(source), word(target));
        let problem =
            Problem::failed(text).remedy("move one of the two out of the way, or leave it out by --exclude");
        self.tell(problem);
    }

    /// Something of the source or target cannot be seen.
    fn fail(&mut self, problem: Problem) {
        self.plan.incomplete = true;
        self.tell(problem);
    }

    /// The same; and the end, where there is no session any more and none to be had.
    fn give_up(&mut self, problem: Problem) -> Result<(), Problem> {
        if problem.code == Code::Interrupted || self.there.ready().is_err() {
            return Err(problem);
        }
        self.fail(problem);
        Ok(())
    }

    fn tell(&mut self, problem: Problem) {
        self.context.output.problem(&problem);
        self.plan.failed.push(problem);
    }
}

/// Size and time, where they are known.
type Known = (Option<u64>, Option<Span>);
