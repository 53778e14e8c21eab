//! The blocking client of Rust.

use std::thread;

use qftp_core::job::Policy;
use qftp_core::session::{Apn, Setup};
use qftp_tests::host::login;
use qftp_transport::{
    AnyPort, AtomicUpload, Begin, Client, LocalSource, LocalTarget, Origin, Settings, Way, open,
};

use crate::bench::Bench;
use crate::job::{ABORT, Cause, Job, Outcome, Ran, Verb, config};
use crate::surface::timed;

/// Does the jobs with one client.
pub(crate) fn run(bench: &Bench, jobs: &[Job]) -> Vec<Ran> {
    let setup = Setup { apn: Some(Apn::new("internet")), ..Setup::default() };
    let mut client = Client::with_config(bench.open().expect("the proxy listens"), config());
    let address = bench.port();
    let mut reopen = || open(&address, &Settings::default()).map_err(std::io::Error::other);
    let mut way = Way { reopen: Some(&mut reopen), ..Way::new(setup, login(bench.server_port()), "") };
    let ran = jobs.iter().map(|job| timed(|| one(bench, &mut client, &mut way, job))).collect();
    // What counts is the jobs.
    let _ = client.hang_up();
    ran
}

fn one(
    bench: &Bench,
    client: &mut Client<AnyPort>,
    way: &mut Way<'_, AnyPort>,
    job: &Job,
) -> Result<(), Outcome> {
    let name =
        str::from_utf8(&job.remote).map_err(|error| Outcome::failed(Cause::Misuse, error.to_string()))?;
    let policy = Policy { resume: job.resume, verify: job.verify, retries: job.retries, ..Policy::default() };
    if job.abort {
        let (cancel, came) = (client.cancel(), bench.stor_came());
        thread::spawn(move || {
            came.wait();
            // The server answers STOR later than that.
            thread::sleep(ABORT);
            cancel.cancel();
        });
    }
    match job.verb {
        Verb::Get => {
            let origin = Origin::of(&way.login, "", name);
            let begin = if job.resume { Begin::PartialOrTarget } else { Begin::Anew };
            let mut target = LocalTarget::create(&job.local, name, &origin, begin)?;
            match client.fetch(name, &mut target, policy, way) {
                Ok(_) => target.finish()?,
                Err(error) => {
                    target.keep()?;
                    return Err(error.into());
                }
            };
        }
        Verb::Put => {
            let mut source = LocalSource::open(&job.local)?;
            if job.atomic {
                let url = Origin::of(&way.login, "", name).url;
                let mut upload = AtomicUpload::new(&url, name, &source);
                client.send_file_atomic(&mut upload, &mut source, policy, way)?;
            } else {
                client.send_file(name, &mut source, policy, way)?;
            }
        }
        Verb::Size => {
            if !client.is_open() {
                client.connect(way)?;
            }
            client.size(name)?;
        }
    }
    Ok(())
}
