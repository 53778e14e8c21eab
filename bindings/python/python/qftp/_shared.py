"""One connection for all file systems on one port."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Any, Dict, Optional

from .ftp import FTP
from .tls import FTP_TLS


class Connection:
    """A port, a server and an account. Of those on one port one is open at a time; another that is
    wanted closes it first."""

    #: Those that somebody uses, by their settings.
    _all: "weakref.WeakValueDictionary[Any, Connection]" = weakref.WeakValueDictionary()
    #: Those that are open, by their ports.
    _open: "weakref.WeakValueDictionary[Any, Connection]" = weakref.WeakValueDictionary()
    _lock = threading.RLock()

    def __init__(self, settings: Dict[str, Any]) -> None:
        self._settings = settings
        # A child that was forked opens its own.
        self._process = os.getpid()
        self._port = (self._process, _key(settings.get("port") or os.environ.get("QFTP_PORT")))
        self._ftp: Optional[FTP] = None

    @classmethod
    def of(cls, settings: Dict[str, Any]) -> "Connection":
        """The one with these settings, the same for all who ask."""
        key = (os.getpid(), frozenset((name, _key(value)) for name, value in settings.items()))
        with cls._lock:
            found = cls._all.get(key)
            if found is None:
                found = cls._all[key] = cls(settings)
            return found

    def ftp(self) -> FTP:
        """It, open and logged in."""
        with self._lock:
            if self._ftp is not None:
                return self._ftp
            other = self._open.get(self._port)
            if other is not None:
                other.release()
            module = dict(self._settings)
            host, ftp_port, user, password = (
                module.pop(name) for name in ("host", "ftp_port", "username", "password")
            )
            tls = module.pop("tls")
            ftp: FTP = FTP_TLS(**module) if tls else FTP(**module)
            try:
                ftp.connect(host, ftp_port)
                ftp.login(user, password)
            except BaseException:
                ftp.close()
                raise
            self._ftp, self._open[self._port] = ftp, self
            return ftp

    def release(self) -> None:
        """Logs out and closes the port; whoever needs it again opens it."""
        with self._lock:
            ftp, self._ftp = self._ftp, None
            if ftp is not None:
                self._open.pop(self._port, None)
                ftp.quit()

    def __del__(self) -> None:
        # The last of its file systems is gone, which nobody has to close.
        ftp, self._ftp = self._ftp, None
        if ftp is not None and self._process == os.getpid():
            ftp.__exit__()


def _key(value: Any) -> Any:
    """What tells a setting from another; a path of a port is the same under any of its names."""
    if isinstance(value, (str, os.PathLike)):
        text = os.fspath(value)
        return os.path.realpath(text) if os.path.exists(text) else text
    try:
        hash(value)
    except TypeError:
        return id(value)
    return (type(value).__name__, id(value)) if hasattr(value, "read") else value
