//! The client for tokio. It has streams and single operations; what a whole file takes is the
//! caller's, who opens the session again as the error says.

use qftp_core::session::{Apn, GetOptions, SessionState, Setup};
use qftp_tests::host::login;
use qftp_transport::{AnyAsyncPort, AsyncClient, Error, Put, Settings, open_async};
use tokio::fs::File;
use tokio::runtime::Builder;

use crate::bench::Bench;
use crate::job::{ABORT, Cause, Job, Outcome, Ran, Verb, config};
use crate::surface::timed;

type Client = AsyncClient<AnyAsyncPort>;

/// Does the jobs with one client.
pub(crate) fn run(bench: &Bench, jobs: &[Job]) -> Vec<Ran> {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let _guard = runtime.enter();
    let port = runtime.block_on(open_async(&bench.port(), &Settings::default()));
    let mut client = Client::with_config(port.expect("the proxy listens"), config());
    let ran: Vec<Ran> =
        jobs.iter().map(|job| timed(|| runtime.block_on(one(bench, &mut client, job)))).collect();
    // What counts is the jobs.
    let _ = runtime.block_on(client.hang_up());
    ran
}

async fn one(bench: &Bench, client: &mut Client, job: &Job) -> Result<(), Outcome> {
    let name =
        str::from_utf8(&job.remote).map_err(|error| Outcome::failed(Cause::Misuse, error.to_string()))?;
    ready(bench, client).await?;
    let done = transfer(bench, client, name, job).await;
    if let Err(Some(error)) = &done
        && error.session_state() == SessionState::Reopen
    {
        client.hang_up().await?;
    }
    done.map_err(|error| error.map_or_else(|| Outcome::failed(Cause::Aborted, "dropped"), Outcome::from))
}

/// The session stands, whatever the job before has left of it.
async fn ready(bench: &Bench, client: &mut Client) -> Result<(), Error> {
    if !client.is_set_up() {
        let setup = Setup { apn: Some(Apn::new("internet")), ..Setup::default() };
        client.setup(&setup).await?;
    }
    if client.is_open() { Ok(()) } else { client.open(&login(bench.server_port())).await }
}

/// `Err(None)` where the future was dropped.
async fn transfer(bench: &Bench, client: &mut Client, name: &str, job: &Job) -> Result<(), Option<Error>> {
    let own = |error| Some(Error::Local { error, state: SessionState::Usable });
    match job.verb {
        Verb::Get => {
            let mut file = File::create(&job.local).await.map_err(own)?;
            client.get(name, &mut file, &GetOptions::default()).await?;
        }
        Verb::Put => {
            let mut file = File::open(&job.local).await.map_err(own)?;
            let len = file.metadata().await.map_err(own)?.len();
            let options = Put::whole(len);
            let put = client.put(name, &mut file, &options);
            if job.abort {
                let came = bench.stor_came();
                tokio::select! {
                    done = put => { done?; }
                    _ = async {
                        tokio::task::spawn_blocking(move || came.wait()).await.ok();
                        // The server answers STOR later than that.
                        tokio::time::sleep(ABORT).await;
                    } => return Err(None),
                }
            } else {
                put.await?;
            }
        }
        Verb::Size => {
            client.size(name).await?;
        }
    }
    if job.verify {
        let mut file = File::open(&job.local).await.map_err(own)?;
        if let Some(at) = client.verify(name, &mut file, &GetOptions::default()).await? {
            return Err(Some(Error::Differs { at }));
        }
    }
    Ok(())
}
