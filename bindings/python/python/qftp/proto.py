"""The session without any I/O: bytes in, events and bytes out. ``qftp.aio`` is built on it; other event loops can be as well.

::

    session = qftp.proto.Session()
    session.setup(apn="internet")
    while True:
        write(session.data_to_send())
        event = session.next_event()
        if event is NEED_DATA:
            session.receive_data(read_until(session.next_timeout()))  # b"" when the time was up
        elif isinstance(event, Done):
            break

Times are seconds of :func:`time.monotonic`; every method that needs the present takes ``now`` for tests in virtual time.
"""

from __future__ import annotations

import enum
import time
from dataclasses import dataclass
from typing import Any, Dict, Optional, Union

from . import _qftp
from .errors import Error

__all__ = ["NEED_DATA", "Data", "Done", "Event", "Failed", "Info", "Session", "Size", "Urc"]


class _NeedData(enum.Enum):
    NEED_DATA = "NEED_DATA"


#: There is no event until more data has come, or the time is up.
NEED_DATA = _NeedData.NEED_DATA


@dataclass(frozen=True)
class Size:
    """How many bytes the download that begins will bring."""

    size: int


@dataclass(frozen=True)
class Data:
    """Bytes of a file or listing, in order."""

    data: bytes


@dataclass(frozen=True)
class Info:
    """An information line of the present operation."""

    line: bytes


@dataclass(frozen=True)
class Urc:
    """A line that belongs to no operation."""

    line: bytes


@dataclass(frozen=True)
class Done:
    """The operation succeeded: a number, a text as bytes, the name of a state, free bytes and all bytes, or ``None``."""

    value: Any = None


@dataclass(frozen=True)
class Failed:
    """The operation failed."""

    error: Error


Event = Union[Size, Data, Info, Urc, Done, Failed]

_EVENTS: Dict[str, Any] = {"size": Size, "data": Data, "info": Info, "urc": Urc, "done": Done, "failed": Failed}


class Session:
    """The host's side of one module.

    One operation at a time; each ends with :class:`Done` or :class:`Failed`. What cannot be done raises
    :class:`qftp.Misuse`, and nothing is sent.
    """

    def __init__(self, *, timeout: int = 90, in_flight: int = 4096) -> None:
        self._session = _qftp.Session(timeout=timeout, in_flight=in_flight)

    # Bytes and time

    def receive_data(self, data: bytes) -> None:
        """Takes bytes that came from the module. ``next_event`` follows, until it needs data."""
        self._session.receive_data(data)

    def next_event(self, now: Optional[float] = None) -> Union[Event, _NeedData]:
        """What became of what was received, or :data:`NEED_DATA`."""
        event = self._session.next_event(_ms(now))
        return NEED_DATA if event is None else _EVENTS[event[0]](event[1])

    def data_to_send(self, now: Optional[float] = None) -> bytes:
        """Bytes to write to the port now; empty when there are none."""
        return self._session.data_to_send(_ms(now))

    def send(self, data: bytes) -> int:
        """Offers bytes of an upload and says how many of them are taken; these leave with ``data_to_send``, when the module takes them."""
        return self._session.send(data)

    @property
    def wants_data(self) -> bool:
        """Whether an upload waits for ``send``."""
        return self._session.wants_data

    def next_timeout(self) -> Optional[float]:
        """When ``next_event`` is to be called, unless data comes before."""
        due = self._session.next_timeout()
        return None if due is None else due / 1000

    def next_timeout_in(self, now: Optional[float] = None) -> Optional[float]:
        """The same in seconds from now, never negative."""
        due = self.next_timeout()
        return None if due is None else max(0.0, due - (time.monotonic() if now is None else now))

    @property
    def idle(self) -> bool:
        """Whether an operation may start."""
        return self._session.idle

    @property
    def set_up(self) -> bool:
        """Whether ``setup`` has succeeded since the module last started."""
        return self._session.set_up

    @property
    def logged_in(self) -> bool:
        """Whether a login stands, as far as is known."""
        return self._session.logged_in

    # Operations

    def setup(
        self,
        *,
        apn: Optional[str] = None,
        apn_user: str = "",
        apn_password: str = "",
        context: int = 1,
        urc_port: Optional[str] = None,
        network: bool = True,
        now: Optional[float] = None,
    ) -> None:
        """Brings the line in sync and the module in order: echo off, results to this port, SIM card ready, PDP context active."""
        self._session.setup(
            _ms(now),
            apn=apn,
            apn_user=apn_user,
            apn_password=apn_password,
            context=context,
            urc_port=urc_port,
            network=network,
        )

    def open(
        self,
        host: str,
        port: int = 21,
        user: str = "anonymous",
        password: str = "anonymous@",
        *,
        active: bool = False,
        ftps: Optional[Dict[str, Any]] = None,
        now: Optional[float] = None,
    ) -> None:
        """Logs in to a server."""
        self._session.open(_ms(now), host=host, port=port, user=user, password=password, active=active, ftps=ftps)

    def deactivate(self, now: Optional[float] = None) -> None:
        """Deactivates the PDP context; ``setup`` comes next."""
        self._session.deactivate(_ms(now))

    def restart(self, now: Optional[float] = None) -> None:
        """Restarts the module and waits for it; ``setup`` comes next."""
        self._session.restart(_ms(now))

    def close(self, now: Optional[float] = None) -> None:
        """Logs out; over only when the module says so."""
        self._session.close(_ms(now))

    def abort(self, now: Optional[float] = None) -> None:
        """Ends the operation under way: data mode is left, the line brought in sync. It fails then."""
        self._session.abort(_ms(now))

    def cwd(self, path: str, now: Optional[float] = None) -> None:
        """Changes the working folder on the server; at most 128 bytes."""
        self._session.cwd(_ms(now), path)

    def pwd(self, now: Optional[float] = None) -> None:
        """Asks for the working folder on the server: bytes."""
        self._session.pwd(_ms(now))

    def get(
        self, name: str, *, start: int = 0, length: Optional[int] = None, via: str = "com", now: Optional[float] = None
    ) -> None:
        """Downloads a file: :class:`Size` where the length is known, :class:`Data`, then the number of bytes."""
        self._session.get(_ms(now), name, start=start, len=length, via=via)

    def put(
        self,
        name: str,
        length: int,
        *,
        start: int = 0,
        last: bool = True,
        via: str = "com",
        now: Optional[float] = None,
    ) -> None:
        """Uploads a file, or a part of one: ``length`` bytes, which :meth:`send` takes."""
        self._session.put(_ms(now), name, len=length, start=start, last=last, via=via)

    def list(self, form: str = "long", folder: str = ".", now: Optional[float] = None) -> None:
        """Lists a folder, as :class:`Data`: ``form`` is "long", "names" or "facts"."""
        self._session.list(_ms(now), form, folder)

    def size(self, name: str, now: Optional[float] = None) -> None:
        """Asks for the size of a file, in bytes."""
        self._session.size(_ms(now), name)

    def modified(self, name: str, now: Optional[float] = None) -> None:
        """Asks when a file was last written: bytes, YYYYMMDDHHMMSS."""
        self._session.modified(_ms(now), name)

    def rename(self, old: str, new: str, now: Optional[float] = None) -> None:
        """Renames a file or folder."""
        self._session.rename(_ms(now), old, new)

    def delete(self, name: str, now: Optional[float] = None) -> None:
        """Deletes a file."""
        self._session.delete(_ms(now), name)

    def make_dir(self, name: str, now: Optional[float] = None) -> None:
        """Makes a folder."""
        self._session.make_dir(_ms(now), name)

    def remove_dir(self, name: str, now: Optional[float] = None) -> None:
        """Removes an empty folder."""
        self._session.remove_dir(_ms(now), name)

    def length(self, now: Optional[float] = None) -> None:
        """Asks how many bytes the last transfer moved."""
        self._session.length(_ms(now))

    def status(self, now: Optional[float] = None) -> None:
        """Asks for the state of the FTP client: its name."""
        self._session.status(_ms(now))

    def storage(self, name: str, now: Optional[float] = None) -> None:
        """Asks for the space of a storage of the module, "ufs", "ram" or "sd": free bytes, and all."""
        self._session.storage(_ms(now), name)

    def files(self, pattern: str = "*", now: Optional[float] = None) -> None:
        """Lists the files of the module, an :class:`Info` each."""
        self._session.files(_ms(now), pattern)

    def upload(self, name: str, length: int, now: Optional[float] = None) -> None:
        """Uploads a file into the module, its checksum proven: ``length`` bytes, which :meth:`send` takes."""
        self._session.upload(_ms(now), name, length)

    def download(self, name: str, now: Optional[float] = None) -> None:
        """Downloads a file out of the module, its checksum proven."""
        self._session.download(_ms(now), name)

    def remove(self, name: str, now: Optional[float] = None) -> None:
        """Deletes files of the module."""
        self._session.remove(_ms(now), name)


def _ms(now: Optional[float]) -> int:
    return int((time.monotonic() if now is None else now) * 1000)


