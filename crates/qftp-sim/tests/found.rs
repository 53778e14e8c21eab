//! What the simulation has found in the core, as the shortest plans that showed it.

use qftp_core::session::Via;
use qftp_core::wire::Storage;
use qftp_sim::{
    Break, Content, Harm, LineFault, LineKind, Manner, Mishap, ModuleFault, Op, Pace, Plan, ServerFault,
    Stuff, Tally, Way,
};

fn plan(ops: Vec<Op>) -> Plan {
    Plan {
        seed: 1,
        profile: "ec200s",
        line: LineKind { baud: 0, latency: 0, piece: 4096, holds: 65_536 },
        delay: 0,
        guard: 300,
        in_flight: 4096,
        ops,
        module: Vec::new(),
        wires: Vec::new(),
        server: Vec::new(),
    }
}

fn content(len: u64, kind: Stuff, seed: u64) -> Content {
    Content { len, kind, seed }
}

const fn manner(via: Via, retries: u8) -> Manner {
    Manner { via, resume: true, verify: false, retries, stop: None, pace: Pace::AT_ONCE }
}

fn wire(op: usize, way: Way, at: u64, harm: Harm) -> LineFault {
    LineFault { op, way, at, harm }
}

fn module(op: usize, fault: &str) -> ModuleFault {
    ModuleFault { op, fault: fault.into() }
}

fn holds(plan: &Plan) {
    let report = plan.run(&mut Tally::default(), true);
    if let Some(violation) = report.violation {
        panic!("{violation}\n{plan}{}", report.dialogue.join("\n"));
    }
}

/// The carriage return behind the data filled the gap, and its line feed passed for the end.
#[test]
fn one_byte_lost_in_a_download() {
    for at in (400..2_300).step_by(7) {
        let get = Op::Get(content(1110, Stuff::Noise, 3_428_859_390_219_219_464), manner(Via::Com, 0), 0);
        let mut plan = plan(vec![get]);
        plan.wires.push(wire(0, Way::Down, at, Harm::Drop(1)));
        holds(&plan);
        // The same where the server knows no sizes, and the file ends in line ends.
        plan.ops =
            vec![Op::Get(content(2268, Stuff::Words, 1_163_280_609_137_111_824), manner(Via::Com, 0), 0)];
        plan.server.push(ServerFault { op: 0, mishap: Mishap::Refusal(500) });
        holds(&plan);
    }
}

/// A download that failed before its data began trusted the bytes of the one before.
#[test]
fn a_count_of_the_operation_before() {
    let staged = manner(Via::Storage(Storage::Ram), 0);
    let first = Op::Get(content(257, Stuff::Same(0), 1), staged, 0);
    for at in (0..300).step_by(3) {
        let mut plan = plan(vec![first, Op::Get(content(519, Stuff::Same(1), 2), staged, 0)]);
        plan.wires.push(wire(1, Way::Up, at, Harm::Stall(40_000)));
        holds(&plan);
    }
}

/// What a module says before its RDY stood in the file.
#[test]
fn a_restart_whose_first_word_is_not_rdy() {
    for at in (0..716).step_by(13) {
        let get = Op::Get(content(716, Stuff::Noise, 1_424_775_360_551_045_257), manner(Via::Com, 1), 0);
        let mut plan = plan(vec![get]);
        plan.module = vec![module(0, "shuffled-start"), module(0, &format!("reboot={at}"))];
        holds(&plan);
    }
}

/// A line of the file that looked like an outcome, and whose count reached behind itself.
#[test]
fn a_count_in_the_data() {
    for at in 960..1_000 {
        let get = Op::Get(content(1129, Stuff::Words, 4_995_170_209_937_442_959), manner(Via::Com, 3), 0);
        let mut plan = plan(vec![get]);
        plan.server.push(ServerFault { op: 0, mishap: Mishap::ControlLost(at) });
        holds(&plan);
    }
}

/// Of three plus signs into an upload that missed one byte that one was file data.
#[test]
fn an_upload_broken_off_in_its_last_bytes() {
    for len in 3_060..3_080 {
        let broken = Manner { stop: Some(Break::Abort(2_696)), ..manner(Via::Com, 0) };
        let mut plan = plan(vec![Op::Put(content(len, Stuff::Noise, 13_559_121_053_423_418_226), broken)]);
        plan.in_flight = 512;
        holds(&plan);
    }
}

/// The module did not listen when the host broke off, and took its words for the file.
#[test]
fn words_at_the_end_of_an_upload() {
    let broken = Manner { stop: Some(Break::Abort(613)), ..manner(Via::Com, 3) };
    let mut plan = plan(vec![Op::Put(content(850, Stuff::Noise, 5_703_913_224_913_479_915), broken)]);
    plan.line.piece = 1;
    plan.in_flight = 64;
    plan.delay = 300;
    holds(&plan);
}

/// The echo of a login came when nobody waited for it any more.
#[test]
fn a_late_echo_of_a_password() {
    for at in (500..640).step_by(2) {
        let get = Op::Get(content(0, Stuff::Noise, 1), manner(Via::Storage(Storage::Ufs), 0), 0);
        let mut plan = plan(vec![get]);
        plan.module = vec![module(0, "no-network"), module(0, "lost-urc=4")];
        plan.wires.push(wire(0, Way::Up, at, Harm::Stall(40_000)));
        holds(&plan);
    }
}

/// The silence before `+++` was counted from when the bytes were handed out; a slow line still carried them.
#[test]
fn an_upload_broken_off_on_a_slow_line() {
    for after in (16..600).step_by(16) {
        let broken = Manner { stop: Some(Break::Abort(after)), ..manner(Via::Com, 0) };
        let mut plan = plan(vec![Op::Put(content(610, Stuff::Noise, 1), broken)]);
        plan.line.baud = 9600;
        plan.in_flight = 512;
        holds(&plan);
    }
}

/// On a line with latency, the outcome of an upload that was broken off after its last byte passed for the answer to the question after it;
/// every answer was then taken for the next command's, until file data went out for commands.
#[test]
fn a_late_outcome_of_an_upload_into_the_module() {
    let broken =
        Manner { stop: Some(Break::Abort(1)), resume: false, ..manner(Via::Storage(Storage::Ufs), 0) };
    let put = Op::Put(content(1, Stuff::Words, 8_225_872_595_416_357_468), broken);
    let file = Op::ModuleFile(content(2336, Stuff::Plus, 10_419_973_863_357_755_586));
    for latency in [15, 30, 60, 200] {
        let whole = Manner { resume: false, ..manner(Via::Storage(Storage::Ram), 0) };
        let next = Op::Put(content(3, Stuff::Words, 83_991_051_575_154_123), whole);
        let mut plan = plan(vec![put, next, file]);
        plan.line.latency = latency;
        holds(&plan);
    }
}

/// What a stalled line still brought, words of a file, passed for a module that refuses `ATE0`.
#[test]
fn words_of_a_file_at_the_next_set_up() {
    for at in [20, 30, 40] {
        let whole = Manner { resume: false, ..manner(Via::Com, 0) };
        let mut plan = plan(vec![
            Op::Get(
                content(0, Stuff::Noise, 1),
                Manner { resume: false, ..manner(Via::Storage(Storage::Ram), 0) },
                0,
            ),
            Op::Get(content(18, Stuff::Words, 9_622_698_571_611_320_401), whole, 0),
        ]);
        plan.line.latency = 60;
        plan.guard = 1000;
        plan.delay = 1;
        plan.wires.push(wire(1, Way::Up, at, Harm::Stall(40_000)));
        holds(&plan);
    }
}

/// A bit that flipped in a name made the upload of one file that of another one, which was blamed for being longer than itself.
#[test]
fn a_command_that_became_another() {
    let stop = Some(Break::Abort(4_622));
    let first = Op::Put(
        content(2_000, Stuff::Noise, 1),
        Manner { stop: Some(Break::Abort(500)), ..manner(Via::Com, 0) },
    );
    let staged = Manner { resume: false, stop, ..manner(Via::Storage(Storage::Ufs), 2) };
    for begun in [first, Op::Get(content(26_392, Stuff::Plus, 2), staged, 0)] {
        for at in 0..300 {
            let mut plan = plan(vec![begun, Op::Put(content(3_876, Stuff::Noise, 3), manner(Via::Com, 1))]);
            plan.wires.push(wire(1, Way::Up, at, Harm::Flip(0)));
            holds(&plan);
        }
    }
}

/// What two million seeds have shown: a folder that a flipped bit made of a file's name, file data taken for the refusal of a set-up, and the end
/// of a password whose beginning had come too early. And of the third million: words of a file that was still on its way ended the silence
/// behind the escape, passed for an answer, and for a restart. A refusal of the question whether data is over made the module's words data.
#[test]
fn of_millions_of_seeds() {
    for seed in [501_882, 1_454_780, 1_760_909, 1_774_958, 3_279_947] {
        holds(&Plan::draw(seed));
    }
}

/// Four bytes were lost behind a false end, and the module's count took those of its OK for them: the OK of the question about the false
/// end stood for the transfer's.
#[test]
fn bytes_lost_behind_a_false_end() {
    let content = content(2507, Stuff::Noise, 10_595_642_053_894_901_855);
    let mut plan = plan(vec![Op::Get(content, manner(Via::Com, 0), 0)]);
    plan.profile = "bg95";
    plan.line = LineKind { baud: 921_600, latency: 60, piece: 4096, holds: 65_536 };
    plan.delay = 40;
    plan.server.push(ServerFault { op: 0, mishap: Mishap::FalseEnd(150) });
    for at in (1_250..2_500).step_by(13) {
        for lost in 1..8 {
            plan.wires = vec![wire(0, Way::Down, at, Harm::Drop(lost))];
            holds(&plan);
        }
    }
}
