"""What ``FTP`` has beyond ftplib: whole files, entries, the dialogue."""

from __future__ import annotations

import os
from typing import Any, BinaryIO, Callable, List, Optional, Union

from ._line import Line
from ._streams import Counter, Progress, rest_of
from .errors import Misuse, ServerError
from .listing import Entry, entries, parse_time


class WholeFiles(Line):
    """Whole files, with everything that may go wrong."""

    encoding = "utf-8"
    via = "com"

    def get(
        self,
        remote: str,
        local: Union[str, "os.PathLike[str]", BinaryIO],
        *,
        resume: bool = False,
        verify: bool = False,
        retries: int = 0,
        restart: bool = True,
        via: Optional[str] = None,
        progress: Optional[Progress] = None,
        report: Optional[Callable[[str], object]] = None,
    ) -> int:
        """Fetches a file whole; returns its length.

        ``local`` is a path, or a file open for writing. Into a path it goes by way of a hidden file beside it, which gets its name only
        when whole. ``resume`` goes on with what an earlier try left there, ``verify`` reads the file again and compares, ``retries`` is
        how often a failure that may pass is tried again without progress in between, and ``restart`` whether the module may be
        restarted for that. ``via`` is the road: "com", or staged with a checksum in "ram", "ufs" or "sd", or "auto".
        ``progress(done, total)`` is called as bytes pass, ``report(text)`` with whatever is no plain transfer.
        """
        self._checked(remote)
        via = via or self.via
        if not isinstance(local, (str, os.PathLike)):
            if resume or verify or retries:
                raise Misuse("resume, verify and retries need a local path: they go back in the file")
            return self._get_into(remote, local, via, progress)
        path = os.fspath(local)
        return self._do(
            lambda client: client.fetch(
                remote,
                path,
                via=via,
                progress=progress,
                report=report,
                resume=resume,
                verify=verify,
                retries=retries,
                restart=restart,
            )
        )

    def put(
        self,
        local: Union[str, "os.PathLike[str]", BinaryIO],
        remote: str,
        *,
        resume: bool = False,
        verify: bool = False,
        retries: int = 0,
        restart: bool = True,
        atomic: bool = False,
        via: Optional[str] = None,
        progress: Optional[Progress] = None,
        report: Optional[Callable[[str], object]] = None,
    ) -> int:
        """Sends a file whole; returns its length.

        ``atomic`` sends under a temporary name that is nobody's and renames at the end. A server that refuses that keeps both files, and
        :class:`qftp.NotRenamed` says under which name; nothing is deleted. The rest is as in :meth:`get`. With ``resume`` nothing is built
        upon what an earlier upload of this object has lost on the line.
        """
        self._checked(remote)
        via = via or self.via
        if isinstance(local, (str, os.PathLike)):
            path = os.fspath(local)
            return self._do(
                lambda client: client.send(
                    path,
                    remote,
                    via=via,
                    progress=progress,
                    report=report,
                    atomic=atomic,
                    resume=resume,
                    verify=verify,
                    retries=retries,
                    restart=restart,
                )
            )
        if resume or verify or retries:
            raise Misuse("resume, verify and retries need a local path: they go back in the file")
        counter = Counter(progress, rest_of(local))
        self._put(remote, local, 8192, counter, 0, rest_of(local), atomic=atomic)
        return counter.done

    def listdir(self, path: str = "") -> List[Entry]:
        """What is in a folder. By MLSD where the server has it, by LIST where not."""
        try:
            return entries("facts", self._list("MLSD", path), self.encoding)
        except ServerError as error:
            if error.reply not in (500, 501, 502, 504):
                raise
            return entries("long", self._list("LIST", path), self.encoding)

    def stat(self, path: str) -> Entry:
        """A file's or folder's entry."""
        self._checked(path)
        name = path.rstrip("/").rpartition("/")[2] or "/"
        try:
            size = self._size(path)
        except ServerError as error:
            here = self._do(lambda client: client.pwd())
            try:
                self._do(lambda client: client.cwd(path))
            except ServerError:
                raise error from None
            self._do(lambda client: client.cwd(here))
            return Entry(name, "dir")
        try:
            modified = self._do(lambda client: client.modified(path))
        except ServerError:
            modified = None
        return Entry(name, "file", size, modified)

    def modified(self, path: str) -> Any:
        """When a file was last written, a ``datetime`` in UTC."""
        self._checked(path)
        return parse_time(self._do(lambda client: client.modified(path)))

    def dialogue(self) -> List[str]:
        """The last lines that passed the port, secrets masked: ``>`` to the module, ``<`` from it."""
        client = self._client
        lines = client.dialogue() if client is not None else []
        return [f"{mark} {line.decode('utf-8', 'backslashreplace')}" for mark, line in lines]

    # In other words

    def _size(self, name: str) -> int:
        return self._do(lambda client: client.size(name))

    def _list(self, verb: str, folder: str) -> bytes:
        form = {"LIST": "long", "NLST": "names", "MLSD": "facts"}[verb]
        return self._do(lambda client: client.list(form, folder or "."))

    def _put(
        self,
        name: str,
        file: Any,
        blocksize: int,
        callback: Optional[Callable[[bytes], object]],
        start: int,
        length: Optional[int],
        ascii: bool = False,
        atomic: bool = False,
    ) -> int:
        via = "com" if start or length is None else self.via
        return self._do(
            lambda client: client.put(
                name, file, blocksize=blocksize, callback=callback, start=start, len=length, via=via, atomic=atomic
            ),
            ascii=ascii,
        )

    def _get_into(self, remote: str, file: BinaryIO, via: str, progress: Optional[Progress]) -> int:
        counter = Counter(progress, None)

        def store(block: bytes) -> None:
            file.write(block)
            counter(block)

        return self._do(lambda client: client.get(remote, store, blocksize=8192, start=0, len=None, via=via))

    @staticmethod
    def _checked(text: str) -> None:
        if "\r" in text or "\n" in text:
            raise ValueError("an illegal newline character should not be contained")
