"""Whole files on asyncio: what a job says, step by step, on a line. The decisions are the job's."""

from __future__ import annotations

import asyncio
import os
from typing import Any, BinaryIO, Callable, Dict, Optional, Tuple, Union

from . import _qftp
from ._async_line import AsyncLine
from ._streams import Progress, Source
from .errors import Error, LineError, Misuse, ModuleError, PortError, ServerError
from .proto import Data, Done, Failed, Size

#: Bytes of a file that are read at once.
_BLOCK = 4096
#: So many of the last bytes that came may be words of the module's, which nothing has told from
#: data yet.
_DOUBTFUL = 256
#: The server does not know the command.
_UNKNOWN = (500, 502, 504)

Report = Callable[[str], object]
#: Its name, an offset, bytes or milliseconds, and a road.
_Step = Tuple[str, int, Optional[int], str]


class Into:
    """Where a download goes."""

    def __init__(
        self, target: _qftp.LocalTarget, policy: Dict[str, Any], progress: Optional[Progress]
    ) -> None:
        self.target, self.policy, self.progress = target, policy, progress
        #: The present one: it begins anew where what is here is of another version.
        self.job = _qftp.Job.get(target.trusted, **policy)
        # Bytes that came in the present step, and where they begin.
        self.start = self.here = 0
        self.total: Optional[int] = None

    def begin(self, start: int) -> None:
        self.start, self.here = start, 0
        self.target.seek(start)

    def take(self, data: bytes, via: str) -> None:
        self.target.write(data)
        self.here += len(data)
        if via == "com":
            self.target.passed(self.start + max(0, self.here - _DOUBTFUL))
        if self.progress is not None:
            self.progress(self.start + self.here, self.total)

    def read(self, most: int) -> bytes:
        return self.target.read(most)

    def keep(self, good: int) -> None:
        """What is good of it stays for a later call."""
        if not self.target.is_stream:
            self.target.truncate(good)
            self.target.record(good)
        self.target.keep()


class OutOf:
    """Where an upload comes from."""

    def __init__(self, file: BinaryIO, length: int, progress: Optional[Progress]) -> None:
        self.file, self.length, self.progress = file, length, progress
        self.here = 0

    def begin(self, start: int) -> None:
        self.file.seek(start)

    def read(self, most: int) -> bytes:
        return self.file.read(most)

    def source(self, start: int, length: int) -> Source:
        self.file.seek(start)
        told = self.progress

        def progress(done: int, _total: Optional[int]) -> None:
            if told is not None:
                told(start + done, self.length)

        return Source(iter(lambda: self.file.read(_BLOCK), b""), length, progress)


class AsyncFiles(AsyncLine):
    """A line on which whole files go, by as many attempts as are allowed."""

    async def _carry_out(
        self, job: _qftp.Job, name: str, local: Union[Into, OutOf], retries: int, report: Optional[Report]
    ) -> Tuple[_qftp.Job, Optional[BaseException]]:
        """Does what a job says until its end. The job that it was in the end, and why it has no
        file."""
        # Why the last step failed, and why the port did, while that has not been opened again.
        why: Optional[Exception] = None
        lost: Optional[PortError] = None
        tell = report or (lambda text: None)
        if not self._session.logged_in:
            job.connect()
        while True:
            level = job.begins_recovery()
            if level is not None and job.retry > 0:
                tell(f"recovery: {level}")
            step = job.next()
            if step[0] == "end":
                return job, lost or job.error()
            if step[0] == "wait" and why is not None:
                tell(f"{why}; retry {job.retry} in {(step[2] or 0) / 1000:g} s")
                why = None
            try:
                job = await self._step(job, step, name, local, tell)
            except PortError as error:
                if retries == 0 or isinstance(self._address, tuple):
                    return job, error
                if lost is None:
                    tell("the port went away; waiting for it")
                lost = why = error
                here, local.here = local.here, 0
                job.lost(here)
            except (LineError, ModuleError, ServerError) as error:
                lost, why = None, error
                local.here = 0
                job.failed(self._session._session)
            except Misuse:
                if not job.refused(self._session._session):
                    raise
            else:
                local.here = 0
                if self._broken is None:
                    lost = None
            if isinstance(local, Into) and not local.target.is_stream:
                # At once: a process that is killed in the wait that follows has not noted more.
                local.target.record(job.kept)

    async def _settle(self, names: _qftp.AtomicUpload) -> None:
        """Claims the temporary name of an upload, or gives a whole one its final name, as ``names``
        says."""
        while True:
            # A port that is opened again has a session of its own.
            session, step = self._session, names.next()
            if step == "done":
                return
            if step == "taken":
                raise Error("the server says that it has a file of every name")
            try:
                if step == "exists":
                    names.size(int(await self._one(lambda: session.size(names.temporary))))
                elif step == "names":
                    names.listed(await self._collect(lambda: session.list("names", names.folder)))
                elif step == "new-name":
                    names.take_new_name()
                    names.ready()
                elif step == "connect":
                    if self._broken is not None and not isinstance(self._address, tuple):
                        await self._reopen()
                    await self._bring_back()
                    names.ready()
                elif step == "rename":
                    await self._one(lambda: session.rename(names.temporary, names.final))
                    names.ready()
                else:
                    names.size(int(await self._one(lambda: session.size(names.final))))
            except (LineError, ModuleError, PortError, ServerError) as error:
                if isinstance(error, PortError):
                    names.lost()
                else:
                    names.failed(self._session._session)
                if names.next() == "failed":
                    raise names.not_renamed() or error from error

    async def _collect(self, begin: Callable[[], None]) -> bytes:
        """The data of one operation of this turn."""
        begin()
        parts = []
        while True:
            event = await self._next(None)
            if isinstance(event, Failed):
                raise event.error
            if isinstance(event, Data):
                parts.append(event.data)
            if isinstance(event, Done):
                return b"".join(parts)

    async def _step(
        self, job: _qftp.Job, step: _Step, name: str, local: Union[Into, OutOf], tell: Report
    ) -> _qftp.Job:
        kind, start, length, via = step
        session = self._session
        if kind in ("size", "get") and isinstance(local, Into) and local.target.wants_version:
            return await self._compare_version(job, kind, name, local)
        if kind == "size":
            job.size(int(await self._one(lambda: session.size(name))))
        elif kind == "truncate" and isinstance(local, Into):
            local.target.truncate(start)
            job.ready()
        elif kind == "wait":
            await asyncio.sleep((length or 0) / 1000)
            job.ready()
        elif kind == "get" and isinstance(local, Into):
            if start:
                tell(f"going on at byte {start}")
            job.moved(await self._fetch_into(local, name, start, length, via))
        elif kind == "put" and isinstance(local, OutOf):
            if start:
                tell(f"going on at byte {start}")
            count = length or 0
            source = local.source(start, count)
            sent = await self._one(lambda: session.put(name, count, start=start, via=via), source)
            job.moved(int(sent))
        elif kind == "compare":
            if start == 0:
                tell("reading the file again to compare it")
            job.compared(await self._difference(local, name, start, length, via))
        else:
            await self._recover(kind)
            job.ready()
        return job

    async def _compare_version(
        self, job: _qftp.Job, kind: str, name: str, local: Into
    ) -> _qftp.Job:
        """The server tells which version its file is: the job goes on, or begins anew where what is
        here is of another one."""
        size, modified = await self._version(name)
        local.total = size
        if not local.target.is_of(size, modified):
            local.target.truncate(0)
            job = local.job = _qftp.Job.get(0, **local.policy)
        elif kind == "size":
            job.size(size)
            return job
        if size is not None:
            job.expecting(size)
        return job

    async def _fetch_into(
        self, local: Into, name: str, start: int, length: Optional[int], via: str
    ) -> int:
        local.begin(start)
        self._session.get(name, start=start, length=length, via=via)
        while True:
            event = await self._next(None)
            if isinstance(event, Failed):
                raise event.error
            if isinstance(event, Done):
                return int(event.value)
            if isinstance(event, Size):
                local.total = start + event.size
            if isinstance(event, Data):
                local.take(event.data, via)

    async def _difference(
        self, local: Union[Into, OutOf], name: str, start: int, length: Optional[int], via: str
    ) -> Optional[int]:
        """Where what the server has differs from our own, counted from ``start``."""
        local.begin(start)
        same, differs = 0, False
        self._session.get(name, start=start, length=length, via=via)
        while True:
            event = await self._next(None)
            if isinstance(event, Failed):
                raise event.error
            if isinstance(event, Data) and not differs:
                own = local.read(len(event.data))
                differs = own != event.data
                same += len(os.path.commonprefix([own, event.data])) if differs else len(own)
            if isinstance(event, Done):
                differs = differs or bool(local.read(1))
                return same if differs else None

    async def _version(self, name: str) -> Tuple[Optional[int], Optional[str]]:
        """What the server tells of a file: size and time, where it knows to."""
        session = self._session
        size: Optional[int] = None
        try:
            size = int(await self._one(lambda: session.size(name)))
        except ServerError as error:
            if error.reply not in _UNKNOWN:
                raise
        try:
            return size, bytes(await self._one(lambda: session.modified(name))).decode("ascii")
        except (ServerError, ModuleError):
            if not session.logged_in:
                raise
            # Whatever it has against telling the time, the file can be fetched.
            return size, None

    async def _recover(self, kind: str) -> None:
        """One step of those that bring the session back."""
        access, session = self._access, self._session
        if kind == "reopen-port":
            await self._reopen()
        elif kind == "deactivate":
            await self._one(session.deactivate)
        elif kind == "restart":
            await self._one(session.restart)
        elif kind == "set-up":
            await self._one(lambda: session.setup(**self._setup))
        elif access is None:
            raise Misuse("not logged in; call login first")
        elif kind == "certificates":
            await self._certificates(access)
        elif kind == "open":
            await self._log_in(access)
        elif kind == "folder":
            await self._folder(access)


def kept(into: Into, error: BaseException) -> int:
    """How much is good of a download that ended so."""
    if into.here == 0:
        return into.job.kept
    # A full disk, or a port that is gone, takes nothing from what came before.
    doubtful = 0 if isinstance(error, (OSError, Error)) else _DOUBTFUL
    return into.start + max(0, into.here - doubtful)
