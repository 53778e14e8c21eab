//! `qftp tree`: a folder of a server with all that is below it.

use qftp_core::listing::Kind;
use serde_json::json;

use crate::exit::{Code, Problem};
use crate::folder::{Item, Lister, join, shown};
use crate::output::{self, Output};
use crate::port::{AnyClient, Context};
use crate::time;
use crate::url::Url;

/// What is shown of a tree.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
pub(crate) struct TreeArgs {
    /// No deeper than so many folders
    #[arg(long, short = 'L', value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) level: Option<u16>,
    /// The size of each file in front of its name
    #[arg(long, short = 's')]
    pub(crate) sizes: bool,
    /// Folders alone
    #[arg(long, short = 'd')]
    pub(crate) dirs: bool,
}

/// Most folders one in the other, and most folders in all: a server may have a tree without end.
pub(crate) const DEEPEST: u16 = 64;
pub(crate) const MOST: u64 = 100_000;

/// The tree of folders goes beyond a limit.
pub(crate) fn endless(path: &str) -> Problem {
    let text = format!(
        "{}: the tree has more than {DEEPEST} folders one in the other, or more than {MOST} in all",
        shown(path)
    );
    Problem::new(Code::Server, text).remedy("look at a folder of it, or use --level")
}

/// Prints a folder of a server as a tree.
pub(crate) fn run(context: &Context, url: &str, args: TreeArgs) -> Result<(), Problem> {
    let url = Url::checked(url)?;
    let folder = match url.path.as_str() {
        "/" => "/",
        path => path.trim_end_matches('/'),
    };
    context.on_server(&url, folder, |client| {
        let here = client.pwd().map_err(|error| Problem::from(error).about(&url))?;
        print(context.output, client, &mut Lister::default(), &here, &url.to_string(), args)
    })
}

/// The folder `path`, in which the session is in any of its folders; afterwards it may be in another one.
pub(crate) fn print(
    output: Output,
    client: &mut AnyClient,
    lister: &mut Lister,
    path: &str,
    title: &str,
    args: TreeArgs,
) -> Result<(), Problem> {
    if !output.json {
        output.result(&shown(title), &());
    }
    let mut tree = Tree { output, client, lister, args, folders: 0, files: 0, bytes: 0, failed: None };
    tree.folder(path, "", "", 1)?;
    let Tree { folders, files, bytes, failed, .. } = tree;
    let number = |count: u64, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let files_text = if args.dirs { String::new() } else { format!(", {}", number(files, "file")) };
    let sum = if args.dirs { String::new() } else { format!(", {}", output::size(bytes)) };
    output.result(
        &format!("\n{}{files_text}{sum}", number(folders, "folder")),
        &json!({ "command": "tree", "folders": folders, "files": files, "bytes": bytes }),
    );
    failed.map_or(Ok(()), Err)
}

struct Tree<'a> {
    output: Output,
    client: &'a mut AnyClient,
    lister: &'a mut Lister,
    args: TreeArgs,
    folders: u64,
    files: u64,
    bytes: u64,
    /// The first folder that could not be looked into.
    failed: Option<Problem>,
}

impl Tree<'_> {
    /// What is in a folder: `path` is where the server has it, `below` where the tree has it.
    fn folder(&mut self, path: &str, below: &str, indent: &str, depth: u16) -> Result<(), Problem> {
        let listed = self.client.cwd(path).and_then(|()| self.lister.list(self.client));
        let items = match listed {
            Ok(listing) => {
                if let Some(problem) = listing.problem(&shown(path)) {
                    self.fail(problem);
                }
                listing.items
            }
            Err(error) => {
                let problem = Problem::from(error).about(shown(path));
                if depth == 1 || problem.code == Code::Interrupted || !self.client.is_open() {
                    return Err(problem);
                }
                self.fail(problem);
                return Ok(());
            }
        };
        let items: Vec<Item> =
            items.into_iter().filter(|item| !self.args.dirs || item.kind == Kind::Dir).collect();
        let count = items.len();
        for (place, item) in items.into_iter().enumerate() {
            let (branch, further) =
                if place + 1 == count { ("└── ", "    ") } else { ("├── ", "│   ") };
            self.item(&item, below, &format!("{indent}{branch}"), depth);
            if item.kind == Kind::Dir && self.args.level.is_none_or(|level| depth < level) {
                if depth >= DEEPEST || self.folders >= MOST {
                    return Err(endless(path));
                }
                let (path, below) = (join(path, &item.name), join(below, &item.name));
                self.folder(&path, &below, &format!("{indent}{further}"), depth.saturating_add(1))?;
            }
        }
        Ok(())
    }

    fn fail(&mut self, problem: Problem) {
        self.output.problem(&problem);
        self.failed.get_or_insert(problem);
    }

    fn item(&mut self, item: &Item, below: &str, branch: &str, depth: u16) {
        let kind = match item.kind {
            Kind::Dir => "folder",
            Kind::File => "file",
            Kind::Link => "link",
            Kind::Other => "other",
        };
        if item.kind == Kind::Dir {
            self.folders += 1;
        } else {
            self.files += 1;
            self.bytes = self.bytes.saturating_add(item.size.unwrap_or(0));
        }
        let size =
            item.size.filter(|_| self.args.sizes).map_or_else(String::new, |size| format!("[{size:>11}] "));
        let slash = if item.kind == Kind::Dir { "/" } else { "" };
        let arrow = item.target.as_ref().map_or_else(String::new, |target| format!(" -> {}", shown(target)));
        self.output.result(
            &format!("{branch}{size}{}{slash}{arrow}", shown(&item.name)),
            &json!({
                "path": join(below, &item.name), "kind": kind, "size": item.size, "depth": depth,
                "modified": item.time.map(time::shown), "target": item.target,
            }),
        );
    }
}
