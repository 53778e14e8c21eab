//! The table: what is tried on every surface, and what has to come of it.

use std::time::Duration;

use crate::job::{Cause, Verb};
use crate::place::Place;
use crate::proxy::{Harm, What};
use crate::server::{Break, Script};
use crate::surface::Feature;

/// What has to come of the first job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Success, with the same bytes on both sides.
    Done,
    /// A failure for this cause.
    Fails(Cause),
}

/// What is done after the first job, with the same client, on a sound line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    Nothing,
    /// The same with resume, which must be exact.
    Resume,
    /// Another command, within so long.
    Command(Duration),
}

/// What happens to the local source while the server thinks about STOR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meanwhile {
    /// It gets other contents of the same length.
    Changes,
    /// It becomes half as long.
    Shrinks,
}

/// One case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) verb: Verb,
    /// Bytes of the file.
    pub(crate) size: usize,
    pub(crate) remote: Vec<u8>,
    pub(crate) place: Place,
    pub(crate) harm: Option<Harm>,
    pub(crate) script: Script,
    /// A fault of the emulated module.
    pub(crate) fault: Option<String>,
    /// Bits a second; none is as fast as it can.
    pub(crate) rate: Option<u32>,
    pub(crate) meanwhile: Option<Meanwhile>,
    pub(crate) verify: bool,
    pub(crate) atomic: bool,
    pub(crate) retries: u8,
    pub(crate) abort: bool,
    /// Without these, the case cannot be asked.
    pub(crate) needs: Vec<Feature>,
    pub(crate) expected: Expected,
    pub(crate) then: Then,
}

const LINE: Expected = Expected::Fails(Cause::Line);
const SERVER: Expected = Expected::Fails(Cause::Server);
const MODULE: Expected = Expected::Fails(Cause::Module);
const MISUSE: Expected = Expected::Fails(Cause::Misuse);
const LOCAL: Expected = Expected::Fails(Cause::Local);

/// A file of this length has several blocks, and some bytes more.
const SIZE: usize = 3_001;
/// An honest server that thinks about STOR.
const SLOW: Script = Script {
    slow_stor: Duration::from_secs(1),
    no_size: false,
    size_plus: 0,
    breaks: None,
    refuse_rename: false,
};

impl Case {
    /// Whether its upload has a hole that the server does not see.
    pub(crate) fn loses_bytes_of_an_upload(&self) -> bool {
        self.verb == Verb::Put && matches!(self.harm, Some(Harm { what: What::Lose(_), .. }))
    }

    /// Whether only a surface can do it whose names are bytes; the others refuse it.
    pub(crate) fn names_other_bytes(&self) -> bool {
        std::str::from_utf8(&self.remote).is_err()
    }

    /// The case on a surface that has these features.
    pub(crate) fn on(&self, has: &[Feature]) -> Self {
        let does = has.contains(&Feature::AnyBytes) && self.names_other_bytes();
        Self { expected: if does { Expected::Done } else { self.expected }, ..self.clone() }
    }

    fn new(verb: Verb, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            verb,
            size: SIZE,
            remote: b"file.bin".to_vec(),
            place: Place::Nothing,
            harm: None,
            script: Script::default(),
            fault: None,
            rate: None,
            meanwhile: None,
            verify: false,
            atomic: false,
            retries: 0,
            abort: false,
            needs: Vec::new(),
            expected: Expected::Done,
            then: Then::Nothing,
        }
    }

    fn get(name: impl Into<String>) -> Self {
        Self::new(Verb::Get, name)
    }

    fn put(name: impl Into<String>) -> Self {
        Self::new(Verb::Put, name)
    }

    fn harm(self, at: u64, what: What) -> Self {
        Self { harm: Some(Harm { at, what }), ..self }
    }

    fn script(self, script: Script) -> Self {
        Self { script, ..self }
    }

    fn breaks(self, after: u64, how: Break) -> Self {
        self.script(Script { breaks: Some((after, how)), ..Script::default() })
    }

    fn place(self, place: Place) -> Self {
        Self { place, ..self }.needs(Feature::Paths)
    }

    fn name(self, remote: &[u8]) -> Self {
        Self { remote: remote.to_vec(), ..self }
    }

    fn needs(mut self, feature: Feature) -> Self {
        self.needs.push(feature);
        self
    }

    fn fails(self, expected: Expected) -> Self {
        Self { expected, ..self }
    }

    fn resume(self) -> Self {
        Self { then: Then::Resume, ..self }
    }
}

/// All cases.
pub(crate) fn table() -> Vec<Case> {
    [honest(), lossy(), broken(), aborted(), sources(), places(), names(), lying()].concat()
}

fn honest() -> Vec<Case> {
    let verified = |case: Case| Case { verify: true, ..case }.needs(Feature::Verify);
    let of = |case: Case, size| Case { size, ..case };
    vec![
        Case::get("a download"),
        Case::put("an upload"),
        of(Case::get("a download of nothing"), 0),
        of(Case::put("an upload of nothing"), 0),
        of(Case::get("a large download"), 70_001),
        of(Case::put("a large upload"), 70_001),
        verified(Case::get("a download, compared")),
        verified(Case::put("an upload, compared")),
        Case { atomic: true, ..Case::put("an atomic upload").needs(Feature::Atomic) },
    ]
}

/// Around the window that is held back of a download.
const LENGTHS: [u64; 8] = [1, 10, 96, 200, 255, 256, 257, 512];

fn lossy() -> Vec<Case> {
    let mut cases = Vec::new();
    for count in LENGTHS {
        let (middle, last) = (1_000, SIZE as u64 - count);
        for (at, which) in [(middle, "bytes"), (last, "of the last bytes")] {
            let get = Case::get(format!("{count} {which} of a download are lost"));
            let put = Case::put(format!("{count} {which} of an upload are lost"));
            // The module waits for the rest of an upload, and cannot tell who keeps it back.
            let cases_here = [get.fails(LINE), put.fails(MODULE)];
            cases.extend(cases_here.map(|case| case.harm(at, What::Lose(count)).resume()));
        }
    }
    let verified = |case: Case| Case { verify: true, ..case }.needs(Feature::Verify);
    let twice = Case::get("bytes of a download come twice").harm(1_000, What::Double(96));
    cases.push(twice.fails(LINE).resume());
    cases.extend([
        verified(Case::get("a bit of a download is changed"))
            .harm(1_000, What::Flip)
            .fails(Expected::Fails(Cause::Differs)),
        verified(Case::put("a bit of an upload is changed"))
            .harm(1_000, What::Flip)
            .fails(Expected::Fails(Cause::Differs)),
        // What is left over stands before the command that compares, which passes it over.
        verified(Case::put("bytes of an upload come twice, compared"))
            .harm(1_000, What::Double(96))
            .fails(Expected::Fails(Cause::Differs)),
        Case { retries: 2, ..Case::get("bytes of a download are lost, with retries") }
            .needs(Feature::Retries)
            .harm(1_000, What::Lose(96)),
        Case { retries: 2, ..Case::put("bytes of an upload are lost, with retries") }
            .needs(Feature::Retries)
            .harm(1_000, What::Lose(96)),
        Case::get("a download stalls").harm(1_000, What::Delay(700)),
        Case::put("an upload stalls").harm(1_000, What::Delay(700)),
    ]);
    cases
}

fn broken() -> Vec<Case> {
    let mut cases = Vec::new();
    for (after, place) in [(1_070, "in the middle"), (2_500, "in the last kilobyte")] {
        cases.extend([
            Case::get(format!("426 {place} of a download")).breaks(after, Break::Reply),
            Case::put(format!("426 {place} of an upload")).breaks(after, Break::Reply),
        ]);
    }
    let mut cases: Vec<Case> = cases.into_iter().map(|case| case.fails(SERVER).resume()).collect();
    let gone = |case: Case| case.breaks(1_070, Break::Control).fails(MODULE).resume();
    cases.extend([
        gone(Case::get("the server ends both connections in a download")),
        gone(Case::put("the server ends both connections in an upload")),
    ]);
    let lost = |case: Case| Case { fault: Some("control-lost=1070".into()), ..case };
    let near_end = Case {
        size: 9_000,
        rate: Some(115_200),
        ..Case::put("the control connection is lost near the end of an upload")
    };
    cases.extend([
        lost(Case::get("the module loses its control connection in a download")).fails(MODULE).resume(),
        lost(Case::put("the module loses its control connection in an upload")).fails(MODULE).resume(),
        Case {
            fault: Some("control-lost=8990".into()),
            then: Then::Command(Duration::from_secs(3)),
            ..near_end.fails(MODULE)
        },
    ]);
    cases
}

fn aborted() -> Vec<Case> {
    let abort = |case: Case| Case { abort: true, ..case }.script(SLOW);
    vec![
        abort(Case::put("an upload is broken off before STOR is answered"))
            .fails(Expected::Fails(Cause::Aborted))
            .resume(),
        Case::put("STOR is answered late").script(SLOW),
    ]
}

fn sources() -> Vec<Case> {
    let changing = |name, how| Case {
        meanwhile: Some(how),
        ..Case::put(name).script(SLOW).needs(Feature::Paths).fails(LOCAL).resume()
    };
    vec![
        changing("a source that changes", Meanwhile::Changes),
        changing("a source that shrinks", Meanwhile::Shrinks),
        Case::put("a source that is a folder").place(Place::Folder).needs(Feature::FilesAlone).fails(LOCAL),
        Case::put("a source behind a link").place(Place::Link),
        Case::put("a source behind a link that leads nowhere").place(Place::Dangling).fails(LOCAL),
    ]
}

fn places() -> Vec<Case> {
    vec![
        Case::get("a target that exists").place(Place::Longer),
        Case::get("a target that exists, and a download that breaks")
            .place(Place::Longer)
            .breaks(1_070, Break::Reply)
            .fails(SERVER),
        Case::get("a target that is a pipe").place(Place::Fifo),
        Case::get("a target that is a device").place(Place::Device),
        Case::get("a target behind a link").place(Place::Link),
        Case::get("a target behind a link that leads nowhere").place(Place::Dangling),
        Case::get("a target that is a folder").place(Place::Folder),
        Case::put("a longer file on the server").place(Place::LongerThere),
        Case {
            atomic: true,
            script: Script { refuse_rename: true, ..Script::default() },
            ..Case::put("an atomic upload whose rename is refused")
                .place(Place::LongerThere)
                .needs(Feature::Atomic)
                .fails(SERVER)
        },
    ]
}

fn names() -> Vec<Case> {
    let long = [b'n'; 255];
    let longer = [b'n'; 256];
    let good: [(&str, &[u8]); 6] = [
        ("that looks like an option", b"-rf"),
        ("with blanks", b" a  b "),
        ("with marks of URLs and patterns", b"a%41?b#c*[d]&e;f"),
        ("that is not ASCII", "na\u{ef}ve \u{65e5}\u{672c}".as_bytes()),
        ("of 255 bytes", &long),
        ("with two dots", b"..hidden.."),
    ];
    let bad: [(&str, &[u8]); 8] = [
        ("with a back-space", b"victim\x08\x08x"),
        ("with a delete", b"a\x7fb"),
        ("with an escape", b"a\x1b[2Jb"),
        ("with a line feed", b"a\nb"),
        ("with a carriage return", b"a\rATZ\rb"),
        ("with a quote", b"a\"b"),
        ("that is not UTF-8", b"a\xffb"),
        ("of 256 bytes", &longer),
    ];
    let mut cases = Vec::new();
    for (what, name) in good {
        let down = Case::get(format!("a download of a name {what}")).name(name);
        let up = Case::put(format!("an upload to a name {what}")).name(name);
        let needs = |case: Case| if name == long { case.needs(Feature::LongNames) } else { case };
        cases.extend([needs(down), needs(up)]);
    }
    for (what, name) in bad {
        cases.push(Case::get(format!("a download of a name {what}")).name(name).fails(MISUSE));
        cases.push(Case::put(format!("an upload to a name {what}")).name(name).fails(MISUSE));
    }
    cases
}

fn lying() -> Vec<Case> {
    let no_size = Script { no_size: true, ..Script::default() };
    vec![
        Case::get("a download without SIZE").script(no_size),
        Case::put("an upload without SIZE").script(no_size),
        Case::get("a broken download without SIZE, and none to go on with")
            .script(Script { breaks: Some((1_070, Break::Reply)), ..no_size })
            .fails(SERVER)
            .resume(),
    ]
}
