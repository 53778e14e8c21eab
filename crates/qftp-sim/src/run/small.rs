//! Listings, small commands, the module's own files.

use qftp_emulator::Storage;

use super::*;

impl Run<'_> {
    pub(super) fn small(&mut self, op: &Op, name: &str, contents: &[u8]) -> Result<(), Violation> {
        let files = self.world.server.files.clone();
        let path = format!("/{name}");
        let done = match op {
            Op::List(kind) => return self.list(*kind),
            Op::Size(_) => {
                match self.attempt("size", b"", Via::Com, None, |session, now| session.size(now, name))? {
                    End::Done(Some(size)) => return self.check_size(&path, size),
                    _ => None,
                }
            }
            Op::WorkingDir => match self.attempt("pwd", b"", Via::Com, None, Session::pwd)? {
                End::Text(text) => Some(text == b"/"),
                _ => None,
            },
            Op::Folder => {
                let made = self.simple("mkdir", |session, now| session.make_dir(now, name))?;
                made.is_ok().then(|| files.has_folder(&path))
            }
            Op::Rename => {
                files.add_file(&path, &b"renamed"[..]);
                let other = format!("{name}-other");
                let renamed = self.simple("rename", |session, now| session.rename(now, name, &other))?;
                renamed
                    .is_ok()
                    .then(|| files.file(&format!("/{other}")).is_some() && files.file(&path).is_none())
            }
            Op::ModuleFile(_) => return self.module_file(contents),
            Op::Put(..) | Op::Get(..) => None,
        };
        match done {
            _ if self.line() != Line::Sound => Ok(()),
            Some(false) => self.broken(format!("{op:?} was reported done and is not")),
            Some(true) => {
                self.tally.holds(Invariant::Command);
                Ok(())
            }
            None => Ok(()),
        }
    }

    pub(super) fn list(&mut self, kind: ListKind) -> Result<(), Violation> {
        let end = self.attempt("list", b"", Via::Com, None, |session, now| match kind {
            ListKind::Long => session.list(now, "."),
            ListKind::Names => session.names(now, "."),
            ListKind::Facts => session.facts(now, "."),
        })?;
        if matches!(end, End::Done(_)) && self.line() == Line::Sound {
            self.world.collect();
            self.world.server.calm();
            if self.world.host.sink != self.world.server.listing(kind) {
                return self.broken(format!("{kind:?} is not what the server says"));
            }
            self.false_end_was_data();
            self.tally.holds(Invariant::Listing);
        }
        Ok(())
    }

    pub(super) fn module_file(&mut self, contents: &[u8]) -> Result<(), Violation> {
        let ufs = Via::Storage(Storage::Ufs);
        let len = contents.len() as u64;
        let end =
            self.attempt("upload", contents, ufs, None, |session, now| session.upload(now, "sim", len))?;
        let line = self.line();
        if !matches!(end, End::Done(_)) {
            return Ok(());
        }
        let end = self.attempt("download", b"", ufs, None, |session, now| session.download(now, "sim"))?;
        if !matches!(end, End::Done(_)) {
            return Ok(());
        }
        let same = self.world.host.sink == contents;
        match (line, self.line()) {
            (Line::Sound, Line::Sound) if !same => {
                self.broken("a file of the module came back as another".into())
            }
            (Line::Sound, Line::Sound) => {
                self.tally.holds(Invariant::Get);
                Ok(())
            }
            (Line::Sound, Line::Lost | Line::Flipped) if !same => {
                self.broken("a file of the module came back as another in spite of its checksum".into())
            }
            _ => Ok(()),
        }
    }
}
