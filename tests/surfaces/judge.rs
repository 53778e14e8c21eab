//! One function says whether a case went right.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::thread;

use crate::bench::Bench;
use crate::case::{Case, Expected, Meanwhile, Then};
use crate::job::{Cause, Job, Outcome, Ran, Verb};
use crate::place::{Made, OLD, Place};
use crate::surface::{Feature, Surface};

/// What went wrong, if anything.
pub(crate) type Verdict = Result<(), String>;

/// Runs a case on a surface. `has` is what the surface has.
pub(crate) fn judge(surface: Surface, has: &[Feature], case: &Case) -> Verdict {
    let case = &case.on(has);
    let bench = Bench::new(case).map_err(|error| error.to_string())?;
    let mut setting = Setting::make(case, &bench).map_err(|error| error.to_string())?;
    let job = |resume| Job {
        verb: case.verb,
        remote: case.remote.clone(),
        local: setting.local.path.clone(),
        resume,
        verify: case.verify,
        atomic: case.atomic,
        retries: case.retries,
        abort: case.abort && !resume,
    };
    let resume = if case.verb == Verb::Get { Feature::ResumeGet } else { Feature::ResumePut };
    let mut jobs = vec![job(false)];
    match case.then {
        Then::Nothing => {}
        // Without the feature the file is transferred anew, which must be exact too.
        Then::Resume => {
            let resume = has.contains(&resume);
            // Where nobody remembers that bytes were lost, the comparison finds it.
            let proven = resume && case.loses_bytes_of_an_upload() && !has.contains(&Feature::Memory);
            let (verify, retries) = (case.verify || proven, case.retries.max(proven.into()));
            jobs.push(Job { resume, verify, retries, abort: false, ..job(false) });
        }
        Then::Command(_) => jobs.push(Job { verb: Verb::Size, ..job(false) }),
    }
    let meanwhile = case.meanwhile.map(|how| setting.meanwhile(how, &bench));
    // What happens after the failure is seen with what the failure left.
    let ran = surface.run(&bench, &jobs);
    if let Some(meanwhile) = meanwhile {
        meanwhile.join().map_err(|_| "the source could not be written to".to_owned())?;
    }
    setting.judge(case, &bench, &ran).map_err(|why| {
        let told: Vec<String> = ran.iter().map(|ran| format!("{ran:?}")).collect();
        format!("{why}\n      {}", told.join("\n      "))
    })
}

/// The files of a case.
struct Setting {
    contents: Vec<u8>,
    local: Made,
    there: PathBuf,
}

impl Setting {
    fn make(case: &Case, bench: &Bench) -> std::io::Result<Self> {
        let contents = contents(case.size);
        let name = String::from_utf8_lossy(&case.remote).into_owned();
        let local = case.place.make(&bench.here(), &name)?;
        let there = bench.there().join(OsStr::from_bytes(&case.remote));
        let is_good = case.expected != Expected::Fails(Cause::Misuse);
        match case.verb {
            Verb::Get if is_good => fs::write(&there, &contents)?,
            Verb::Get | Verb::Size => {}
            Verb::Put => {
                if case.place == Place::LongerThere {
                    fs::write(&there, OLD)?;
                }
                if !matches!(case.place, Place::Folder | Place::Dangling) {
                    fs::write(&local.real, &contents)?;
                }
            }
        }
        Ok(Self { contents, local, there })
    }

    /// Writes to the source as soon as STOR has come.
    fn meanwhile(&self, how: Meanwhile, bench: &Bench) -> thread::JoinHandle<()> {
        let (path, came, size) = (self.local.real.clone(), bench.stor_came(), self.contents.len());
        thread::spawn(move || {
            came.wait();
            let mut file = fs::OpenOptions::new().write(true).open(path).expect("it is there");
            match how {
                Meanwhile::Shrinks => file.set_len(size as u64 / 2).expect("cut"),
                Meanwhile::Changes => file.write_all(&vec![b'c'; size]).expect("written"),
            }
        })
    }

    fn judge(&mut self, case: &Case, bench: &Bench, ran: &[Ran]) -> Verdict {
        let [first, more @ ..] = ran else { return Err("it did nothing".into()) };
        match (&first.outcome, case.expected) {
            (Outcome::Done, Expected::Done) => self.same(case)?,
            (Outcome::Failed { cause, .. }, Expected::Fails(expected)) if *cause == expected => {}
            (_, expected) => return Err(format!("not {expected:?}")),
        }
        if !case.place.stands(&self.local) && (case.verb == Verb::Put || case.expected == Expected::Done) {
            return Err(format!("{:?} is something else now", case.place));
        }
        if case.expected == Expected::Fails(Cause::Misuse) {
            sent_nothing(bench)?;
        }
        self.untouched(case, first)?;
        match (case.then, more) {
            (Then::Nothing, _) => Ok(()),
            (Then::Resume, [Ran { outcome: Outcome::Done, .. }]) => self.same(case),
            (Then::Resume, _) => Err("what failed is not made good".into()),
            (
                Then::Command(_),
                [
                    Ran {
                        outcome: Outcome::Failed { cause: Cause::Line | Cause::Broken | Cause::Misuse, .. },
                        ..
                    },
                ],
            ) => Err("the next command fails by what the upload left".into()),
            (Then::Command(most), [next]) if next.took <= most => Ok(()),
            (Then::Command(_), _) => Err("the next command comes late".into()),
        }
    }

    /// The same bytes on both sides.
    fn same(&mut self, case: &Case) -> Verdict {
        let there = fs::read(&self.there).unwrap_or_default();
        let here = self.local.bytes();
        if here != there {
            let at = here.iter().zip(&there).take_while(|(here, there)| here == there).count();
            return Err(format!("{} bytes here and {} there, which differ at {at}", here.len(), there.len()));
        }
        // A source that was written to is no longer what it was.
        if case.meanwhile.is_none() && there != self.contents {
            return Err("both sides are the same, and wrong".into());
        }
        Ok(())
    }

    /// What failed has taken the place of nothing.
    fn untouched(&mut self, case: &Case, first: &Ran) -> Verdict {
        if matches!(first.outcome, Outcome::Done) {
            return Ok(());
        }
        match case.place {
            Place::Longer if self.local.bytes() != OLD => Err("the old target is gone".into()),
            Place::LongerThere if case.atomic && fs::read(&self.there).ok().as_deref() != Some(OLD) => {
                Err("the old file is gone from the server".into())
            }
            _ => Ok(()),
        }
    }
}

/// No command about a file came to the server.
fn sent_nothing(bench: &Bench) -> Verdict {
    let verbs: [&[u8]; 6] = [b"RETR", b"STOR", b"APPE", b"SIZE", b"MDTM", b"DELE"];
    let log = bench.server_log();
    match log.iter().find(|line| verbs.iter().any(|verb| line.starts_with(verb))) {
        Some(line) => Err(format!("the server was asked {}", line.escape_ascii())),
        None => Ok(()),
    }
}

/// Bytes that make other code trip, and no two blocks of which are the same.
fn contents(size: usize) -> Vec<u8> {
    let words = b"+++\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n\0\x1a";
    let mixed = (0_u32..).map(|at| {
        let chance = at.wrapping_mul(2_654_435_761).to_be_bytes()[1];
        words.get(at as usize % 61).copied().unwrap_or(chance)
    });
    mixed.take(size).collect()
}
