//! Runs the steps of a task: each after those that it stands on, otherwise side by side, and tells at the end what came of each.
//!
//! Steps that run side by side are processes of this program, each with its output in a file, which is shown when the step has ended. One that
//! runs alone shows its output as it comes.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use crate::install;
use crate::need::Need;
use crate::root;
use crate::step::{Failure, Step};

/// The steps that bring what others need.
pub(crate) const INSTALL: &str = "install";
pub(crate) const INSTALL_PYTHON: &str = "install-python";

/// A task, as its arguments say it is to be run.
pub(crate) struct Run<'a> {
    task: &'a str,
    chosen: Vec<&'a Step>,
    all: &'a [Step],
    install: bool,
    keep_going: bool,
    jobs: usize,
}

/// What became of a step.
enum State {
    Waiting,
    Running { child: Child, log: Option<PathBuf>, began: Instant },
    Passed(Duration),
    Failed(Duration, u8),
    NotRun(String),
}

/// `cargo xtask TASK [--list] [--no-install] [--keep-going] [--jobs N] [STEP…]`.
pub(crate) fn task(task: &str, steps: &[Step], arguments: &[&str]) -> Result<(), Failure> {
    let usage =
        || format!("usage: cargo xtask {task} [--list] [--no-install] [--keep-going] [--jobs N] [STEP…]");
    let jobs = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let mut run =
        Run { task, chosen: Vec::new(), all: steps, install: true, keep_going: false, jobs: jobs + 1 };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "--list" => return list(steps),
            "--no-install" => run.install = false,
            "--keep-going" => run.keep_going = true,
            "--jobs" => match words.next().and_then(|count| count.parse().ok()).filter(|count| *count > 0) {
                Some(count) => run.jobs = count,
                None => return Err(Failure { what: usage(), code: 2 }),
            },
            // How this program calls itself.
            "--step" => return words.next().map_or(Ok(()), |name| (find(steps, name)?.run)()),
            option if option.starts_with('-') => return Err(Failure { what: usage(), code: 2 }),
            name => run.chosen.push(find(steps, name)?),
        }
    }
    run.all_steps()
}

fn list(steps: &[Step]) -> Result<(), Failure> {
    steps.iter().for_each(|step| println!("{:<16}{}", step.name, step.about));
    Ok(())
}

fn find<'a>(steps: &'a [Step], name: &str) -> Result<&'a Step, Failure> {
    steps.iter().find(|step| step.name == name).ok_or_else(|| {
        let names: Vec<&str> = steps.iter().map(|step| step.name).collect();
        Failure { what: format!("no step `{name}`; there are: {}", names.join(", ")), code: 2 }
    })
}

/// What the steps need, together.
pub(crate) fn needs<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Vec<Need> {
    steps.into_iter().flat_map(|step| step.needs).copied().collect()
}

/// Those named and all that they stand on, in the order of the task: what they run is built from the sources as they are now.
fn with_those_before<'a>(all: &'a [Step], named: &[&Step]) -> Vec<&'a Step> {
    let mut chosen: Vec<&str> = named.iter().map(|step| step.name).collect();
    for step in all.iter().rev() {
        if chosen.contains(&step.name) {
            chosen.extend(step.after);
        }
    }
    all.iter().filter(|step| chosen.contains(&step.name)).collect()
}

impl Run<'_> {
    fn all_steps(mut self) -> Result<(), Failure> {
        let began = Instant::now();
        if self.chosen.is_empty() {
            self.chosen = self.all.iter().collect();
        } else {
            self.chosen = with_those_before(self.all, &self.chosen);
            if self.install {
                // Of what is named, what is missing comes first.
                let needs = needs(self.chosen.iter().copied());
                install::all(&needs).map_err(|failure| self.explained(failure))?;
            }
        }
        if !self.install {
            self.chosen.retain(|step| !is_install(step));
        }
        let states = self.side_by_side()?;
        self.told(&states, began.elapsed())
    }

    /// Until all have ended, or one has failed and those that ran beside it have ended.
    fn side_by_side(&self) -> Result<Vec<State>, Failure> {
        let mut states: Vec<State> = self.chosen.iter().map(|step| self.first_state(step)).collect();
        loop {
            let failed = states.iter().any(|state| matches!(state, State::Failed(..)));
            if !failed || self.keep_going {
                self.start(&mut states)?;
            }
            if !states.iter().any(|state| matches!(state, State::Running { .. })) {
                break;
            }
            thread::sleep(Duration::from_millis(50));
            for (step, state) in self.chosen.iter().zip(&mut states) {
                watch(step, state)?;
            }
        }
        Ok(states)
    }

    fn first_state(&self, step: &Step) -> State {
        let missing: Vec<String> = match self.install {
            true => Vec::new(),
            false => step.needs.iter().flat_map(|need| need.missing()).collect(),
        };
        match missing.is_empty() {
            true => State::Waiting,
            false => State::NotRun(format!("not there: {}", missing.join(", "))),
        }
    }

    /// Starts what is ready, as long as there is room.
    fn start(&self, states: &mut [State]) -> Result<(), Failure> {
        loop {
            let mut running = states.iter().filter(|state| matches!(state, State::Running { .. })).count();
            let mut ready = Vec::new();
            let mut changed = false;
            for (index, step) in self.chosen.iter().enumerate() {
                if !matches!(states[index], State::Waiting) {
                    continue;
                }
                match self.stands_on(step, states) {
                    Ok(true) => ready.push(index),
                    Ok(false) => {}
                    Err(other) => {
                        states[index] = State::NotRun(format!("stands on {other}"));
                        changed = true;
                    }
                }
            }
            let alone = running == 0 && (ready.len() == 1 || self.jobs == 1);
            for index in ready {
                if running < self.jobs {
                    states[index] = self.begin(self.chosen[index], alone)?;
                    running += 1;
                }
            }
            if !changed {
                return Ok(());
            }
        }
    }

    /// Whether all that the step stands on has passed; the name of one that will not.
    fn stands_on(&self, step: &Step, states: &[State]) -> Result<bool, &'static str> {
        let python = step.needs.iter().any(|need| matches!(need, Need::Python(_) | Need::Program(_)));
        let before = |name: &str| {
            step.after.contains(&name)
                || (name == INSTALL && !is_install(step))
                || (name == INSTALL && step.name == INSTALL_PYTHON)
                || (name == INSTALL_PYTHON && python && !is_install(step))
        };
        let mut all = true;
        for (other, state) in self.chosen.iter().zip(states).filter(|(other, _)| before(other.name)) {
            match state {
                State::Passed(_) => {}
                State::Failed(..) | State::NotRun(_) => return Err(other.name),
                _ => all = false,
            }
        }
        Ok(all)
    }

    fn begin(&self, step: &Step, alone: bool) -> Result<State, Failure> {
        println!("\n=== {}: {}", step.name, step.about);
        // This very program, also when a build has put another in its place by now.
        let mut command = Command::new("/proc/self/exe");
        command.args([self.task, "--step", step.name]);
        let log = if alone { None } else { Some(self.log(step)?) };
        if let Some(path) = &log {
            println!("    beside others: its output is in {} until it ends", path.display());
            let fault = |error: std::io::Error| Failure::file(path, &error);
            let file = File::create(path).map_err(fault)?;
            command.stdout(file.try_clone().map_err(fault)?).stderr(file);
        }
        let child = command.spawn().map_err(|error| Failure::new(error.to_string()))?;
        Ok(State::Running { child, log, began: Instant::now() })
    }

    fn log(&self, step: &Step) -> Result<PathBuf, Failure> {
        let folder = root::target().join("xtask");
        fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
        Ok(folder.join(format!("{}-{}.log", self.task, step.name)))
    }

    /// The table, and what it comes to.
    fn told(&self, states: &[State], took: Duration) -> Result<(), Failure> {
        println!("\n{:<18}{:>8}", self.task, "seconds");
        let (mut failed, mut missing, mut code) = (Vec::new(), Vec::new(), 0);
        for (step, state) in self.chosen.iter().zip(states) {
            let (outcome, time) = match state {
                State::Passed(time) => ("ok".to_owned(), Some(time)),
                State::Failed(time, its) => {
                    failed.push(step.name);
                    code = *its;
                    ("FAILED".to_owned(), Some(time))
                }
                State::NotRun(why) => {
                    missing.push(step.name);
                    (format!("not run: {why}"), None)
                }
                _ => {
                    missing.push(step.name);
                    ("not run".to_owned(), None)
                }
            };
            let time = time.map_or_else(String::new, |time| format!("{:.1}", time.as_secs_f32()));
            println!("  {:<16}{time:>8}  {outcome}", step.name);
        }
        println!("  {:<16}{:>8.1}", "on the clock", took.as_secs_f32());
        let not_run = format!("not run: {}", missing.join(", "));
        if !failed.is_empty() {
            let mut what = failed.join(", ");
            if !missing.is_empty() {
                what = format!("{what}; {not_run}");
            }
            let failure = Failure { what, code };
            return Err(if failed.iter().any(|name| name.starts_with(INSTALL)) {
                self.explained(failure)
            } else {
                failure
            });
        }
        match missing.is_empty() {
            true => println!("\nxtask: all passed: {} steps", states.len()),
            false => println!("\nxtask: {} steps passed; {not_run}", states.len() - missing.len()),
        }
        Ok(())
    }

    /// Why it failed, what is missing on this machine, and what can be run without it.
    fn explained(&self, failure: Failure) -> Failure {
        let mut what = format!("{failure}\n\nWhat is missing here, and where it comes from:\n");
        for need in ["Debian", "PyPI", "PyPI or crates.io", "rustup"] {
            let mut names: Vec<String> = needs(self.all)
                .into_iter()
                .filter(|each| each.source() == need)
                .flat_map(Need::missing)
                .collect();
            names.sort();
            names.dedup();
            if !names.is_empty() {
                what.push_str(&format!("  {need}: {}\n", names.join(" ")));
            }
        }
        let can = |step: &&Step| step.needs.iter().all(|need| need.missing().is_empty());
        let can: Vec<&str> =
            self.all.iter().filter(|step| !is_install(step)).filter(can).map(|step| step.name).collect();
        what.push_str(&match can.is_empty() {
            true => "No step can run without it.".to_owned(),
            false => format!("`cargo xtask {} --no-install` runs what can: {}", self.task, can.join(", ")),
        });
        Failure { what, ..failure }
    }
}

fn is_install(step: &Step) -> bool {
    [INSTALL, INSTALL_PYTHON].contains(&step.name)
}

/// Looks whether a step has ended, and shows what it said.
fn watch(step: &Step, state: &mut State) -> Result<(), Failure> {
    let State::Running { child, log, began } = state else { return Ok(()) };
    let Some(status) = child.try_wait().map_err(|error| Failure::new(error.to_string()))? else {
        return Ok(());
    };
    let took = began.elapsed();
    if let Some(path) = log {
        println!("\n=== what {} said", step.name);
        let text = fs::read(&*path).map_err(|error| Failure::file(path, &error))?;
        print!("{}", String::from_utf8_lossy(&text));
    }
    let word = if status.success() { "ok" } else { "FAILED" };
    println!("=== {}: {word}, {:.1} s", step.name, took.as_secs_f32());
    let code = status.code().and_then(|code| u8::try_from(code).ok()).filter(|code| *code != 0);
    *state = if status.success() { State::Passed(took) } else { State::Failed(took, code.unwrap_or(1)) };
    Ok(())
}
