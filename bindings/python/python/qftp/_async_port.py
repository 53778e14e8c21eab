"""A module's port on asyncio."""

from __future__ import annotations

import asyncio
import os
from typing import Any, List, Optional, Tuple

from .errors import Misuse, PortError

#: Bytes that are read at once.
_CHUNK = 65536


class AsyncPort:
    """Two streams that are read and written at the same time."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *own: asyncio.BaseTransport,
    ) -> None:
        self._reader, self._writer, self._own = reader, writer, own
        self._reading: Optional["asyncio.Future[bytes]"] = None
        self._draining: Optional["asyncio.Future[None]"] = None
        # What waits here cannot be taken back, and delays an abort: the port takes it, or more is
        # not asked for.
        writer.transport.set_write_buffer_limits(high=0)

    @classmethod
    async def open(cls, address: Any, baud: int) -> "AsyncPort":
        """Opens a path or ``tcp://host:port``; a pair of streams is taken as it is."""
        if isinstance(address, tuple):
            return cls(*address)
        try:
            if str(address).startswith("tcp://"):
                host, _, number = str(address)[len("tcp://") :].rpartition(":")
                return cls(*await asyncio.open_connection(host.strip("[]"), int(number)))
            return await _open_serial(str(address), baud)
        except OSError as error:
            raise PortError(f"{address}: {error}") from error

    @property
    def is_writing(self) -> bool:
        """Whether the port has not taken yet what was written last."""
        return self._draining is not None

    def write(self, data: bytes) -> None:
        """Writes; more only when that is no longer ``is_writing``."""
        self._writer.write(data)
        self._draining = asyncio.ensure_future(self._writer.drain())

    async def receive(self, wait: Optional[float]) -> bytes:
        """What comes; nothing when the time was up, or what was written is gone."""
        # One read goes on over any number of waits: none of its bytes are lost to a time-out or a
        # cancelled task.
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._reader.read(_CHUNK))
        waiting: "set[asyncio.Future[Any]]" = {self._reading}
        if self._draining is not None:
            waiting.add(self._draining)
        await asyncio.wait(waiting, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        try:
            if self._draining is not None and self._draining.done():
                draining, self._draining = self._draining, None
                draining.result()
            if not self._reading.done():
                return b""
            reading, self._reading = self._reading, None
            data = reading.result()
        except OSError as error:
            raise PortError(f"the port failed: {error}") from error
        if not data:
            raise PortError("the port was closed by the other side")
        return data

    def close(self) -> None:
        """Lets go of the port at once, whatever was not written."""
        for future in (self._reading, self._draining):
            if future is not None:
                future.cancel()
        for transport in (self._writer.transport, *self._own):
            (
                transport.abort()
                if isinstance(transport, asyncio.WriteTransport)
                else transport.close()
            )


async def _open_serial(path: str, baud: int) -> AsyncPort:
    """A serial port or pseudo-terminal, to which nobody else has access meanwhile."""
    import fcntl
    import termios
    import tty

    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    files: List[Any] = []
    try:
        files.append(os.fdopen(fd, "rb", buffering=0))
        fcntl.ioctl(fd, termios.TIOCEXCL)
        tty.setraw(fd)
        speed = getattr(termios, f"B{baud}", None)
        if speed is None:
            raise Misuse(f"{baud} is no rate of a serial port")
        settings = termios.tcgetattr(fd)
        settings[2] |= termios.CLOCAL | termios.CREAD
        settings[4] = settings[5] = speed
        termios.tcsetattr(fd, termios.TCSANOW, settings)
        files.append(os.fdopen(os.dup(fd), "wb", buffering=0))
        return await _streams(*files)
    except BaseException:
        for file in files:
            file.close()
        raise


async def _streams(reading: Any, writing: Any) -> AsyncPort:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    source, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), reading)
    try:
        pipe: Tuple[Any, Any] = await loop.connect_write_pipe(
            asyncio.streams.FlowControlMixin, writing
        )
    except BaseException:
        source.close()
        raise
    return AsyncPort(reader, asyncio.StreamWriter(*pipe, None, loop), source)
