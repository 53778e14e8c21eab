//! How long transfers take on a line of a given rate, with a server some way off: the session's own time, in virtual time, beside other
//! hosts' on the same module, and beside what line and network allow at best.

mod limit;
mod naive;

pub use limit::{get_limit, put_limit};

use qftp_core::Instant;
use qftp_core::session::{Apn, GetOptions, Login, Misuse, PutOptions, Session, Setup, Via};
use qftp_core::wire::Storage;

use crate::host::End;
use crate::line::LineKind;
use crate::network::Network;
use crate::plan::Plan;
use crate::server::{PASSWORD, USER};
use crate::world::{Violation, World};
use naive::Naive;

/// Who moves the file, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    /// A session, straight through the port.
    Com,
    /// The same, which knows the length of a download and does not ask for it.
    ComKnown,
    /// A session, by a file in the module's flash.
    Ufs,
    /// A host that counts nothing: a second of silence, `+++`, another second.
    Escape,
    /// The vendor's example: blocks of 1,024 bytes, two seconds of sleep, `+++`.
    Vendor,
    /// A host that sends parts of 1 KiB, each with a command of its own.
    Chunks,
}

/// A host, a line, a module and a server, logged in.
pub struct Rig {
    world: World,
    baud: u32,
    files: usize,
}

impl Rig {
    /// At so many bits a second.
    ///
    /// # Errors
    /// When the login fails, which it cannot.
    pub fn new(baud: u32, network: Network) -> Result<Self, Violation> {
        let line = LineKind { baud, latency: 0, piece: 4096, holds: u64::MAX };
        let plan = Plan {
            seed: 7,
            profile: "ec200s",
            line,
            delay: 0,
            guard: 300,
            in_flight: 4096,
            ops: Vec::new(),
            module: Vec::new(),
            wires: Vec::new(),
            server: Vec::new(),
        };
        let mut world = World::new(&plan, false);
        world.server.network = Some(network);
        let mut rig = Self { world, baud, files: 0 };
        rig.session("set-up", &[], |session, now| {
            session.setup(now, &Setup { apn: Some(Apn::new("internet")), ..Setup::default() })
        })?;
        let login = Login { user: USER.into(), password: PASSWORD.into(), ..Login::new("server") };
        rig.session("login", &[], |session, now| session.open(now, &login))?;
        Ok(rig)
    }

    /// Uploads these bytes under a new name: how many microseconds it took.
    ///
    /// # Errors
    /// When it fails, or the server has something else afterwards.
    pub fn put(&mut self, bytes: &[u8], road: Road) -> Result<u64, Violation> {
        self.files += 1;
        let name = format!("f{}.bin", self.files);
        if matches!(road, Road::Escape | Road::Vendor | Road::Chunks) {
            // Whoever knows no better leaves the guard time as it is.
            self.world.drive(Naive::command("ATS12=50"))?;
        }
        let began = self.world.micros();
        match road {
            Road::Com | Road::ComKnown | Road::Ufs => {
                let via = if road == Road::Ufs { Via::Storage(Storage::Ufs) } else { Via::Com };
                let options = PutOptions { via, ..PutOptions::whole(bytes.len() as u64) };
                self.session("put", bytes, |session, now| session.put(now, &name, &options))?;
            }
            Road::Escape => self.world.drive(Naive::escape(&name, bytes, 4096, 0))?,
            Road::Vendor => self.world.drive(Naive::escape(&name, bytes, 1024, 2_000_000))?,
            Road::Chunks => self.world.drive(Naive::chunks(&name, bytes, 1024))?,
        }
        let took = self.world.micros() - began;
        match self.world.server.files.file(&format!("/{name}")) {
            Some(file) if file == bytes => Ok(took),
            file => {
                Err(Violation(format!("{road:?}: the server has {:?} bytes", file.map(|file| file.len()))))
            }
        }
    }

    /// Downloads a file of these bytes: how many microseconds it took.
    ///
    /// # Errors
    /// When it fails, or other bytes come.
    pub fn get(&mut self, bytes: &[u8], road: Road) -> Result<u64, Violation> {
        self.files += 1;
        let name = format!("f{}.bin", self.files);
        self.world.server.files.add_file(&format!("/{name}"), bytes);
        let via = if road == Road::Ufs { Via::Storage(Storage::Ufs) } else { Via::Com };
        let len = (road == Road::ComKnown).then_some(bytes.len() as u64);
        let options = GetOptions { via, len, ..GetOptions::default() };
        let began = self.world.micros();
        self.session("get", &[], |session, now| session.get(now, &name, &options))?;
        let took = self.world.micros() - began;
        let came = self.world.host.sink == bytes;
        if came { Ok(took) } else { Err(Violation(format!("{road:?}: other bytes came"))) }
    }

    /// The line's bits a second.
    #[must_use]
    pub const fn baud(&self) -> u32 {
        self.baud
    }

    fn session(
        &mut self,
        what: &str,
        upload: &[u8],
        start: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse>,
    ) -> Result<(), Violation> {
        match self.world.run(what, upload, None, start)? {
            End::Done(_) | End::Text(_) => Ok(()),
            end => Err(Violation(format!("{what}: {end:?}"))),
        }
    }
}

impl std::fmt::Debug for Rig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rig").field("baud", &self.baud).finish_non_exhaustive()
    }
}
