//! What a login again needs: the access point, the server, the account, and the folder that it was in.

use super::kept::Kept;
use super::misuse::{Field, Misuse, check};
use super::options::{LoginOf, SetupOf};
use super::ssl_context::KeptTls;
use crate::limits;
use crate::wire::{DataAddress, PdpAuth, PdpType, TextFault, TransMode, TransferType, UrcPort, Writer};

/// What is kept of a folder for a login after an abort; a build without recovery logs in by itself never.
const FOLDER: usize = if cfg!(feature = "recovery") { limits::CWD_PATH } else { 0 };

pub(crate) struct Account {
    pub(crate) context: u8,
    pub(crate) network: bool,
    pub(crate) urc_port: Option<UrcPort>,
    pub(crate) apn: Kept<{ limits::APN }>,
    pub(crate) apn_user: Kept<{ limits::PDP_LOGIN }>,
    pub(crate) apn_password: Kept<{ limits::PDP_LOGIN }>,
    pub(crate) has_apn_login: bool,
    pub(crate) auth: PdpAuth,
    pub(crate) kind: PdpType,
    pub(crate) host: Kept<{ limits::NAME }>,
    pub(crate) port: u16,
    pub(crate) user: Kept<{ limits::NAME }>,
    pub(crate) password: Kept<{ limits::NAME }>,
    pub(crate) transfer_type: TransferType,
    pub(crate) trans_mode: TransMode,
    pub(crate) data_address: Option<DataAddress>,
    pub(crate) tls: KeptTls,
    /// The module lists names by `AT+QFTPNLIST`.
    pub(crate) nlist: bool,
    /// Relative to the folder of the login, unless it begins with a slash; empty where no folder was changed.
    pub(crate) cwd: Kept<FOLDER>,
    /// Whether `cwd` is the working folder: it may be too long to be kept.
    pub(crate) cwd_known: bool,
}

impl Account {
    #[inline(always)] // As State::new.
    pub(crate) const fn new() -> Self {
        Self {
            context: 1,
            network: true,
            urc_port: None,
            apn: Kept::new(),
            apn_user: Kept::new(),
            apn_password: Kept::new(),
            has_apn_login: false,
            auth: PdpAuth::None,
            kind: PdpType::V4,
            host: Kept::new(),
            port: limits::DEFAULT_PORT,
            user: Kept::new(),
            password: Kept::new(),
            transfer_type: TransferType::Binary,
            trans_mode: TransMode::Passive,
            data_address: None,
            tls: KeptTls::new(),
            nlist: false,
            cwd: Kept::new(),
            cwd_known: true,
        }
    }

    /// Keeps what set-up is to bring about.
    pub(crate) fn take_setup<T: AsRef<[u8]> + ?Sized>(
        &mut self,
        setup: &SetupOf<'_, T>,
    ) -> Result<(), Misuse> {
        if !limits::CONTEXT_ID.contains(&setup.context) {
            return Err(Misuse::Range(Field::Context));
        }
        let apn = setup.apn.as_ref();
        let login = apn.and_then(|apn| apn.login.as_ref());
        let name = apn.map_or(b"".as_slice(), |apn| apn.name.as_ref());
        let (user, password) = match login {
            Some((user, password)) => (user.expose().as_ref(), password.expose().as_ref()),
            None => (b"".as_slice(), b"".as_slice()),
        };
        check(name, limits::APN, Field::Apn)?;
        check(user, limits::PDP_LOGIN, Field::User)?;
        check(password, limits::PDP_LOGIN, Field::Password)?;
        // All of them can be kept: a call that is refused changes nothing.
        self.apn.set(name);
        self.apn_user.set(user);
        self.apn_password.set(password);
        self.context = setup.context;
        self.network = setup.network;
        self.urc_port = setup.urc_port;
        self.has_apn_login = login.is_some();
        self.auth = apn.map_or(PdpAuth::None, |apn| apn.auth);
        self.kind = apn.map_or(PdpType::V4, |apn| apn.kind);
        Ok(())
    }

    /// Keeps what a login is to be.
    pub(crate) fn take_login<T: AsRef<[u8]> + ?Sized>(
        &mut self,
        login: &LoginOf<'_, T>,
    ) -> Result<(), Misuse> {
        let host = login.host.as_ref();
        if host.is_empty() {
            return Err(Misuse::Name(Field::Host, TextFault::Empty));
        }
        if login.port == 0 {
            return Err(Misuse::Range(Field::Port));
        }
        let (user, password) = (login.user.expose().as_ref(), login.password.expose().as_ref());
        check(host, limits::NAME, Field::Host)?;
        check(user, limits::NAME, Field::User)?;
        check(password, limits::NAME, Field::Password)?;
        self.tls.take(login.tls.as_ref(), login.trans_mode)?;
        // All of them can be kept: a call that is refused changes nothing.
        self.host.set(host);
        self.user.set(user);
        self.password.set(password);
        self.port = login.port;
        self.transfer_type = login.transfer_type;
        self.trans_mode = login.trans_mode;
        self.data_address = login.data_address;
        self.cwd.clear();
        self.cwd_known = true;
        Ok(())
    }

    /// The working folder has been changed.
    pub(crate) fn enter(&mut self, entered: &[u8]) {
        if !cfg!(feature = "recovery") {
            return;
        }
        if entered.starts_with(b"/") {
            self.cwd.set(entered);
            self.cwd_known = true;
            return;
        }
        let mut joined = [0; limits::CWD_PATH];
        let mut out = Writer::new(&mut joined);
        if !self.cwd.is_empty() {
            out.bytes(self.cwd.as_bytes()).bytes(b"/");
        }
        out.bytes(entered);
        match out.finish() {
            Ok(path) => self.cwd.set(path),
            Err(_) => self.cwd_known = false,
        }
    }
}
