"""Lines, blocks and counts of files."""

from __future__ import annotations

import ftplib
import io
import os
from typing import Any, BinaryIO, Callable, Iterator, Optional

from .errors import Cancelled
from .proto import Session

Progress = Callable[[int, Optional[int]], object]


class Lines:
    """Bytes to lines, as ftplib cuts them."""

    def __init__(self, callback: Callable[[str], object], encoding: str, most: int) -> None:
        self.callback, self.encoding, self.most = callback, encoding, most
        self.rest = b""

    def feed(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.line(line)
        if len(self.rest) > self.most:
            raise ftplib.Error(f"got more than {self.most} bytes")

    def line(self, line: bytes) -> None:
        if len(line) > self.most:
            raise ftplib.Error(f"got more than {self.most} bytes")
        self.callback(line[: -1 if line.endswith(b"\r") else None].decode(self.encoding))

    def end(self) -> None:
        if self.rest:
            self.line(self.rest)


class CrLf:
    """A file whose lines end with CR LF, whatever they end with in the file itself."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self.file, self.most = file, most

    def read(self, size: int = -1) -> bytes:
        line = self.file.readline(self.most + 1)
        if len(line) > self.most:
            raise ftplib.Error(f"got more than {self.most} bytes")
        if not line:
            return b""
        return line.rstrip(b"\r\n") + b"\r\n" if line[-2:] != b"\r\n" else line


class Counter:
    """Adds up blocks, and tells how far it is."""

    def __init__(self, progress: Optional[Progress], total: Optional[int]) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self, block: bytes) -> None:
        self.done += len(block)
        if self.progress is not None:
            self.progress(self.done, self.total)


def rest_of(file: Any) -> Optional[int]:
    """How many bytes a file still has, if it can tell."""
    try:
        here = file.tell()
        end = file.seek(0, os.SEEK_END)
        file.seek(here)
    except (AttributeError, OSError, ValueError):
        return None
    return end - here if isinstance(end, int) else None


def no_mixture(start: int, length: int, there: Optional[int]) -> None:
    """Refuses to write into a file on the server that is longer than it would be afterwards."""
    if there is not None and there > start + length:
        raise io.UnsupportedOperation(
            f"from byte {start} on: the file on the server is longer than it would be; what is behind would stay, a mixture of two files"
        )


#: Plus signs of the escape.
_ESCAPE = 3


class Source:
    """Blocks of a file, handed out as a session takes them.

    The first is taken at once, before any command goes out: an iterator that fails then leaves the server's file as it is.
    """

    def __init__(self, blocks: Iterator[bytes], length: int, progress: Optional[Progress]) -> None:
        self.blocks, self.length, self.progress = blocks, length, progress
        self.block, self.done = b"", 0
        self._fill()

    def offer(self, session: Session) -> None:
        """Gives the session as much as it takes."""
        self._fill()
        taken = session.send(self.block)
        self.block = self.block[taken:]
        self.done += taken
        if taken and self.progress is not None:
            self.progress(self.done, self.length)

    def _fill(self) -> None:
        # More than the escape has is never it: so few plus signs wait for what follows them.
        while self._left() > 0 and len(self.block) <= _ESCAPE and not self.block.strip(b"+"):
            block = next(self.blocks, b"")
            if not isinstance(block, bytes):
                raise TypeError(f"a block is bytes, not {type(block).__name__}")
            if not block:
                raise Cancelled(f"the source ended after {self.done + len(self.block)} of {self.length} bytes")
            self.block += block

    def _left(self) -> int:
        return self.length - self.done - len(self.block)
