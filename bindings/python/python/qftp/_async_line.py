"""A module's port on asyncio, the session over it, and what brings that back: what ``aio.FTP``
stands on."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any, AsyncGenerator, AsyncIterator, Callable, Dict, Optional

from . import _qftp
from ._async_port import AsyncPort
from ._streams import Source
from .errors import Error, LineError, Misuse, ModuleError, PortError
from .proto import NEED_DATA, Done, Failed, Info, Session, Urc

#: Seconds that a port has to take what was written before an abort.
_LAST_BYTES = 2.0


@dataclass
class Access:
    """What it takes to log in, and to do that again."""

    host: str
    port: int
    user: str
    password: str
    active: bool
    #: Settings of FTPS, with the authority's certificate as ``ca``.
    ftps: Optional[Dict[str, Any]]
    #: The working folder; empty for the login's own.
    folder: str = ""

    def __repr__(self) -> str:
        return f"Access({self.host!r}, {self.port}, {self.user!r})"


class AsyncLine:
    """One operation at a time. What a failure or a cancelled task leaves is put right before the
    next one."""

    def __init__(self, port: Any, *, setup: Dict[str, Any], baud: int, timeout: int) -> None:
        self._address, self._setup, self._baud, self._timeout = port, setup, baud, timeout
        self._session = Session(timeout=timeout)
        self._port: Optional[AsyncPort] = None
        # Why the port is of no use any more.
        self._broken: Optional[PortError] = None
        self._access: Optional[Access] = None
        self._busy = False
        # What was broken off, on its way to its end.
        self._winding: Optional["asyncio.Task[None]"] = None
        # A download that is handed out block by block.
        self._left: Any = None
        #: Is called with each line that belongs to no operation.
        self.on_urc: Optional[Callable[[bytes], object]] = None

    async def connect(self) -> None:
        """Opens the port and brings the module in order. Where that fails, the port is closed
        again."""
        self.close()
        self._session, self._broken, self._access = Session(timeout=self._timeout), None, None
        self._port = await AsyncPort.open(self._address, self._baud)
        try:
            await self._run(lambda: self._session.setup(**self._setup))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Closes the port, without a word to the server."""
        winding, self._winding = self._winding, None
        port, self._port = self._port, None
        if winding is not None:
            winding.cancel()
        if port is not None:
            port.close()

    # Operations

    async def _run(self, begin: Callable[[], None], source: Optional[Source] = None) -> Any:
        async with self._turn():
            return await self._one(begin, source)

    async def _events(self, begin: Callable[[], None]) -> AsyncGenerator[Any, None]:
        """The events of one operation. Left early, it is aborted."""
        async with self._turn():
            begin()
            while True:
                event = await self._next(None)
                if isinstance(event, Failed):
                    raise event.error
                yield event
                if isinstance(event, Done):
                    return

    async def _one(
        self,
        begin: Callable[[], None],
        source: Optional[Source] = None,
        info: Optional[Callable[[bytes], object]] = None,
    ) -> Any:
        """One operation of this turn; returns its result."""
        begin()
        while True:
            event = await self._next(source)
            if isinstance(event, Failed):
                raise event.error
            if isinstance(event, Done):
                return event.value
            if isinstance(event, Info) and info is not None:
                info(event.line)

    @contextlib.asynccontextmanager
    async def _turn(self, *, bring_back: bool = True, reopen: bool = False) -> AsyncIterator[None]:
        """The line for one caller, in order, and logged in as it was unless the caller does that.
        With ``reopen`` a port that has failed is opened again."""
        if self._busy and self._left is not None and not self._left.ag_running:
            # Python tells a generator late, or never, that nobody reads it any more.
            await self._left.aclose()
        if self._busy:
            raise Misuse("an operation is under way; one at a time")
        reopen = reopen and not isinstance(self._address, tuple)
        if self._broken is not None and not reopen:
            raise PortError(f"{self._broken}; connect again") from self._broken
        self._busy = True
        try:
            if self._winding is not None:
                # Its end is waited for, also by the next one where this task is cancelled
                # meanwhile.
                winding = self._winding
                await asyncio.wait({winding})
                self._winding = None
                if not winding.cancelled():
                    winding.result()
                if self._broken is not None and not reopen:
                    raise self._broken
            if self._broken is not None:
                await self._reopen()
            if bring_back:
                await self._bring_back()
            yield
        finally:
            self._busy = False
            if (
                self._port is not None
                and self._broken is None
                and not self._session.idle
                and self._winding is None
            ):
                # Whoever broke it off does not wait for the end of it.
                self._winding = asyncio.ensure_future(self._wind_down())

    async def _wind_down(self) -> None:
        """Aborts what is under way, and goes on until the line is in order."""
        loop = asyncio.get_running_loop()
        last = loop.time() + _LAST_BYTES
        try:
            while self._port is not None and self._port.is_writing and loop.time() < last:
                await self._receive(last - loop.time())
            if not self._session.idle:
                self._session.abort()
            while not self._session.idle:
                if isinstance(await self._next(None), (Done, Failed)):
                    return
        except PortError:
            # Whoever comes next is told.
            return

    # Sessions

    async def _bring_back(self) -> None:
        """Sets up and logs in again where a failure or an abort has ended that."""
        access = self._access
        if access is None:
            return
        if not self._session.set_up:
            await self._one(lambda: self._session.setup(**self._setup))
        if not self._session.logged_in:
            await self._open(access)

    async def _reopen(self) -> None:
        """Opens the port again."""
        if self._port is not None:
            self._port.close()
        self._port = await AsyncPort.open(self._address, self._baud)
        self._session, self._broken = Session(timeout=self._timeout), None

    async def _open(self, access: Access) -> None:
        await self._certificates(access)
        await self._log_in(access)
        await self._folder(access)

    async def _certificates(self, access: Access) -> None:
        if access.ftps is None:
            return
        await self._remove_certificates()
        ca = access.ftps.get("ca")
        if ca is not None:
            name, source = _qftp.certificate_names()[0], Source(iter([ca]), len(ca), None)
            await self._one(lambda: self._session.upload(name, len(ca)), source)

    async def _log_in(self, access: Access) -> None:
        await self._one(
            lambda: self._session.open(
                access.host,
                access.port,
                access.user,
                access.password,
                active=access.active,
                ftps=access.ftps,
            )
        )

    async def _folder(self, access: Access) -> None:
        if access.folder:
            await self._one(lambda: self._session.cwd(access.folder))

    async def _hang_up(self) -> None:
        """Ends the session on the server, also one that a failure has left in the module, and takes
        certificates away."""
        access, self._access = self._access, None
        if access is None:
            return
        if not self._session.set_up:
            await self._one(lambda: self._session.setup(**{**self._setup, "network": False}))
        was_open = self._session.logged_in
        try:
            await self._one(self._session.close)
        except LineError:
            raise
        except Error:
            # Where none was left, the module says so.
            if was_open:
                raise
        finally:
            if access.ftps is not None and self._session.set_up and self._session.idle:
                await self._remove_certificates()

    async def _remove_certificates(self) -> None:
        """Takes the certificates of this library out of the module, also those of a process that
        was killed. No other file is touched."""
        own = _qftp.certificate_names()
        names = []

        def note(line: bytes) -> None:
            file = _qftp.module_file(line)
            if file is not None and _qftp.is_certificate(file[0]):
                names.append(file[0])

        try:
            await self._one(lambda: self._session.files("*"), info=note)
        except ModuleError:
            # No files at all, or a module that lists none.
            names = list(own)
        for name in names:
            try:
                await self._one(lambda name=name: self._session.remove(name))  # type: ignore[misc]
            except ModuleError:
                # Not there: as it should be.
                continue

    # The line

    async def _next(self, source: Optional[Source]) -> Any:
        """The next event, which may take any number of reads and writes."""
        while True:
            event = self._session.next_event()
            if isinstance(event, Urc):
                if self.on_urc is not None:
                    self.on_urc(event.line)
                continue
            if event is not NEED_DATA:
                return event
            if self._port is None:
                raise Misuse("not connected; call connect first")
            wait = self._session.next_timeout_in()
            if not self._port.is_writing:
                if source is not None and self._session.wants_data:
                    source.offer(self._session)
                out = self._session.data_to_send()
                if out:
                    self._port.write(out)
            await self._receive(wait)

    async def _receive(self, wait: Optional[float]) -> None:
        if self._port is None:
            raise Misuse("not connected; call connect first")
        try:
            data = await self._port.receive(wait)
        except PortError as error:
            self._broken = error
            raise
        self._session.receive_data(data)
