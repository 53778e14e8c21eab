"""FTP through a module on asyncio: pure Python over :class:`qftp.proto.Session`.

::

    async with qftp.aio.FTP("/dev/ttyUSB2", apn="internet") as ftp:
        await ftp.login("ftp.example.org", "me", "secret")
        async for block in ftp.read("log.txt"):
            ...
"""

from __future__ import annotations

import errno
import os
from typing import Any, AsyncIterator, Callable, Dict, Iterable, List, Optional, Union

from . import _qftp
from ._async_job import AsyncFiles, Into, OutOf, Report, kept
from ._async_line import Access
from ._streams import Source, no_mixture
from .errors import Error, FileMissing, Misuse, ServerError
from .listing import Entry, entries, supported
from .proto import Data, Done
from .tls import authority

__all__ = ["FTP"]

#: The server does not know the command.
_UNKNOWN = (500, 501, 502, 504)

_Progress = Callable[[int, Optional[int]], object]
_Path = Union[str, "os.PathLike[str]"]


class FTP(AsyncFiles):
    """A module on a path, on ``tcp://host:port``, or on a pair of asyncio's streams.

    One operation at a time. Cancelling a task aborts its operation; the line is brought in order
    meanwhile, and the next call waits for that and logs in again where it has to, into the folder
    where it was.
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
        self.encoding = supported(encoding)
        setup = {
            "apn": apn,
            "apn_user": apn_user,
            "apn_password": apn_password,
            "context": context,
            "urc_port": urc_port,
        }
        super().__init__(port, setup=setup, baud=baud, timeout=timeout)
        # What uploads have lost on the line: bytes that are good of the file on the server, at most.
        self._good_there: Dict[str, int] = {}

    async def __aenter__(self) -> "FTP":
        await self.connect()
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        try:
            await self.quit()
        except (Error, OSError):
            # What was raised in the block is what its caller wants to know.
            if error is None:
                raise

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
        cafile: Optional[_Path] = None,
        insecure: bool = False,
    ) -> None:
        """Connects to a server and logs in; with ``tls`` or ``implicit`` by FTPS, as
        :class:`qftp.FTP_TLS` does."""
        ftps: Optional[Dict[str, Any]] = None
        if tls or implicit:
            ca = None if insecure else authority(cafile, None)
            ftps = {"implicit": implicit, **({} if ca is None else {"ca": ca})}
        # Not the login of before, should that be lost.
        self._access = None
        access = Access(host, port or (990 if implicit else 21), user, passwd, active, ftps)
        async with self._turn():
            self._access = access
            if not self._session.set_up:
                await self._one(lambda: self._session.setup(**self._setup))
            await self._open(access)

    async def quit(self) -> None:
        """Logs out and closes the port."""
        try:
            if self._access is not None and self._port is not None:
                access, self._access = self._access, None
                async with self._turn():
                    self._access = access
                    await self._hang_up()
        finally:
            self.close()

    async def cwd(self, dirname: str) -> None:
        """Changes the server's folder."""
        async with self._turn():
            await self._one(lambda: self._session.cwd(dirname))
            folder = bytes(await self._one(self._session.pwd)).decode(self.encoding)
            if self._access is not None:
                self._access.folder = folder

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
        return [
            entry.name
            for entry in entries("names", await self._listing("names", folder), self.encoding)
        ]

    async def listdir(self, folder: str = ".") -> List[Entry]:
        """What is in a folder. By MLSD where the server has it, by LIST where not."""
        try:
            return entries("facts", await self._listing("facts", folder), self.encoding)
        except ServerError as error:
            if error.reply not in _UNKNOWN:
                raise
            return entries("long", await self._listing("long", folder), self.encoding)

    async def read(
        self, filename: str, *, start: int = 0, length: Optional[int] = None, via: str = "com"
    ) -> AsyncIterator[bytes]:
        """The blocks of a file, as they come. Whoever stops early ends the transfer, at the latest
        with the next operation."""
        work = self._events(
            lambda: self._session.get(filename, start=start, length=length, via=via)
        )
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
        local: _Path,
        *,
        resume: bool = False,
        verify: bool = False,
        retries: int = 0,
        restart: bool = True,
        via: str = "com",
        progress: Optional[_Progress] = None,
        report: Optional[Report] = None,
    ) -> int:
        """Fetches a file into ``local`` by way of a hidden file beside it, which gets its name only
        when whole. Returns its length.

        ``resume`` goes on with what an earlier try of :class:`qftp.FTP` or this class left there, as
        far as that is proven, ``verify`` reads the file again and compares, ``retries`` is how often
        a failure that may pass is tried again without progress in between, and ``restart`` whether
        the module may be restarted for that. ``progress(done, total)`` is called as bytes pass,
        ``report(text)`` with whatever is no plain transfer.
        """
        policy: Dict[str, Any] = {
            "via": via, "resume": resume, "verify": verify, "retries": retries, "restart": restart
        }
        target = _qftp.LocalTarget(os.fspath(local), remote, url=self._url(remote), resume=resume)
        into = Into(target, policy, progress)
        try:
            if into.job.kept == 0 and not target.is_stream:
                target.truncate(0)
            async with self._turn(bring_back=False, reopen=retries > 0):
                job, error = await self._carry_out(into.job, remote, into, retries, report)
            if error is not None:
                raise error
        except BaseException as error:
            into.keep(kept(into, error))
            raise
        target.record(job.kept)
        target.finish()
        return job.kept

    async def put(
        self,
        local: _Path,
        remote: str,
        *,
        resume: bool = False,
        verify: bool = False,
        retries: int = 0,
        restart: bool = True,
        atomic: bool = False,
        via: str = "com",
        progress: Optional[_Progress] = None,
        report: Optional[Report] = None,
    ) -> int:
        """Sends a file; returns its length. The rest is as in :meth:`get`. With ``resume`` nothing is
        built upon what an earlier upload of this object has lost on the line.

        ``atomic`` sends under a temporary name that is nobody's and renames at the end. A server that
        refuses that keeps both files, and :class:`qftp.NotRenamed` says under which name; nothing is
        deleted.
        """
        if atomic:
            names = _qftp.AtomicUpload(local, remote, url=self._url(remote))
            async with self._turn(reopen=retries > 0):
                await self._settle(names)
            sent = await self.put(
                local,
                names.temporary,
                resume=resume,
                verify=verify,
                retries=retries,
                restart=restart,
                via=via,
                progress=progress,
                report=report,
            )
            names.publish(sent)
            async with self._turn(bring_back=False):
                await self._settle(names)
            return sent
        url = self._url(remote)
        with open(local, "rb") as file:
            before = os.fstat(file.fileno())
            job = _qftp.Job.put(
                before.st_size,
                self._good_there.get(url),
                via=via,
                resume=resume,
                verify=verify,
                retries=retries,
                restart=restart,
            )
            source = OutOf(file, before.st_size, progress)
            try:
                async with self._turn(bring_back=False, reopen=retries > 0):
                    job, error = await self._carry_out(job, remote, source, retries, report)
                if error is not None:
                    raise error
            finally:
                good = job.distrusted
                if good is None:
                    self._good_there.pop(url, None)
                else:
                    self._good_there[url] = good
            after = os.fstat(file.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            # What arrived is of no version: nothing of it is gone on with.
            self._good_there[url] = 0
            path = os.fspath(local)
            raise OSError(
                errno.EAGAIN,
                "it was written to while it was sent: what arrived is of two versions",
                path,
            )
        return job.kept

    async def write(
        self,
        filename: str,
        blocks: Iterable[bytes],
        length: int,
        *,
        start: int = 0,
        via: str = "com",
        progress: Optional[_Progress] = None,
    ) -> int:
        """Sends ``length`` bytes that come in blocks; the first of them is taken before the command
        goes out.

        From ``start`` on into a file that is longer than it would be afterwards is refused, as by
        :meth:`qftp.FTP.storbinary`.
        """
        source = Source(iter(blocks), length, progress)
        if start:
            # It may not be there yet.
            try:
                no_mixture(start, length, await self._size_or_none(filename))
            except FileMissing:
                pass
        return int(
            await self._run(
                lambda: self._session.put(filename, length, start=start, via=via), source
            )
        )

    # In other words

    async def _listing(self, form: str, folder: str) -> bytes:
        parts = []
        async for event in self._events(lambda: self._session.list(form, folder)):
            if isinstance(event, Data):
                parts.append(event.data)
        return b"".join(parts)

    async def _size_or_none(self, filename: str) -> Optional[int]:
        try:
            return await self.size(filename)
        except ServerError as error:
            if error.reply not in _UNKNOWN:
                raise
            return None

    def _url(self, filename: str) -> str:
        access = self._access or Access("", 21, "", "", False, None)
        return _qftp.url_of(
            filename, host=access.host, port=access.port, user=access.user, folder=access.folder
        )
