//! Downloads and uploads, and what has to hold of each.

use super::*;

impl Run<'_> {
    /// One download, checked.
    pub(super) fn get(
        &mut self,
        name: &str,
        options: &GetOptions,
        stop: Option<Break>,
    ) -> Result<End, Violation> {
        let what = format!("get {name} from {} {:?}", options.start, options.len);
        let end =
            self.attempt(&what, b"", options.via, stop, |session, now| session.get(now, name, options))?;
        let (line, start) = (self.line(), usize::try_from(options.start).unwrap_or(0));
        let sink = &self.world.host.sink;
        let changing = self.versions.len() > 1;
        let begins = |bytes: &[u8]| {
            self.versions
                .iter()
                .any(|version| version.get(start..).is_some_and(|rest| rest.starts_with(bytes)))
        };
        let exact = self.versions.iter().any(|version| {
            let rest = version.get(start.min(version.len())..).unwrap_or_default();
            let most =
                options.len.map_or(rest.len(), |len| rest.len().min(usize::try_from(len).unwrap_or(0)));
            sink == &rest[..most]
        });
        let direct = options.via == Via::Com;
        match &end {
            End::Done(count) => {
                if *count != Some(sink.len() as u64) {
                    return self.broken(format!("{what}: {count:?} of {} bytes", sink.len()));
                }
                // While the file changes, a length of before may meet bytes of after.
                let exact = exact || (changing && begins(sink));
                let fits =
                    self.versions.iter().any(|version| version.len().saturating_sub(start) >= sink.len());
                let invariant = match (line, direct) {
                    (Line::Sound, _) if !exact => {
                        return self.broken(format!("{what}: not the server's bytes"));
                    }
                    (Line::Sound, _) => {
                        self.false_end_was_data();
                        Invariant::Get
                    }
                    (Line::Lost, true) => {
                        return self.broken(format!("{what}: success though bytes were lost"));
                    }
                    (Line::Added, true) if !exact && !self.ends_in_words(start) => {
                        return self.broken(format!("{what}: success though bytes were added"));
                    }
                    (Line::Added, true) => Invariant::GetAdded,
                    (Line::Flipped, true) if !fits => {
                        return self.broken(format!("{what}: longer than the file"));
                    }
                    (Line::Flipped, true) => Invariant::Length,
                    (Line::Lost | Line::Flipped, false) if !exact => {
                        return self.broken(format!("{what}: success in spite of {line:?}"));
                    }
                    (Line::Lost | Line::Flipped, false) => Invariant::Staged,
                    (Line::Added | Line::Data, false)
                        if !changing
                            && !same_checksum(sink, self.versions[0].get(start..).unwrap_or_default()) =>
                    {
                        return self.broken(format!("{what}: success, and the checksum differs"));
                    }
                    (Line::Added | Line::Data, false) => Invariant::Checksum,
                    (Line::Data, true) | (Line::Words, _) => return Ok(end),
                };
                self.tally.holds(invariant);
            }
            End::Failed(failure) => {
                let trusted = usize::try_from(failure.transferred).unwrap_or(usize::MAX);
                let invariant = match (line, direct) {
                    (Line::Sound, _) => {
                        let false_bytes = sink.get(..trusted).is_none_or(|bytes| !begins(bytes));
                        // Behind the end of the file there is nothing to trust.
                        if trusted > 0 && false_bytes {
                            let len = sink.len();
                            return self
                                .broken(format!("{what}: {trusted} of {len} bytes are trusted and false"));
                        }
                        Invariant::Trusted
                    }
                    (Line::Lost, true) => Invariant::GetLost,
                    (Line::Added, true) => Invariant::GetAdded,
                    (Line::Lost | Line::Flipped, false) => Invariant::Staged,
                    _ => return Ok(end),
                };
                self.tally.holds(invariant);
            }
            _ => {}
        }
        Ok(end)
    }

    /// Whether the file's own last bytes could be lines of the module: then added bytes cannot be told from them.
    pub(super) fn ends_in_words(&self, start: usize) -> bool {
        self.versions.iter().any(|version| {
            let rest = version.get(start..).unwrap_or_default();
            rest[rest.len().saturating_sub(450)..].contains(&b'\r')
        })
    }

    /// One upload, checked.
    pub(super) fn put(
        &mut self,
        name: &str,
        upload: &[u8],
        options: &PutOptions,
        stop: Option<Break>,
        spoilt: bool,
    ) -> Result<End, Violation> {
        let what = format!("put {name} from {} {}", options.start, options.len);
        let rest = upload.get(usize::try_from(options.start).unwrap_or(0)..).unwrap_or_default();
        let on_server = |run: &Self| run.world.server.files.file(&format!("/{name}")).unwrap_or_default();
        let before = on_server(self);
        let end =
            self.attempt(&what, rest, options.via, stop, |session, now| session.put(now, name, options))?;
        let (line, direct) = (self.line(), options.via == Via::Com);
        let there = on_server(self);
        self.check_clean(&what, &end, &before, &there)?;
        self.check_in_sync(&what, &end, options.via)?;
        let exact = there == upload || (spoilt && options.start > 0);
        let invariant = match (&end, line, direct) {
            (End::Done(_), Line::Sound, _) if !exact => {
                return self.broken(format!("{what}: the server has other bytes"));
            }
            (End::Done(_), Line::Sound, _) => Invariant::Put,
            (End::Done(_), Line::Lost, true) => {
                return self.broken(format!("{what}: success though bytes were lost"));
            }
            (End::Done(_), Line::Added | Line::Flipped | Line::Data, true) if there.len() != upload.len() => {
                return self.broken(format!("{what}: the server has {} bytes", there.len()));
            }
            (End::Done(_), Line::Added | Line::Flipped | Line::Data, true) => Invariant::Length,
            (End::Done(_), Line::Lost | Line::Flipped, false) if !exact => {
                return self.broken(format!("{what}: success in spite of {line:?}"));
            }
            (End::Done(_), Line::Added | Line::Data, false) if !same_checksum(&there, upload) => {
                return self.broken(format!("{what}: success, and the checksum differs"));
            }
            (End::Done(_), Line::Added | Line::Data, false) => Invariant::Checksum,
            (End::Done(_) | End::Failed(_), Line::Lost | Line::Flipped, false) => Invariant::Staged,
            (End::Failed(_), Line::Lost, true) => Invariant::PutLost,
            _ => return Ok(end),
        };
        self.tally.holds(invariant);
        Ok(end)
    }
}
