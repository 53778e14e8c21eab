"""The module itself: what it is, and its files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Callable, List, Optional, Union
from urllib.parse import unquote, urlsplit

from . import _qftp
from .errors import Misuse, ModuleError
from .ftp import FTP
from .tls import authority

__all__ = ["Finding", "Info", "Module", "ModuleFile", "Storage"]


#: ``+CME ERROR`` where no file has that name.
_NO_MATCH = 417

#: Where servers listen.
_PORTS = {"ftp": 21, "ftpes": 21, "ftps": 990}


@dataclass(frozen=True)
class Info:
    """What a module says it is."""

    manufacturer: str
    model: str
    revision: str


@dataclass(frozen=True)
class ModuleFile:
    """A file of the module."""

    #: As the module writes it: with its storage in front, ``RAM:log.txt``, or without one for UFS;
    #: where it has no size, all that the module says of it.
    name: str
    #: In bytes; ``None`` where the module says a size that cannot be.
    size: Optional[int]


@dataclass(frozen=True)
class Storage:
    """A storage of the module, in bytes."""

    free: int
    total: int


@dataclass(frozen=True)
class Finding:
    """What one check of :meth:`Module.doctor` found."""

    #: What was looked at.
    check: str
    #: "good", "doubtful", "bad" or "not tried".
    verdict: str
    #: What the module or server said of it.
    said: str
    #: The likely cause, where it is not good.
    cause: Optional[str] = None
    #: What to do about it, likewise.
    remedy: Optional[str] = None
    #: What has been put right before it came out so: some of it set-up does by itself, the rest is done with ``fix``.
    mended: Optional[str] = None


class Module:
    """The module on a port, without a network: its identity, and the files in its UFS, RAM and SD.

    Takes ``port`` and the line's settings as :class:`qftp.FTP` does::

        with qftp.Module("/dev/ttyUSB2") as module:
            print(module.info().model)
            module.push("ca.pem", "UFS:ca.pem")
    """

    def __init__(self, port: Any = None, **settings: Any) -> None:
        self._ftp = FTP(port=port, **settings)
        self._ftp._open_port()
        try:
            self._ftp._set_up(network=False)
        except BaseException:
            self._ftp.close()
            raise

    def __enter__(self) -> "Module":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the port."""
        self._ftp.close()

    def info(self) -> Info:
        """Manufacturer, model and revision."""
        return Info(*(self._line(command) for command in ("+CGMI", "+CGMM", "+CGMR")))

    def command(self, text: str) -> List[str]:
        """The information lines that one command answers with, such as ``+CSQ``."""
        return self._client.command(text)

    def storage(self, name: str = "ufs") -> Storage:
        """How full a storage is: "ufs", "ram" or "sd"."""
        return Storage(*self._client.storage(name))

    def files(self, pattern: str = "*") -> List[ModuleFile]:
        """The files of the module: ``*`` those in UFS, ``RAM:*``, ``SD:*``, or one name."""
        try:
            return [ModuleFile(name, size) for name, size in self._client.files(pattern)]
        except ModuleError as error:
            if error.cme == _NO_MATCH and pattern.endswith("*"):
                return []
            raise

    def push(self, local: Union[str, "os.PathLike[str]", bytes], name: str) -> int:
        """Brings a local file, or these bytes, into a file of the module, its checksum proven; returns its length."""
        if isinstance(local, bytes):
            return self._client.upload(name, local)
        with open(local, "rb") as file:
            return self._client.upload(name, file.read())

    def pull(self, name: str, local: Union[str, "os.PathLike[str]", None] = None) -> bytes:
        """A file of the module, its checksum proven; also written to ``local``, if that is given: by way
        of a hidden file beside it, which gets its name only when whole."""
        data = self._client.download(name)
        if local is not None:
            target = _qftp.LocalTarget(os.fspath(local), name, url=f"module:{name}", size=len(data))
            try:
                target.write(data)
                target.record(len(data))
                target.finish()
            except BaseException:
                # Nothing of it is gone on with: it came in one piece.
                if not target.is_stream:
                    target.truncate(0)
                    target.record(0)
                target.keep()
                raise
        return data

    def remove(self, name: str) -> None:
        """Deletes a file of the module."""
        self._client.remove(name)

    def doctor(
        self,
        url: Optional[str] = None,
        *,
        apn: Optional[str] = None,
        context: int = 1,
        cafile: Union[str, "os.PathLike[str]", None] = None,
        insecure: bool = False,
        file: bool = True,
        fix: bool = False,
        tell: Optional[Callable[[Finding], object]] = None,
    ) -> List[Finding]:
        """Looks at everything that a transfer stands on: SIM card, registration, access point, PDP context and the rest.

        With a ``url`` (``ftp://user:password@host/folder``, ``ftpes://`` or ``ftps://``) also the login, a listing and, unless ``file`` is false, a small
        file up and down again. With ``fix`` what is safe to put right is put right, and looked at again:
        settings of the module, a session or a context that an earlier host left. ``tell`` is called with each finding as it is made. The module is left logged out.
        """
        parts = urlsplit(url or "")
        if url is not None and (parts.scheme not in _PORTS or not parts.hostname):
            raise Misuse(f"{url!r} is no URL of an FTP server: ftp://, ftpes:// or ftps://, and a host")
        ftps = None
        if parts.scheme in ("ftps", "ftpes"):
            ca = None if insecure else authority(cafile, None)
            ftps = {"implicit": parts.scheme == "ftps", **({} if ca is None else {"ca": ca})}
        if apn is None and self._ftp._module is not None:
            apn = "internet"
        findings: List[Finding] = []

        def found(*facts: Any) -> None:
            findings.append(Finding(*facts))
            if tell is not None:
                tell(findings[-1])

        self._client.examine(
            apn=apn,
            context=context,
            server=(parts.hostname, parts.port or _PORTS[parts.scheme]) if parts.hostname else None,
            user=unquote(parts.username or "anonymous"),
            password=unquote(parts.password or "anonymous@"),
            ftps=ftps,
            folder=unquote(parts.path).rstrip("/"),
            file=file,
            fix=fix,
            tell=found,
        )
        return findings

    @property
    def _client(self) -> _qftp.Client:
        return self._ftp._connected()

    def _line(self, command: str) -> str:
        lines = self._client.command(command)
        return lines[0] if lines else ""
