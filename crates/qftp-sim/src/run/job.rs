//! A job, step by step, as a driver does it, and what its end has to be.

use super::*;

impl Run<'_> {
    /// One step of those that bring the session back, as `qftp-transport` does it.
    fn bring_back(&mut self, step: Step) -> Result<Result<(), Stop>, Violation> {
        match step {
            Step::Deactivate => self.simple("deactivate", Session::deactivate),
            Step::Restart => self.simple("restart", Session::restart),
            Step::SetUp => self.set_up(),
            Step::Open => self.simple("open", |session, now| session.open(now, &login())),
            Step::PowerCycle => {
                self.world.module.power_cycle(self.world.now());
                self.world.pause(1000);
                Ok(Ok(()))
            }
            // The port of the simulation is never lost, and its login has neither certificates nor a folder.
            _ => Ok(Ok(())),
        }
    }

    /// All the steps of a level, one after the other.
    pub(super) fn recover(&mut self, level: RecoveryLevel) -> Result<Result<(), Stop>, Violation> {
        self.world.note(|| format!("recovery: {}", level.about()));
        for step in level.steps() {
            match self.bring_back(*step)? {
                Ok(()) => {}
                Err(_) if *step == Step::Deactivate => {}
                Err(stop) => return Ok(Err(stop)),
            }
        }
        Ok(Ok(()))
    }

    /// Whether there is a login for a small operation.
    pub(super) fn log_in(&mut self) -> Result<bool, Violation> {
        if self.world.host.session().is_open() {
            return Ok(true);
        }
        Ok(self.recover(RecoveryLevel::SetUp)?.is_ok())
    }

    /// A job to its end: what it came to, what is here of a download, and whether the line or the server may have spoiled it.
    pub(super) fn job(
        &mut self,
        name: &str,
        upload: Option<&[u8]>,
        mut here: Vec<u8>,
        policy: Policy,
        mut stop: Option<Break>,
        mut spoilt: bool,
    ) -> Result<Moved, Violation> {
        let path = format!("/{name}");
        let mut job = match upload {
            Some(upload) => Job::put(upload.len() as u64, policy),
            None => Job::get(Some(here.len() as u64), policy),
        };
        if job.kept() == 0 {
            here.clear();
        }
        // With the faults over another process goes on, which begins with a set-up.
        if !self.world.host.session().is_open() || self.op == usize::MAX {
            job.connect();
        }
        let mut compared_on_bad_line = false;
        // Where an upload began of which bytes were lost, and whose failure shows that.
        let mut lost_from = None;
        let end = loop {
            let changes = self.world.server.struck.len();
            let step = job.next();
            if let Some(level) = job.begins_recovery() {
                self.world.note(|| format!("recovery: {}", level.about()));
            }
            let done = match step {
                Step::End(end) => break end,
                Step::Size => match self.attempt("size", b"", Via::Com, None, |s, now| s.size(now, name))? {
                    End::Done(size) => {
                        let size = size.unwrap_or(0);
                        self.check_size(&path, size)?;
                        job.size(Some(size));
                        Ok(())
                    }
                    end => self.not_done("size", &end)?,
                },
                Step::Truncate(len) => {
                    here.truncate(usize::try_from(len).unwrap_or(0));
                    job.ready();
                    Ok(())
                }
                Step::Wait(millis) => {
                    self.world.note(|| format!("retry {} in {millis} ms", job.retry()));
                    self.world.pause(millis.into());
                    job.ready();
                    Ok(())
                }
                Step::Get(options) => {
                    here.truncate(usize::try_from(options.start).unwrap_or(0));
                    let end = self.get(name, &options, stop.take())?;
                    match end {
                        End::Done(count) => {
                            here.extend(&self.world.host.sink);
                            job.moved(count.unwrap_or(0));
                            Ok(())
                        }
                        End::Died => {
                            here.extend(&self.world.host.sink);
                            spoilt = spoilt || self.spoils(changes) || self.check_death(&here)?;
                            return Ok(Moved { end: Ended::Died, here, spoilt });
                        }
                        end => {
                            here.extend(&self.world.host.sink);
                            self.not_done("get", &end)?
                        }
                    }
                }
                Step::Put(options) => {
                    let upload = upload.unwrap_or_default();
                    self.check_goes_on(&path, upload, options.start, spoilt)?;
                    if lost_from.take().is_some_and(|from| options.start > from) {
                        let start = options.start;
                        return self
                            .broken(format!("the upload goes on at {start}, behind bytes that were lost"));
                    }
                    let end = self.put(name, upload, &options, stop.take(), spoilt)?;
                    if let End::Failed(failure) = &end
                        && self.line() == Line::Lost
                        && shows_a_loss(failure)
                    {
                        lost_from = Some(options.start);
                        self.tally.holds(Invariant::StartsOver);
                    }
                    match end {
                        End::Done(count) => {
                            job.moved(count.unwrap_or(0));
                            Ok(())
                        }
                        End::Died => {
                            spoilt |= self.spoils(changes);
                            return Ok(Moved { end: Ended::Died, here, spoilt });
                        }
                        end => self.not_done("put", &end)?,
                    }
                }
                Step::Compare(options) => {
                    if upload.is_some() {
                        self.versions = vec![self.world.server.files.file(&path).unwrap_or_default()];
                    }
                    let end = self.get(name, &options, None)?;
                    compared_on_bad_line = self.line() != Line::Sound;
                    match end {
                        End::Done(_) => {
                            let own = upload.unwrap_or(&here);
                            let own =
                                own.get(usize::try_from(options.start).unwrap_or(0)..).unwrap_or_default();
                            job.compared(difference(own, &self.world.host.sink));
                            Ok(())
                        }
                        end => self.not_done("compare", &end)?,
                    }
                }
                recovery => self.bring_back(recovery)?.map(|()| job.ready()),
            };
            if !matches!(step, Step::Compare(_)) {
                spoilt |= self.line() != Line::Sound;
            }
            spoilt |= self.has_changed(changes);
            match done {
                Ok(()) => {}
                Err(Stop::Failed(failure)) => job.failed(&failure),
                Err(Stop::Refused(misuse)) => {
                    if !job.refused(misuse) {
                        return self.broken(format!(
                            "{step:?}: the job asks for what the session does not do: {misuse}"
                        ));
                    }
                }
            }
        };
        here.truncate(usize::try_from(job.kept()).unwrap_or(0));
        if end.is_ok() {
            self.check_job(&path, upload, &here, policy.verify, spoilt, compared_on_bad_line)?;
        }
        let end = match end {
            Ok(()) => Ended::Done,
            Err(trouble) => Ended::Failed(trouble),
        };
        Ok(Moved { end, here, spoilt })
    }

    /// Whether the file on the server became another one since so many mishaps.
    fn has_changed(&self, mishaps: usize) -> bool {
        let struck = &self.world.server.struck;
        struck.len() > mishaps && matches!(struck.last(), Some(Mishap::Changed { .. }))
    }

    /// Whether that, or the line, may have spoiled what is there.
    fn spoils(&self, mishaps: usize) -> bool {
        self.line() != Line::Sound || self.has_changed(mishaps)
    }

    /// What a host that died has of a download is the server's while the module is in data mode. After that the module's words may stand in
    /// it, which the host would have found out; that is the answer.
    fn check_death(&self, here: &[u8]) -> Result<bool, Violation> {
        if !self.world.module.is_in_data_mode() {
            return Ok(true);
        }
        if self.line() == Line::Sound && !self.versions.iter().any(|version| version.starts_with(here)) {
            return self.broken(format!("{} bytes that a dead host has are not the server's", here.len()));
        }
        Ok(false)
    }

    pub(super) fn not_done(&self, what: &str, end: &End) -> Result<Result<(), Stop>, Violation> {
        match end {
            End::Failed(failure) => Ok(Err(Stop::Failed(*failure))),
            End::Misuse(misuse) => Ok(Err(Stop::Refused(*misuse))),
            _ => self.broken(format!("{what}: another answer than that: {end:?}")),
        }
    }

    /// The whole file after a job that reports success.
    pub(super) fn check_job(
        &mut self,
        path: &str,
        upload: Option<&[u8]>,
        here: &[u8],
        verified: bool,
        spoilt: bool,
        compared_on_bad_line: bool,
    ) -> Result<(), Violation> {
        let exact = match upload {
            Some(upload) => self.world.server.files.file(path).as_deref() == Some(upload),
            None => self.versions.iter().any(|version| version == here),
        };
        match (spoilt, verified && !compared_on_bad_line) {
            (false, _) if !compared_on_bad_line && !exact => {
                self.broken(format!("{path} was reported moved and is not the same"))
            }
            (true, true) if !exact => {
                self.broken(format!("{path} was reported compared and is not the same"))
            }
            (true, true) => {
                self.tally.holds(Invariant::Verified);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn check_size(&mut self, path: &str, size: u64) -> Result<(), Violation> {
        if self.line() != Line::Sound {
            return Ok(());
        }
        let there = self.world.server.files.file(path).map(|file| file.len() as u64);
        if there != Some(size) && !self.versions.iter().any(|version| version.len() as u64 == size) {
            return self.broken(format!("the size of {path} is {there:?}, not {size}"));
        }
        self.tally.holds(Invariant::Command);
        Ok(())
    }

    pub(super) fn check_goes_on(
        &mut self,
        path: &str,
        upload: &[u8],
        start: u64,
        spoilt: bool,
    ) -> Result<(), Violation> {
        let start = usize::try_from(start).unwrap_or(0);
        if start == 0 || spoilt || self.op == usize::MAX {
            return Ok(());
        }
        let there = self.world.server.files.file(path).unwrap_or_default();
        if there.get(..start) != upload.get(..start) {
            return self
                .broken(format!("the upload goes on at {start}, and what the server has is not the same"));
        }
        self.tally.holds(Invariant::GoesOn);
        Ok(())
    }
}
