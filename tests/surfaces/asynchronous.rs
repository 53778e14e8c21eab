//! The client for tokio. A job that is broken off is a future that is dropped.

use qftp_core::job::Policy;
use qftp_core::session::{Apn, Setup};
use qftp_tests::host::login;
use qftp_transport::{
    AnyAsyncPort, AsyncClient, AsyncWay, AtomicUpload, Begin, LocalSource, LocalTarget, Origin, Settings,
    open_async,
};
use tokio::runtime::Builder;

use crate::bench::Bench;
use crate::job::{ABORT, Cause, Job, Outcome, Ran, Verb, config};
use crate::surface::timed;

type Client = AsyncClient<AnyAsyncPort>;
type Way<'a> = AsyncWay<'a, AnyAsyncPort>;

/// Does the jobs with one client.
pub(crate) fn run(bench: &Bench, jobs: &[Job]) -> Vec<Ran> {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let _guard = runtime.enter();
    let port = runtime.block_on(open_async(&bench.port(), &Settings::default()));
    let mut client = Client::with_config(port.expect("the proxy listens"), config());
    let setup = Setup { apn: Some(Apn::new("internet")), ..Setup::default() };
    let mut way = Way::new(setup, login(bench.server_port()), "");
    let ran =
        jobs.iter().map(|job| timed(|| runtime.block_on(one(bench, &mut client, &mut way, job)))).collect();
    // What counts is the jobs.
    let _ = runtime.block_on(client.hang_up());
    ran
}

async fn one(bench: &Bench, client: &mut Client, way: &mut Way<'_>, job: &Job) -> Result<(), Outcome> {
    if !job.abort {
        return transfer(client, way, job).await;
    }
    let came = bench.stor_came();
    tokio::select! {
        done = transfer(client, way, job) => return done,
        _ = async {
            tokio::task::spawn_blocking(move || came.wait()).await.ok();
            // The server answers STOR later than that.
            tokio::time::sleep(ABORT).await;
        } => {}
    }
    // The next call ends what was dropped; nobody should wait for it to come.
    client.hang_up().await?;
    Err(Outcome::failed(Cause::Aborted, "dropped"))
}

async fn transfer(client: &mut Client, way: &mut Way<'_>, job: &Job) -> Result<(), Outcome> {
    let name =
        str::from_utf8(&job.remote).map_err(|error| Outcome::failed(Cause::Misuse, error.to_string()))?;
    let policy = Policy { resume: job.resume, verify: job.verify, retries: job.retries, ..Policy::default() };
    match job.verb {
        Verb::Get => {
            let origin = Origin::of(&way.login, "", name);
            let begin = if job.resume { Begin::PartialOrTarget } else { Begin::Anew };
            let mut target = LocalTarget::create(&job.local, name, &origin, begin)?;
            match client.fetch(name, &mut target, policy, way).await {
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
                client.send_file_atomic(&mut upload, &mut source, policy, way).await?;
            } else {
                client.send_file(name, &mut source, policy, way).await?;
            }
        }
        Verb::Size => {
            if !client.is_open() {
                client.connect(way).await?;
            }
            client.size(name).await?;
        }
    }
    Ok(())
}

/// A runtime may move it to another thread.
#[test]
fn its_futures_are_send() {
    fn is_send<T: Send>(_: &T) {}
    fn all(client: &mut Client, way: &mut Way<'_>, target: &mut LocalTarget, source: &mut LocalSource) {
        is_send(&client.fetch("a", target, Policy::default(), way));
        is_send(&client.send_file("a", source, Policy::default(), way));
        is_send(&client.connect(way));
    }
    let _ = all;
}
