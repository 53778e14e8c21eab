"""The module's port, and the session over it: what ``FTP`` and ``Module`` stand on."""

from __future__ import annotations

import ftplib
import logging
import os
import warnings
import weakref
from typing import Any, Callable, Dict, Optional, TypeVar

from . import _qftp
from .errors import Misuse

log = logging.getLogger("qftp")

_Result = TypeVar("_Result")


class Line:
    """A module's port, which is opened once and owned until it is closed."""

    host = ""
    port = ftplib.FTP_PORT
    debugging = 0
    passiveserver = True
    # As long as a constructor has not come further.
    _client: Optional[_qftp.Client] = None
    _module: Optional[_qftp.Module] = None

    def __init__(self, line: Any, *, timeout: Optional[float], serial: Dict[str, Any], setup: Dict[str, Any]) -> None:
        self.timeout = timeout
        self.user, self.passwd = "", ""
        self._line = line if line is not None else os.environ.get("QFTP_PORT")
        self._serial, self._setup = serial, setup
        # What uploads have lost on the line: it outlives the port.
        self._lost = _qftp.Lost()
        self._logged_in = False
        # Active data connections, ASCII: as of the present login.
        self._kind = (False, False)

    def __del__(self) -> None:
        if self._client is None:
            return
        try:
            warnings.warn(f"unclosed {self!r}", ResourceWarning, stacklevel=2, source=self)
        finally:
            self.close()

    def close(self) -> None:
        """Closes the port, without a word to the server. What is under way is aborted; around a callback that calls this, the
        port is let go of when it has ended."""
        client, self._client = self._client, None
        module, self._module = self._module, None
        self._logged_in = False
        try:
            if client is not None:
                client.close()
        finally:
            # In a child that was forked it runs in the parent.
            if module is not None and module.is_ours:
                module.stop()

    def _open_port(self) -> None:
        self.close()
        line = self._line
        if line is None:
            raise Misuse("no port: name the module's by port= or in QFTP_PORT; port='emulator:' starts an emulated one")
        if line == "emulator:":
            self._module = _qftp.Module(
                profile="ec200s", faults=[], seed=0, tcp=None, link=None, storage=None, ufs_size=None, baud=None
            )
            line = self._module.port
        try:
            self._client = _qftp.Client(line, timeout=self.timeout, log=_weak(self._show), lost=self._lost, **self._serial)
        except BaseException:
            self.close()
            raise

    def _set_up(self, network: bool) -> None:
        setup: Dict[str, Any] = dict(self._setup)
        if self._module is not None and setup["apn"] is None:
            setup["apn"] = "internet"
        assert self._client is not None
        self._client.setup(network=network, **setup)

    def _ftps(self) -> Optional[Dict[str, Any]]:
        return None

    def _log_in(self) -> None:
        client = self._connected()
        active = not self.passiveserver
        client.login(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.passwd,
            active=active,
            ftps=self._ftps(),
        )
        self._kind = (active, False)
        self._logged_in = True

    def _connected(self) -> _qftp.Client:
        if self._client is None:
            raise Misuse("not connected; call connect first")
        return self._client

    def _do(self, work: Callable[[_qftp.Client], _Result], ascii: bool = False) -> _Result:
        """One operation on the server. A session that broke off, or is of another kind, is opened
        again first."""
        client = self._connected()
        if not self._logged_in:
            raise ftplib.error_perm("530 Please login with USER and PASS.")
        kind = (not self.passiveserver, ascii)
        if kind != self._kind or not client.logged_in:
            client.login_again(active=kind[0], ascii=ascii)
            self._kind = kind
        return work(client)

    def _show(self, mark: str, line: bytes) -> None:
        if self.debugging:
            print("*cmd*" if mark == ">" else "*resp*", repr(line.decode("utf-8", "backslashreplace")))
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s %s", mark, line.decode("utf-8", "backslashreplace"))


def _weak(method: Callable[[str, bytes], object]) -> Callable[[str, bytes], object]:
    """Calls the method as long as its object lives, and does not keep it alive: the collector does
    not see what the extension holds."""
    reference = weakref.WeakMethod(method)

    def call(mark: str, line: bytes) -> None:
        alive = reference()
        if alive is not None:
            alive(mark, line)

    return call
