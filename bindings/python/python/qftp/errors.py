"""What can go wrong, as exceptions.

Every exception here is an :class:`ftplib.Error`, so ``except ftplib.all_errors`` catches it. What a server answered is
:class:`ftplib.error_temp` (4xx) or :class:`ftplib.error_perm` (5xx) as well, and its text begins with the reply's number, as
ftplib's does.
"""

from __future__ import annotations

import ftplib
from typing import Any, Optional, Sequence, Tuple

__all__ = [
    "Cancelled",
    "CertificateError",
    "DiffersError",
    "Error",
    "FileMissing",
    "LineError",
    "LineTimeout",
    "LoginRefused",
    "Misuse",
    "ModuleError",
    "ModuleTimeout",
    "NotRenamed",
    "PortError",
    "ServerError",
    "ServerRefused",
    "ServerTrouble",
]


class Error(ftplib.Error):
    """An operation did not succeed.

    All attributes are there in every exception; what is not known is ``None``.
    """

    #: "misuse", "module", "server", "line", "port", "differs" or "cancelled".
    kind: str = "misuse"
    #: The module's code, ``<err>`` of section 5 of the manual.
    code: Optional[int] = None
    #: The number of ``+CME ERROR``, where the module refused so.
    cme: Optional[int] = None
    #: The server's reply, ``<protocol_error>`` of section 6.
    reply: Optional[int] = None
    #: The AT command that failed.
    command: Optional[str] = None
    #: The likely cause, in words.
    cause: Optional[str] = None
    #: What to do about it.
    remedy: Optional[str] = None
    #: What is left of the session: "usable", "reopen" or "reset".
    state: str = "usable"
    #: Bytes of a failed download that can be trusted.
    transferred: int = 0
    #: Of an upload with ``atomic`` that did not get its name: the name under which it is whole on the server.
    temporary: Optional[str] = None
    #: What may be behind a failed TLS handshake, the likeliest first: what it would be, and how to tell.
    suspects: Sequence[Tuple[str, str]] = ()


class Misuse(Error, ValueError):
    """The caller asked for something that cannot be done; nothing was sent."""


class ModuleError(Error):
    """The module refused, or could not reach the server."""

    kind = "module"


class ModuleTimeout(ModuleError, TimeoutError):
    """The module waited in vain for the server."""


class CertificateError(ModuleError, ConnectionError):
    """The TLS handshake failed (631). The module says no more; ``suspects`` has what it may be."""


class ServerError(Error):
    """The server answered with an error."""

    kind = "server"


class ServerTrouble(ServerError, ftplib.error_temp):
    """A reply 4xx: it may work later."""


class ServerRefused(ServerError, ftplib.error_perm):
    """A reply 5xx: it will not work."""


class LoginRefused(ServerRefused, PermissionError):
    """530: user name or password."""


class FileMissing(ServerRefused, FileNotFoundError):
    """550 to something that needs the file: it is not there, or must not be touched."""


class LineError(Error, ConnectionError):
    """The line between host and module: bytes lost, a restart, nonsense."""

    kind = "line"


class LineTimeout(LineError, TimeoutError):
    """The module does not answer."""


class PortError(Error, ConnectionError):
    """The port cannot be opened, or failed."""

    kind = "port"


class DiffersError(Error):
    """What arrived differs from what was sent, or what is there is no beginning of it."""

    kind = "differs"


class NotRenamed(Error):
    """An upload with ``atomic`` is whole on the server as ``temporary``, and did not get its name; the old file stays."""


class Cancelled(Error):
    """The operation was ended by :meth:`qftp.FTP.abort`."""

    kind = "cancelled"


#: The commands to which 550 says that the file is not there.
_OF_FILES = ("AT+QFTPGET", "AT+QFTPSIZE", "AT+QFTPMDTM", "AT+QFTPDEL", "AT+QFTPRENAME", "AT+QFTPCWD", "AT+QFTPRMDIR")
_TLS = 631
_MISSING = 627


def _class_of(facts: "dict[str, Any]") -> "type[Error]":
    kind, reply, code = facts["kind"], facts.get("reply"), facts.get("code")
    if facts.get("temporary") is not None:
        return NotRenamed
    if kind == "server":
        if reply == 530:
            return LoginRefused
        if reply == 550 and str(facts.get("command")).upper().startswith(_OF_FILES):
            return FileMissing
        return ServerTrouble if 400 <= (reply or 0) < 500 else ServerRefused
    if kind == "module":
        if code == _TLS:
            return CertificateError
        return ModuleTimeout if facts.get("timed_out") else ModuleError
    if kind == "line":
        return LineTimeout if facts.get("timed_out") else LineError
    classes = {"port": PortError, "differs": DiffersError, "cancelled": Cancelled}
    return classes.get(kind, Misuse if kind == "misuse" else Error)


def _make(facts: "dict[str, Any]") -> Error:
    """The exception for what the extension found."""
    message = facts["message"]
    reply, code = facts.get("reply"), facts.get("code")
    if facts["kind"] == "server":
        message = f"{reply} {facts.get('reply_text') or 'unknown reply'} ({message})"
    elif code is not None:
        message = f"{message}: {facts.get('text') or 'unknown code'}"
    if facts.get("remedy"):
        cause = f"{facts['cause']}; " if facts.get("cause") else ""
        message = f"{message}\n{cause}{facts['remedy']}"
    error = _class_of(facts)(message)
    for name in ("kind", "code", "cme", "reply", "command", "cause", "remedy", "state", "transferred", "suspects", "temporary"):
        if name in facts:
            setattr(error, name, facts[name])
    return error
