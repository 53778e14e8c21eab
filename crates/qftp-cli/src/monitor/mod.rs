//! `qftp monitor`: the dialogue of an emulated module or of a recording, beside state, rate and faults.

mod model;
mod recording;
#[cfg(test)]
mod tests;
mod view;

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use qftp_core::wire::ServerState;
use qftp_emulator::{Direction, Emulator, ModuleState, Passing, PowerState};
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::args::EmulateArgs;
use crate::emulate;
use crate::exit::{Code, Problem};
use crate::port::Context;
use model::{Fact, Model, Switches};
use recording::Recording;

/// How long the screen stays as it is at most.
const FRAME: Duration = Duration::from_millis(50);
/// Lines that PgUp and PgDn go.
const PAGE: isize = 20;

/// Shows a recording, or else an emulated module.
pub(crate) fn run(context: &Context, file: Option<&Path>, args: &EmulateArgs) -> Result<(), Problem> {
    if args.list_faults || args.list_profiles {
        return emulate::run(context, args);
    }
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return Err(Problem::usage("the monitor needs a terminal").remedy(
            "without one, `qftp emulate -v` prints the dialogue and `qftp explain FILE` a recording's",
        ));
    }
    match file {
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| Problem::local(path, &error))?;
            let recording = Recording::read(path, &text)?;
            on_screen(|terminal| play(context, terminal, recording))
        }
        None => {
            let (watched, passed) = Watched::start(context, args)?;
            on_screen(|terminal| watch(context, terminal, &watched, &passed, args))
        }
    }
}

/// With the terminal as it has to be, and as it was afterwards.
fn on_screen(work: impl FnOnce(&mut DefaultTerminal) -> io::Result<()>) -> Result<(), Problem> {
    let fault = |error: io::Error| Problem::new(Code::Failed, format!("the terminal: {error}"));
    let mut terminal = ratatui::try_init().map_err(fault)?;
    let done = work(&mut terminal);
    ratatui::restore();
    done.map_err(fault)
}

/// Something that the module's thread tells.
enum Told {
    Line(Direction, Vec<u8>),
    Data(Direction, u64),
    Note(String),
}

struct Watched {
    emulator: Emulator,
    name: String,
    began: Instant,
}

impl Watched {
    fn start(context: &Context, args: &EmulateArgs) -> Result<(Self, Receiver<(Instant, Told)>), Problem> {
        let (send, receive) = channel();
        let notes = send.clone();
        // Nobody listens any more only when all is over.
        let builder = emulate::builder(context, args)?
            .watch(move |direction, passing| {
                let told = match passing {
                    Passing::Line(line) => Told::Line(direction, line.to_vec()),
                    Passing::Data(count) => Told::Data(direction, count as u64),
                };
                let _ = send.send((Instant::now(), told));
            })
            .notes(move |note| {
                let _ = notes.send((Instant::now(), Told::Note(note.to_owned())));
            });
        let emulator = emulate::start(builder, args)?;
        let name = emulate::name(&emulator, args);
        Ok((Self { emulator, name, began: Instant::now() }, receive))
    }
}

fn watch(
    context: &Context,
    terminal: &mut DefaultTerminal,
    watched: &Watched,
    passed: &Receiver<(Instant, Told)>,
    args: &EmulateArgs,
) -> io::Result<()> {
    let mut model = Model {
        title: format!("{} at {}", args.profile.name(), watched.name),
        switches: Some(Switches::new(&args.fault)),
        ..Model::default()
    };
    while !context.cancel.is_cancelled() && watched.emulator.is_running() {
        for (when, told) in passed.try_iter() {
            let at = when.saturating_duration_since(watched.began);
            let to_module = |direction| direction == Direction::ToModule;
            match told {
                Told::Line(direction, line) => model.line(at, to_module(direction), &line),
                Told::Data(direction, count) => model.data(at, to_module(direction), count),
                Told::Note(text) => model.note(at, text),
            }
        }
        model.facts = facts(&watched.emulator.state());
        model.advance(watched.began.elapsed());
        terminal.draw(|frame| view::draw(frame, &model))?;
        for key in keys()? {
            if is_end(key) {
                return Ok(());
            }
            if module_key(&mut model, key.code) {
                let on = model.switches.as_ref().map(Switches::on).unwrap_or_default();
                watched.emulator.set_faults(&on);
                let names: Vec<String> = on.iter().map(ToString::to_string).collect();
                let text = if names.is_empty() {
                    "no faults".to_owned()
                } else {
                    format!("faults: {}", names.join(", "))
                };
                model.note(watched.began.elapsed(), text);
            } else if key.code == KeyCode::Char('p') {
                watched.emulator.power_cycle();
                model.note(watched.began.elapsed(), "the power was switched off and on".to_owned());
            }
        }
    }
    Ok(())
}

/// What a key does to the screen of a module; whether the faults are others now.
fn module_key(model: &mut Model, key: KeyCode) -> bool {
    if scrolls(model, key) {
        return false;
    }
    let Some(switches) = &mut model.switches else { return false };
    match key {
        KeyCode::Up | KeyCode::Char('k') => switches.go(-1),
        KeyCode::Down | KeyCode::Char('j') => switches.go(1),
        KeyCode::Enter | KeyCode::Char(' ') => {
            switches.switch();
            return true;
        }
        KeyCode::Char('c') => {
            switches.clear();
            return true;
        }
        _ => {}
    }
    false
}

fn scrolls(model: &mut Model, key: KeyCode) -> bool {
    match key {
        KeyCode::PageUp => model.scroll(PAGE),
        KeyCode::PageDown => model.scroll(-PAGE),
        KeyCode::Char('G') | KeyCode::End if model.playing.is_none() => model.back = 0,
        _ => return false,
    }
    true
}

/// How the module stands, in the words of the screen.
fn facts(state: &ModuleState) -> Vec<Fact> {
    let (power, on) = match state.power {
        PowerState::On => ("on", true),
        PowerState::Starting => ("starting", false),
        PowerState::Off => ("off: p switches it on", false),
    };
    let ftp = match state.ftp {
        ServerState::Opening => "opening",
        ServerState::Idle => "open, idle",
        ServerState::Transferring => "transferring",
        ServerState::Closing => "closing",
        ServerState::Closed => "closed",
    };
    let contexts: Vec<String> = state.contexts.iter().map(ToString::to_string).collect();
    let contexts = if contexts.is_empty() { "none".to_owned() } else { contexts.join(", ") };
    let happened = &state.happened;
    let mut gone_wrong: Vec<String> =
        happened.events.iter().map(|event| format!("{event:?}").to_lowercase()).collect();
    for (count, what) in [
        (happened.lost_urcs, "lost URCs"),
        (happened.refused_connections, "refused connections"),
        (happened.overrun_bytes, "overrun bytes"),
    ] {
        if count > 0 {
            gone_wrong.push(format!("{count} {what}"));
        }
    }
    let wrong = if gone_wrong.is_empty() { "nothing".to_owned() } else { gone_wrong.join(", ") };
    let yes = |is: bool| if is { "yes" } else { "no" };
    vec![
        Fact::new("power", power, Some(on)),
        Fact::new("line", if state.data_mode { "file data" } else { "commands" }, None),
        Fact::new("sim ready", yes(state.sim_ready), Some(state.sim_ready)),
        Fact::new("attached", yes(state.attached), Some(state.attached)),
        Fact::new("contexts", contexts, (!state.contexts.is_empty()).then_some(true)),
        Fact::new("ftp session", ftp, (state.ftp != ServerState::Closed).then_some(true)),
        Fact::new("data stack", if state.wedged { "hangs" } else { "works" }, Some(!state.wedged)),
        Fact::new("went wrong", wrong, gone_wrong.is_empty().then_some(true).or(Some(false))),
    ]
}

fn play(context: &Context, terminal: &mut DefaultTerminal, mut recording: Recording) -> io::Result<()> {
    let mut model = recording.model();
    let mut last = Instant::now();
    while !context.cancel.is_cancelled() {
        let passed = std::mem::replace(&mut last, Instant::now()).elapsed();
        if let Some(playing) = model.playing.filter(|playing| !playing.paused) {
            recording.play(&mut model, passed.mul_f64(playing.speed));
        }
        terminal.draw(|frame| view::draw(frame, &model))?;
        for key in keys()? {
            if is_end(key) {
                return Ok(());
            }
            recording_key(&mut model, &mut recording, key.code);
        }
    }
    Ok(())
}

/// What a key does to the screen of a recording.
fn recording_key(model: &mut Model, recording: &mut Recording, key: KeyCode) {
    let pause = |model: &mut Model, paused| {
        if let Some(playing) = &mut model.playing {
            playing.paused = paused;
        }
    };
    match key {
        KeyCode::Char(' ') => {
            let paused = model.playing.is_some_and(|playing| playing.paused);
            pause(model, !paused);
        }
        KeyCode::Char('n') | KeyCode::Right => {
            pause(model, true);
            recording.step(model);
        }
        KeyCode::Char('b') | KeyCode::Left => {
            pause(model, true);
            recording.back(model);
        }
        KeyCode::Char('g') | KeyCode::Home => recording.begin(model),
        KeyCode::Char('G') | KeyCode::End => recording.end(model),
        KeyCode::Char(sign @ ('+' | '-')) => {
            if let Some(playing) = &mut model.playing {
                let factor = if sign == '+' { 2.0 } else { 0.5 };
                playing.speed = (playing.speed * factor).clamp(0.125, 64.0);
            }
        }
        key => {
            scrolls(model, key);
        }
    }
}

/// The keys that were pressed until now, or the first that is before the next frame.
fn keys() -> io::Result<Vec<KeyEvent>> {
    let mut keys = Vec::new();
    let mut wait = FRAME;
    while event::poll(wait)? {
        wait = Duration::ZERO;
        if let Event::Key(key) = event::read()?
            && key.kind != KeyEventKind::Release
        {
            keys.push(key);
        }
    }
    Ok(keys)
}

fn is_end(key: KeyEvent) -> bool {
    key.code == KeyCode::Char('q')
        || (key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL))
}
