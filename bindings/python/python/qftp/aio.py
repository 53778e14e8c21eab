"""FTP through a module on asyncio: pure Python over :class:`qftp.proto.Session`.

::

    async with qftp.aio.FTP("/dev/ttyUSB2", apn="internet") as ftp:
        await ftp.login("ftp.example.org", "me", "secret")
        async for block in ftp.read("log.txt"):
            ...
"""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any, AsyncGenerator, AsyncIterator, Callable, Dict, Iterable, List, Optional, Union

from .errors import Cancelled, Misuse, ModuleError, PortError, ServerError
from .tls import authority
from .listing import Entry, entries
from .proto import NEED_DATA, Data, Done, Failed, Session, Urc

__all__ = ["FTP"]

#: Bytes that are read from the port at once.
_CHUNK = 65536
#: The module's file with the certificate that the server is checked against.
_CA = "UFS:qftp-ca.pem"
#: Bytes of a file that are read at once.
_BLOCK = 4096


class FTP:
    """A module on a path, on ``tcp://host:port``, or on a pair of asyncio's streams.

    One operation at a time. Cancelling a task ends its transfer and leaves the line in order.
    """

    def __init__(
        self,
        port: Any,
        *,
        apn: Optional[str] = None,
        apn_user: str = "",
        apn_password: str = "",
        context: int = 1,
        urc_port: Optional[str] = None,
        baud: int = 115200,
        timeout: int = 90,
        encoding: str = "utf-8",
    ) -> None:
        self.encoding = encoding
        self._port, self._baud = port, baud
        self._setup: Dict[str, Any] = {
            "apn": apn,
            "apn_user": apn_user,
            "apn_password": apn_password,
            "context": context,
            "urc_port": urc_port,
        }
        self._session = Session(timeout=timeout)
        self._reader: Optional[asyncio.StreamReader] = None
        self._writer: Optional[asyncio.StreamWriter] = None
        self._reading: Optional["asyncio.Future[bytes]"] = None
        self._busy = False
        # Whether a certificate of ours lies in the module.
        self._certificate = False
        # A download that is handed out block by block.
        self._left: Any = None
        #: Is called with each line that belongs to no operation.
        self.on_urc: Optional[Callable[[bytes], object]] = None

    async def __aenter__(self) -> "FTP":
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.quit()

    async def connect(self) -> None:
        """Opens the port and brings the module in order."""
        if isinstance(self._port, tuple):
            self._reader, self._writer = self._port
        elif str(self._port).startswith("tcp://"):
            host, _, number = str(self._port)[len("tcp://") :].rpartition(":")
            self._reader, self._writer = await asyncio.open_connection(host.strip("[]"), int(number))
        else:
            self._reader, self._writer = await _open_serial(str(self._port), self._baud)
        await self._run(lambda: self._session.setup(**self._setup))

    async def login(
        self,
        host: str,
        user: str = "anonymous",
        passwd: str = "anonymous@",
        *,
        port: Optional[int] = None,
        active: bool = False,
        tls: bool = False,
        implicit: bool = False,
        cafile: Union[str, "os.PathLike[str]", None] = None,
        insecure: bool = False,
    ) -> None:
        """Connects to a server and logs in; with ``tls`` or ``implicit`` by FTPS, as :class:`qftp.FTP_TLS` does."""
        ftps: Optional[Dict[str, Any]] = None
        if tls or implicit:
            ca = None if insecure else authority(cafile, None)
            ftps = {"implicit": implicit, **({} if ca is None else {"ca": ca})}
            await self._forget_certificate()
            if ca is not None:
                source = _Source(iter([ca]), len(ca), None)
                await self._run(lambda: self._session.upload(_CA, len(ca)), source)
                self._certificate = True
        number = port or (990 if implicit else 21)
        await self._run(lambda: self._session.open(host, number, user, passwd, active=active, ftps=ftps))

    async def quit(self) -> None:
        """Logs out and closes the port."""
        try:
            if self._session.logged_in and self._session.idle:
                await self._run(self._session.close)
            if self._certificate and self._session.idle:
                await self._forget_certificate()
        finally:
            self.close()

    def close(self) -> None:
        """Closes the port."""
        writer, self._writer, self._reader = self._writer, None, None
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
        if writer is not None:
            writer.close()

    async def cwd(self, dirname: str) -> None:
        """Changes the server's folder."""
        await self._run(lambda: self._session.cwd(dirname))

    async def pwd(self) -> str:
        """The server's folder."""
        return bytes(await self._run(self._session.pwd)).decode(self.encoding)

    async def size(self, filename: str) -> int:
        """The size of a file."""
        return int(await self._run(lambda: self._session.size(filename)))

    async def modified(self, filename: str) -> str:
        """When a file was last written: ``YYYYMMDDHHMMSS[.sss]``, UTC."""
        return bytes(await self._run(lambda: self._session.modified(filename))).decode("ascii")

    async def rename(self, fromname: str, toname: str) -> None:
        """Renames a file or folder."""
        await self._run(lambda: self._session.rename(fromname, toname))

    async def delete(self, filename: str) -> None:
        """Deletes a file."""
        await self._run(lambda: self._session.delete(filename))

    async def mkd(self, dirname: str) -> None:
        """Makes a folder."""
        await self._run(lambda: self._session.make_dir(dirname))

    async def rmd(self, dirname: str) -> None:
        """Removes an empty folder."""
        await self._run(lambda: self._session.remove_dir(dirname))

    async def nlst(self, folder: str = ".") -> List[str]:
        """The names in a folder."""
        return [entry.name for entry in entries("names", await self._listing("names", folder), self.encoding)]

    async def listdir(self, folder: str = ".") -> List[Entry]:
        """What is in a folder. By MLSD where the server has it, by LIST where not."""
        try:
            return entries("facts", await self._listing("facts", folder), self.encoding)
        except ServerError as error:
            if error.reply not in (500, 501, 502, 504):
                raise
            return entries("long", await self._listing("long", folder), self.encoding)

    async def read(
        self, filename: str, *, start: int = 0, length: Optional[int] = None, via: str = "com"
    ) -> AsyncIterator[bytes]:
        """The blocks of a file, as they come. Whoever stops early ends the transfer, at the latest with the next operation."""
        work = self._events(lambda: self._session.get(filename, start=start, length=length, via=via))
        self._left, over = work, False
        try:
            async for event in work:
                over = isinstance(event, Done)
                if isinstance(event, Data):
                    yield event.data
            if not over:
                raise Misuse("another operation began before this download was over; one at a time")
        finally:
            await work.aclose()

    async def get(
        self,
        remote: str,
        local: Union[str, "os.PathLike[str]"],
        *,
        resume: bool = False,
        via: str = "com",
        progress: Optional[Callable[[int, Optional[int]], object]] = None,
    ) -> int:
        """Fetches a file into ``local`` by way of ``LOCAL.part``; ``resume`` goes on with what is there. Returns its length."""
        path = os.fspath(local)
        part = path + ".part"
        there = os.path.getsize(part) if resume and os.path.exists(part) else 0
        total = await self.size(remote)
        if there > total:
            raise Misuse(f"{part} has {there} bytes, the file on the server {total}: another file, or another version of it")
        done = there
        with open(part, "r+b" if there else "wb") as file:
            file.seek(there)
            if there < total:
                async for block in self.read(remote, start=there, length=None if via != "com" else total - there, via=via):
                    file.write(block)
                    done += len(block)
                    if progress is not None:
                        progress(done, total)
        os.replace(part, path)
        return done

    async def put(
        self,
        local: Union[str, "os.PathLike[str]"],
        remote: str,
        *,
        via: str = "com",
        progress: Optional[Callable[[int, Optional[int]], object]] = None,
    ) -> int:
        """Sends a file; returns its length."""
        length = os.path.getsize(local)
        with open(local, "rb") as file:
            blocks = iter(lambda: file.read(_BLOCK), b"")
            return await self.write(remote, blocks, length, via=via, progress=progress)

    async def write(
        self,
        filename: str,
        blocks: Iterable[bytes],
        length: int,
        *,
        start: int = 0,
        via: str = "com",
        progress: Optional[Callable[[int, Optional[int]], object]] = None,
    ) -> int:
        """Sends ``length`` bytes that come in blocks."""
        source = _Source(iter(blocks), length, progress)
        return int(await self._run(lambda: self._session.put(filename, length, start=start, via=via), source))

    # What all of them stand on

    async def _forget_certificate(self) -> None:
        """Takes the authority's certificate out of the module, if it is there."""
        try:
            await self._run(lambda: self._session.remove(_CA))
        except ModuleError:
            pass
        self._certificate = False

    async def _listing(self, form: str, folder: str) -> bytes:
        parts = []
        async for event in self._events(lambda: self._session.list(form, folder)):
            if isinstance(event, Data):
                parts.append(event.data)
        return b"".join(parts)

    async def _run(self, begin: Callable[[], None], source: Optional["_Source"] = None) -> Any:
        value = None
        async for event in self._events(begin, source):
            if isinstance(event, Done):
                value = event.value
        return value

    async def _events(self, begin: Callable[[], None], source: Optional["_Source"] = None) -> AsyncGenerator[Any, None]:
        """The events of one operation. Left early, it is aborted."""
        if self._busy and self._left is not None and not self._left.ag_running:
            # Python tells a generator late, or never, that nobody reads it any more.
            await self._left.aclose()
        if self._busy:
            raise Misuse("an operation is under way; one at a time")
        self._busy = True
        over = False
        try:
            begin()
            while True:
                event = await self._next(source)
                if isinstance(event, Failed):
                    over = True
                    raise event.error
                over = isinstance(event, Done)
                yield event
                if over:
                    return
        finally:
            if not over and not self._session.idle:
                await asyncio.shield(self._wind_down())
            self._busy = False

    async def _wind_down(self) -> None:
        """Aborts what is under way, and waits until the line is in order."""
        self._session.abort()
        while not self._session.idle:
            if isinstance(await self._next(None), (Done, Failed)):
                return

    async def _next(self, source: Optional["_Source"]) -> Any:
        """The next event, which may take any number of reads and writes."""
        if self._reader is None or self._writer is None:
            raise Misuse("not connected; call connect first")
        while True:
            event = self._session.next_event()
            if isinstance(event, Urc):
                if self.on_urc is not None:
                    self.on_urc(event.line)
                continue
            if event is not NEED_DATA:
                return event
            if source is not None and self._session.wants_data:
                source.offer(self._session)
            out = self._session.data_to_send()
            if out:
                self._writer.write(out)
                await self._writer.drain()
                if source is not None and self._session.wants_data:
                    # What came meanwhile is looked at first: a module that leaves data mode gets no more.
                    await self._receive(0)
                    continue
            await self._receive(self._wait())

    def _wait(self) -> Optional[float]:
        due = self._session.next_timeout()
        return None if due is None else max(0.0, due - time.monotonic())

    async def _receive(self, wait: Optional[float]) -> None:
        assert self._reader is not None
        # One read goes on over any number of waits: none of its bytes are lost to a time-out or a cancelled task.
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._reader.read(_CHUNK))
        done, _ = await asyncio.wait({self._reading}, timeout=wait)
        if not done:
            self._session.handle_timeout()
            return
        reading, self._reading = self._reading, None
        try:
            data = reading.result()
        except OSError as error:
            raise PortError(f"the port failed: {error}") from error
        if not data:
            raise PortError("the port was closed by the other side")
        self._session.receive_data(data)


class _Source:
    """Blocks of a file, handed out as the session takes them."""

    def __init__(
        self, blocks: Any, length: int, progress: Optional[Callable[[int, Optional[int]], object]]
    ) -> None:
        self.blocks, self.length, self.progress = blocks, length, progress
        self.block, self.done = b"", 0

    def offer(self, session: Session) -> None:
        if not self.block:
            self.block = next(self.blocks, b"")
            if not self.block and self.done < self.length:
                session.abort()
                raise Cancelled(f"the source ended after {self.done} of {self.length} bytes")
        taken = session.send(self.block)
        self.block = self.block[taken:]
        self.done += taken
        if taken and self.progress is not None:
            self.progress(self.done, self.length)


async def _open_serial(path: str, baud: int) -> Any:
    """A serial port or pseudo-terminal as asyncio's streams."""
    import fcntl
    import termios
    import tty

    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        fcntl.ioctl(fd, termios.TIOCEXCL)
        tty.setraw(fd)
        speed = getattr(termios, f"B{baud}", None)
        if speed is None:
            raise Misuse(f"{baud} is no rate of a serial port")
        settings = termios.tcgetattr(fd)
        settings[2] |= termios.CLOCAL | termios.CREAD
        settings[4] = settings[5] = speed
        termios.tcsetattr(fd, termios.TCSANOW, settings)
        reader_file = os.fdopen(fd, "rb", buffering=0)
    except BaseException:
        os.close(fd)
        raise
    writer_file = os.fdopen(os.dup(fd), "wb", buffering=0)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), reader_file)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, writer_file)
    return reader, asyncio.StreamWriter(transport, protocol, None, loop)


