//! A port by its address, for tokio.

use std::io;

use tokio::net::TcpStream;
use tokio_serial::SerialPortBuilderExt as _;

use super::{AsyncPort, AsyncRfc2217Port};
use crate::open::Address;
use crate::open_error::{OpenError, OpenErrorKind};
use crate::serial::open_error;
use crate::settings::{Flow, Settings};
use crate::tcp::CONNECT;

/// Any port that has an address.
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyAsyncPort {
    /// A path.
    Serial(tokio_serial::SerialStream),
    /// `tcp://`.
    Tcp(TcpStream),
    /// `rfc2217://`.
    Rfc2217(AsyncRfc2217Port<TcpStream>),
}

/// Opens the port at this address, as [`open`](crate::open()) does.
pub async fn open_async(address: &str, settings: &Settings) -> Result<AnyAsyncPort, OpenError> {
    match Address::parse(address)? {
        Address::Path(path) => serial(&path, settings).map(AnyAsyncPort::Serial),
        Address::Tcp(host) => connect("tcp", &host).await.map(AnyAsyncPort::Tcp),
        Address::Rfc2217(host) => {
            let line = connect("rfc2217", &host).await?;
            let port = AsyncRfc2217Port::negotiate(line, &format!("rfc2217://{host}"), settings).await?;
            Ok(AnyAsyncPort::Rfc2217(port))
        }
    }
}

fn serial(path: &str, settings: &Settings) -> Result<tokio_serial::SerialStream, OpenError> {
    let flow = match settings.flow {
        Flow::None => tokio_serial::FlowControl::None,
        Flow::RtsCts => tokio_serial::FlowControl::Hardware,
    };
    tokio_serial::new(path, settings.baud)
        .flow_control(flow)
        .dtr_on_open(true)
        .open_native_async()
        .map_err(|error| open_error(path, &error))
}

async fn connect(scheme: &str, host: &str) -> Result<TcpStream, OpenError> {
    let name = format!("{scheme}://{host}");
    let stream = match tokio::time::timeout(CONNECT, TcpStream::connect(host)).await {
        Ok(result) => result.and_then(|stream| stream.set_nodelay(true).map(|()| stream)),
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    };
    stream.map_err(|error| match error.kind() {
        io::ErrorKind::TimedOut => {
            OpenError { port: name, kind: OpenErrorKind::NoAnswer, text: error.to_string() }
        }
        _ => OpenError::from_io(&name, &error),
    })
}

impl AsyncPort for AnyAsyncPort {
    async fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Serial(port) => AsyncPort::read(port, buf).await,
            Self::Tcp(port) => AsyncPort::read(port, buf).await,
            Self::Rfc2217(port) => port.read(buf).await,
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Serial(port) => AsyncPort::write(port, bytes).await,
            Self::Tcp(port) => AsyncPort::write(port, bytes).await,
            Self::Rfc2217(port) => port.write(bytes).await,
        }
    }
}
