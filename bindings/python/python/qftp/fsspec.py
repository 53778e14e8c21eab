"""A file system of fsspec: ``fsspec.open("qftp://host/path", port="/dev/ttyUSB2")``.

The line belongs to one program: file systems on one port share one connection, which goes from server to server with them, and the port is
free when the last of them is gone or one of them is closed. Reading asks the module for just the range that is wanted.
"""

# fsspec's own signatures differ from one release to the next.
# pyright: reportIncompatibleMethodOverride=false, reportArgumentType=false

from __future__ import annotations

import io
import json
import os
from typing import Any, Dict, List, Optional

from fsspec.spec import AbstractBufferedFile, AbstractFileSystem
from fsspec.utils import infer_storage_options

from ._shared import Connection
from .errors import ServerError
from .ftp import FTP
from .listing import Entry

__all__ = ["QuectelFileSystem"]


class QuectelFileSystem(AbstractFileSystem):  # type: ignore[misc]
    """An FTP server behind a module.

    ``port`` is the module's, as of :class:`qftp.FTP`; the server's own number is ``ftp_port``. ``tls=True`` is explicit FTPS; what is left
    over goes to :class:`qftp.FTP` or :class:`qftp.FTP_TLS`.

    A file is written under a temporary name and gets its own when it is whole, so that what was there before stays whatever happens
    (:meth:`qftp.FTP.put`); ``atomic=False`` writes it under its own name at once, for servers that do not rename over a file.
    """

    protocol = "qftp"
    root_marker = "/"
    cachable = False

    def __init__(
        self,
        host: str,
        ftp_port: int = 21,
        username: str = "",
        password: str = "",
        *,
        tls: bool = False,
        block_size: int = 1 << 16,
        atomic: bool = True,
        **module: Any,
    ) -> None:
        super().__init__()
        self.host, self.ftp_port, self.blocksize, self.atomic = host, ftp_port, block_size, atomic
        self._connection = Connection.of(
            {"host": host, "ftp_port": ftp_port, "username": username, "password": password, "tls": tls, **module}
        )
        # A login that is refused is said now.
        self._connection.ftp()

    @property
    def ftp(self) -> FTP:
        """The connection, logged in to this server."""
        return self._connection.ftp()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.host}:{self.ftp_port}>"

    def to_dict(self, *, include_password: bool = False) -> Dict[str, Any]:
        """As fsspec's, without any password unless that is asked for."""
        found: Dict[str, Any] = super().to_dict()
        return found if include_password else {key: value for key, value in found.items() if not key.endswith("password")}

    def to_json(self, *, include_password: bool = False) -> str:
        """As fsspec's, without any password unless that is asked for."""
        return json.dumps(self.to_dict(include_password=include_password))

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return "/" + str(infer_storage_options(path)["path"]).lstrip("/").rstrip("/")

    @staticmethod
    def _get_kwargs_from_urls(urlpath: str) -> Dict[str, Any]:
        found: Dict[str, Any] = infer_storage_options(urlpath)
        found.pop("path", None)
        found.pop("protocol", None)
        if "port" in found:
            found["ftp_port"] = found.pop("port")
        return found

    def ls(self, path: str, detail: bool = True, **kwargs: Any) -> List[Any]:
        """What is in a folder, or the one file."""
        path = self._strip_protocol(path)
        here = path.rstrip("/")
        try:
            found = [_info(f"{here}/{entry.name}", entry) for entry in self.ftp.listdir(path)]
        except ServerError:
            found = [self.info(path)]
        # Some servers answer to a file with that file.
        if [entry["name"] for entry in found] == [f"{here}/{here.rpartition('/')[2]}"]:
            found = [self.info(path)]
        found.sort(key=lambda entry: str(entry["name"]))
        return found if detail else [entry["name"] for entry in found]

    def info(self, path: str, **kwargs: Any) -> Dict[str, Any]:
        """Name, size and type."""
        path = self._strip_protocol(path)
        if path == self.root_marker:
            return {"name": path, "size": 0, "type": "directory"}
        try:
            return _info(path, self.ftp.stat(path))
        except ServerError as error:
            raise FileNotFoundError(path) from error

    def _open(
        self,
        path: str,
        mode: str = "rb",
        block_size: Optional[int] = None,
        autocommit: bool = True,
        cache_options: Optional[Dict[str, Any]] = None,
        **kwargs: Any,
    ) -> "_File":
        return _File(self, path, mode, block_size or self.blocksize, autocommit, cache_options=cache_options, **kwargs)

    def cat_file(self, path: str, start: Optional[int] = None, end: Optional[int] = None, **kwargs: Any) -> bytes:
        """A file, or a range of it."""
        path = self._strip_protocol(path)
        if (start or 0) < 0 or (end or 0) < 0 or end is not None:
            size = self.info(path)["size"]
            start = max(0, size + start) if start is not None and start < 0 else start
            end = min(size, size + end if end is not None and end < 0 else size if end is None else end)
        return self._range(path, start or 0, end)

    def _range(self, path: str, start: int, end: Optional[int]) -> bytes:
        if end is not None and end <= start:
            return b""
        parts: List[bytes] = []
        length = None if end is None else end - start
        self.ftp._do(
            lambda client: client.get(path, parts.append, blocksize=1 << 16, start=start, len=length, via="com")
        )
        return b"".join(parts)

    def mkdir(self, path: str, create_parents: bool = True, **kwargs: Any) -> None:
        """Makes a folder."""
        path = self._strip_protocol(path)
        parent = self._parent(path)
        if create_parents and parent != self.root_marker and not self.exists(parent):
            self.mkdir(parent)
        self.ftp.mkd(path)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Makes a folder and those above it."""
        path = self._strip_protocol(path)
        if self.exists(path):
            if not exist_ok:
                raise FileExistsError(path)
            return
        self.mkdir(path)

    def rmdir(self, path: str) -> None:
        """Removes an empty folder."""
        self.ftp.rmd(self._strip_protocol(path))

    def _rm(self, path: str) -> None:
        path = self._strip_protocol(path)
        if self.isdir(path):
            self.rmdir(path)
        else:
            self.ftp.delete(path)

    def mv(self, path1: str, path2: str, **kwargs: Any) -> None:
        """Renames."""
        self.ftp.rename(self._strip_protocol(path1), self._strip_protocol(path2))

    def modified(self, path: str) -> Any:
        """When a file was last written."""
        return self.ftp.modified(self._strip_protocol(path))

    def put_file(self, lpath: str, rpath: str, callback: Any = None, mode: str = "overwrite", **kwargs: Any) -> None:
        """Sends a local file, or makes a folder."""
        if os.path.isdir(lpath):
            self.makedirs(rpath, exist_ok=True)
        else:
            self.ftp.put(lpath, self._strip_protocol(rpath), atomic=self.atomic)

    def get_file(self, rpath: str, lpath: Any, callback: Any = None, outfile: Any = None, **kwargs: Any) -> None:
        """Fetches a file, or makes a folder."""
        if self.isdir(rpath):
            os.makedirs(lpath, exist_ok=True)
        else:
            self.ftp.get(self._strip_protocol(rpath), outfile or lpath)

    def close(self) -> None:
        """Logs out and closes the port."""
        self._connection.release()


def _info(path: str, entry: Entry) -> Dict[str, Any]:
    kind = {"dir": "directory"}.get(entry.kind, entry.kind)
    return {"name": path, "size": entry.size, "type": kind, "modify": entry.modified}


class _File(AbstractBufferedFile):  # type: ignore[misc]
    """A file that is read by ranges, or collected and sent at its end: the module wants to know its length before.

    What is left by an exception, or whose sending failed, is not sent.
    """

    #: Why it was not sent.
    _failed: Optional[BaseException] = None

    def __exit__(self, kind: object, error: Optional[BaseException], trace: object) -> None:
        if error is not None and self.mode != "rb" and not self.closed:
            self._failed = error
            self.discard()
            return
        super().__exit__(kind, error, trace)

    def close(self) -> None:
        """Sends what was written. Once that has failed, each call says so."""
        if self._failed is not None:
            if self._left:
                return
            raise self._failed
        try:
            super().close()
        except BaseException as error:
            self._failed = error
            self.closed = True
            raise

    def discard(self) -> None:
        """Throws away what was written."""
        self._left = self.closed = True
        self.buffer = self._whole = io.BytesIO()

    _left = False

    def _fetch_range(self, start: int, end: int) -> Any:
        return self.fs._range(self.path, start, end)

    def _initiate_upload(self) -> None:
        self._whole = io.BytesIO()

    def _upload_chunk(self, final: bool = False) -> Any:
        self._whole.write(self.buffer.getvalue())
        if final and self.autocommit:
            self.commit()
        return True

    def commit(self) -> None:
        """Sends it."""
        self._whole.seek(0)
        if self.mode == "ab":
            # Behind what is there: that is neither read nor written again.
            self.fs.ftp.storbinary(f"APPE {self.path}", self._whole)
        else:
            self.fs.ftp.put(self._whole, self.path, atomic=self.fs.atomic)
