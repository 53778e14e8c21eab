//! A build without TLS, in the place of `secure`.

use std::net::TcpStream;
use std::time::Duration;

use suppaftp::{FtpResult, TlsStream};

use super::lever::Lever;
use crate::ftp_side::{Tls, TlsLibrary};

/// A connection under TLS: there is none.
#[derive(Debug)]
pub(super) enum Stream {}

impl TlsStream for Stream {
    type InnerStream = TcpStream;

    fn tcp_stream(self) -> FtpResult<TcpStream> {
        match self {}
    }

    fn get_ref(&self) -> &TcpStream {
        match *self {}
    }

    fn mut_ref(&mut self) -> &mut TcpStream {
        match *self {}
    }
}

/// Nor anything that makes one.
#[derive(Clone, Debug)]
pub(super) enum Connector {}

impl Connector {
    pub(super) fn new(_: Tls, _: TlsLibrary, _: Lever, _: Duration) -> Result<Self, String> {
        Err("this build has no TLS: its Cargo feature `ftps` is off".to_owned())
    }

    pub(super) fn why(&self) -> Option<String> {
        match *self {}
    }
}
