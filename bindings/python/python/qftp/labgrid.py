"""The labgrid driver: files through the module of a board, by stock resources. An environment says ``imports: [qftp.labgrid]``."""

# attrs finds its fields by their values, not by their types.
# pyright: reportGeneralTypeIssues=false

from __future__ import annotations

import posixpath
from typing import Any, Optional

import attr
from labgrid.driver.common import Driver
from labgrid.factory import target_factory
from labgrid.protocol import FileTransferProtocol
from labgrid.resource import NetworkSerialPort
from labgrid.util.proxy import proxymanager

from .ftp import FTP
from .tls import FTP_TLS

__all__ = ["QuectelFTPDriver"]


@target_factory.reg_driver
@attr.s(eq=False)
class QuectelFTPDriver(Driver, FileTransferProtocol):
    """Puts and gets files on an FTP server through the module at a ``SerialPort`` or ``NetworkSerialPort``.

    Args:
        host (str): the FTP server, as the module reaches it
        apn (str): optional, the access point of the network
        ftp_port (int): optional, the server's port
        username (str): optional, anonymous otherwise
        password (str): optional
        folder (str): optional, where names on the server begin
        cafile (str): optional, FTPS checked against the certificates in this file
        retries (int): optional, how often a failure that may pass is tried again; interrupted transfers go on where they stopped
        verify (bool): optional, reads each file again and compares
    """

    bindings = {"port": {"SerialPort", "NetworkSerialPort"}}
    port: Any
    host: str = attr.ib(validator=attr.validators.instance_of(str))
    apn: Optional[str] = attr.ib(default=None, validator=attr.validators.optional(attr.validators.instance_of(str)))
    ftp_port: int = attr.ib(default=21, converter=int)
    username: str = attr.ib(default="", validator=attr.validators.instance_of(str))
    password: str = attr.ib(default="", repr=False, validator=attr.validators.instance_of(str))
    folder: str = attr.ib(default="", validator=attr.validators.instance_of(str))
    cafile: Optional[str] = attr.ib(default=None, validator=attr.validators.optional(attr.validators.instance_of(str)))
    retries: int = attr.ib(default=3, validator=attr.validators.instance_of(int))
    verify: bool = attr.ib(default=False, validator=attr.validators.instance_of(bool))

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self.ftp: Optional[FTP] = None

    def on_activate(self) -> None:
        settings: Any = {"port": self._address(), "apn": self.apn, "baud": self.port.speed}
        self.ftp = FTP_TLS(cafile=self.cafile, **settings) if self.cafile else FTP(**settings)
        try:
            self.ftp.connect(self.host, self.ftp_port)
            self.ftp.login(self.username, self.password)
            if self.folder:
                self.ftp.cwd(self.folder)
        except BaseException:
            self.ftp.close()
            self.ftp = None
            raise

    def on_deactivate(self) -> None:
        ftp, self.ftp = self.ftp, None
        if ftp is not None:
            ftp.__exit__()

    # No @step: labgrid keeps one stack of steps for all threads, and boards are used side by side.
    @Driver.check_active
    def put(self, filename: str, remotepath: str = "") -> None:
        """Sends a local file."""
        assert self.ftp is not None
        name = remotepath or posixpath.basename(filename)
        self.ftp.put(filename, name, retries=self.retries, verify=self.verify)

    @Driver.check_active
    def get(self, filename: str, destination: str = "") -> None:
        """Fetches a file."""
        assert self.ftp is not None
        local = destination or posixpath.basename(filename)
        self.ftp.get(filename, local, retries=self.retries, verify=self.verify)

    @Driver.check_active
    def dialogue(self) -> "list[str]":
        """The last lines that passed the port, secrets masked."""
        assert self.ftp is not None
        return self.ftp.dialogue()

    def _address(self) -> str:
        if not isinstance(self.port, NetworkSerialPort):
            return str(self.port.port)
        host, port = proxymanager.get_host_and_port(self.port)
        scheme = "tcp" if getattr(self.port, "protocol", "rfc2217") == "raw" else "rfc2217"
        return f"{scheme}://{host}:{port}"
