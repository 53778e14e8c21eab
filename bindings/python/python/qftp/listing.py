"""The entries of folders."""

from __future__ import annotations

import datetime
import io
from dataclasses import dataclass
from typing import List, Optional

from . import _qftp

__all__ = ["Entry"]


@dataclass(frozen=True)
class Entry:
    """One entry of a folder."""

    #: Its name.
    name: str
    #: "file", "dir", "link" or "other".
    kind: str
    #: In bytes, where the server says.
    size: Optional[int] = None
    #: The time of modification as the server writes it.
    modified: Optional[str] = None
    #: Where a link points to.
    target: Optional[str] = None

    @property
    def is_dir(self) -> bool:
        """Whether it is a folder."""
        return self.kind == "dir"

    @property
    def is_file(self) -> bool:
        """Whether it is a file."""
        return self.kind == "file"

    @property
    def mtime(self) -> Optional[datetime.datetime]:
        """``modified`` in UTC, where the server writes it so that it can be read without doubt (MLSD, MDTM)."""
        return parse_time(self.modified) if self.modified else None


def parse_time(text: str) -> Optional[datetime.datetime]:
    """``YYYYMMDDHHMMSS[.sss]``, UTC."""
    try:
        time = datetime.datetime.strptime(text[:14], "%Y%m%d%H%M%S")
    except ValueError:
        return None
    return time.replace(tzinfo=datetime.timezone.utc)


def entries(form: str, listing: bytes, encoding: str) -> List[Entry]:
    """The entries of a listing: ``form`` is "long", "names" or "facts"."""

    def text(raw: Optional[bytes]) -> Optional[str]:
        return None if raw is None else raw.decode(encoding, "surrogateescape")

    return [
        Entry(text(name) or "", kind, size, text(modified), text(target))
        for name, kind, size, modified, target in _qftp.entries(form, listing)
    ]


def supported(encoding: str) -> str:
    """The encoding of names, if it can be one: they go over the line in UTF-8, both ways."""
    if encoding.replace("-", "").lower() not in ("utf8", "ascii"):
        raise io.UnsupportedOperation(f"encoding {encoding}: names go over the line in UTF-8")
    return encoding
