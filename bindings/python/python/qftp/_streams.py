"""Lines, blocks and counts of files."""

from __future__ import annotations

import ftplib
import os
from typing import Any, BinaryIO, Callable, Optional

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
