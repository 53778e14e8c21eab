"""``FTP``: ftplib's class over a module's AT commands."""

from __future__ import annotations

import ftplib
import io
import os
from typing import Any, BinaryIO, Callable, Dict, Iterable, Iterator, List, NoReturn, Optional, Tuple, Union

from ._commands import COMMANDS, UNSUPPORTED
from ._streams import CrLf, Lines, no_mixture, rest_of
from ._whole import WholeFiles
from .errors import FileMissing, ServerError
from .listing import supported

__all__ = ["FTP", "UNSUPPORTED"]


class FTP(WholeFiles):
    """An FTP session through a module, with the methods of :class:`ftplib.FTP`.

    ``port`` is the module's: a path (``/dev/ttyUSB2``), ``tcp://host:port``, ``rfc2217://host:port``, an object with ``read`` and
    ``write`` such as pyserial's ``Serial``, or ``emulator:`` for an emulated module of its own. ``apn`` is the network's access
    point; without it the PDP context's settings stay as they are. ``record`` is a file for all that passes the port, secrets
    masked, anew each time it is opened: ``qftp explain`` reads it and ``qftp replay`` plays it.

    The module logs in when it connects, so ``connect`` only brings the module in order and ``login`` does the rest. What the
    module does not hand on, such as the words of the server's replies, begins with the right number and has words of qftp's own.
    """

    maxline = ftplib.MAXLINE
    trust_server_pasv_ipv4_address = False
    file = None
    sock = None
    welcome: Optional[str] = None

    def __init__(
        self,
        host: str = "",
        user: str = "",
        passwd: str = "",
        acct: str = "",
        timeout: Optional[float] = None,
        source_address: Optional[Tuple[str, int]] = None,
        *,
        encoding: str = "utf-8",
        port: Any = None,
        apn: Optional[str] = None,
        apn_user: str = "",
        apn_password: str = "",
        context: int = 1,
        urc_port: Optional[str] = None,
        baud: int = 115200,
        rtscts: bool = False,
        via: str = "com",
        record: Union[str, "os.PathLike[str]", None] = None,
    ) -> None:
        if source_address is not None:
            raise io.UnsupportedOperation("source_address: the module chooses where its connections come from")
        self.encoding = supported(encoding)
        self.via = via
        super().__init__(
            port,
            timeout=timeout,
            serial={"baud": baud, "rtscts": rtscts, "record": record},
            setup={
                "apn": apn,
                "apn_user": apn_user,
                "apn_password": apn_password,
                "context": context,
                "urc_port": urc_port,
            },
        )
        self._rename_from: Optional[str] = None
        if not host:
            return
        try:
            self.connect(host)
            if user:
                self.login(user, passwd, acct)
        except BaseException:
            # Nobody else has this object to close it.
            self.close()
            raise

    # Sessions

    def connect(
        self,
        host: str = "",
        port: int = 0,
        timeout: Optional[float] = -999,
        source_address: Optional[Tuple[str, int]] = None,
    ) -> str:
        """Opens the module's port and brings the module in order; ``login`` goes on to the server. Returns the welcome."""
        if source_address is not None:
            raise io.UnsupportedOperation("source_address: the module chooses where its connections come from")
        self.host = host or self.host
        self.port = port if port > 0 else self.port
        self.timeout = self.timeout if timeout == -999 else timeout
        self._open_port()
        self._set_up(network=True)
        self.welcome = "220 The module is ready."
        return self.welcome

    def login(self, user: str = "", passwd: str = "", acct: str = "") -> str:
        """Connects to the server and logs in; anonymous by default."""
        if acct:
            raise io.UnsupportedOperation(f"acct: {UNSUPPORTED['acct']}")
        user = user or "anonymous"
        if user == "anonymous" and passwd in ("", "-"):
            passwd = passwd + "anonymous@"
        self.user, self.passwd = user, passwd
        self._log_in()
        return "230 Logged in."

    def getwelcome(self) -> Optional[str]:
        """The welcome. The server's own does not reach the host."""
        if self.debugging:
            print("*welcome*", self.sanitize(self.welcome or ""))
        return self.welcome

    def quit(self) -> str:
        """Logs out and closes the port."""
        try:
            if self._client is not None:
                self._client.logout()
        finally:
            self.close()
        return "221 Goodbye."

    def close(self) -> None:
        """Closes the port, without a word to the server; in the middle of a transfer that ends first, by an abort."""
        super().close()

    def __enter__(self) -> "FTP":
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is None:
            return
        try:
            self.quit()
        except (OSError, EOFError, ftplib.Error):
            pass
        finally:
            self.close()

    def __getstate__(self) -> NoReturn:
        raise TypeError("a connection through a module cannot be pickled; open one where it is needed")

    def set_pasv(self, val: Union[bool, int]) -> None:
        """Passive data connections (the default) or active ones. A change logs in again before the next operation."""
        self.passiveserver = bool(val)

    def set_debuglevel(self, level: int) -> None:
        """1 prints the commands and answers of the line, 2 the same: secrets are masked."""
        self.debugging = level

    debug = set_debuglevel

    def sanitize(self, s: str) -> str:
        """``repr`` of a command, its password masked."""
        if s[:5] in {"pass ", "PASS "}:
            i = len(s.rstrip("\r\n"))
            s = s[:5] + "*" * (i - 5) + s[i:]
        return repr(s)

    def abort(self) -> str:
        """Ends the transfer that is under way: in another thread, or around the callback that calls this."""
        if self._client is not None:
            self._client.cancel()
        return "226 Abort successful."

    # Commands

    def sendcmd(self, cmd: str) -> str:
        """Does what the module has a command for; see ``COMMANDS``."""
        self._checked(cmd)
        verb, _, argument = cmd.partition(" ")
        verb = verb.upper()
        if verb == "SIZE":
            return f"213 {self._size(argument)}"
        if verb == "MDTM":
            return f"213 {self._do(lambda client: client.modified(argument))}"
        if verb == "PWD":
            return '257 "{}"'.format(self.pwd().replace('"', '""'))
        if verb == "CWD":
            return self.cwd(argument)
        if verb == "CDUP":
            return self.cwd("..")
        if verb == "DELE":
            return self.delete(argument)
        if verb == "MKD":
            return '257 "{}"'.format(self.mkd(argument).replace('"', '""'))
        if verb == "RMD":
            return self.rmd(argument)
        if verb == "RNFR":
            self._rename_from = argument
            return "350 Ready for RNTO."
        if verb == "RNTO":
            old, self._rename_from = self._rename_from, None
            if old is None:
                raise ftplib.error_perm("503 RNFR comes first.")
            self._do(lambda client: client.rename(old, argument))
            return "250 Renamed."
        if verb == "NOOP":
            self._do(lambda client: client.status())
            return "200 OK."
        if verb == "TYPE":
            # Files pass as they are; retrlines and storlines convert line ends here.
            return "200 Type set."
        if verb == "QUIT":
            return self.quit()
        raise io.UnsupportedOperation(f"{verb}: the module has no command for this; it has {', '.join(COMMANDS)}")

    def voidcmd(self, cmd: str) -> str:
        """As ``sendcmd``; a reply that is not 2xx is an error."""
        reply = self.sendcmd(cmd)
        if not reply.startswith("2"):
            raise ftplib.error_reply(reply)
        return reply

    # Transfers

    def retrbinary(
        self,
        cmd: str,
        callback: Callable[[bytes], object],
        blocksize: int = 8192,
        rest: Optional[int] = None,
    ) -> str:
        """Retrieves by ``RETR name``, from ``rest`` on; calls ``callback`` with each block. LIST, NLST and MLSD work as well."""
        verb, argument = self._transfer(cmd, ("RETR", "LIST", "NLST", "MLSD"))
        if verb == "RETR":
            self._get(argument, callback, blocksize, int(rest or 0))
        else:
            listing = self._list(verb, argument)
            for start in range(0, len(listing), blocksize):
                callback(listing[start : start + blocksize])
        return "226 Transfer complete."

    def retrlines(self, cmd: str, callback: Optional[Callable[[str], object]] = None) -> str:
        """Retrieves lines by ``RETR``, ``LIST``, ``NLST`` or ``MLSD``; calls ``callback`` with each, without its line end."""
        if callback is None:
            callback = print
        verb, argument = self._transfer(cmd, ("RETR", "LIST", "NLST", "MLSD"))
        splitter = Lines(callback, self.encoding, self.maxline)
        if verb == "RETR":
            self._get(argument, splitter.feed, 8192, 0)
        else:
            splitter.feed(self._list(verb, argument))
        splitter.end()
        return "226 Transfer complete."

    def storbinary(
        self,
        cmd: str,
        fp: BinaryIO,
        blocksize: int = 8192,
        callback: Optional[Callable[[bytes], object]] = None,
        rest: Optional[int] = None,
    ) -> str:
        """Stores what ``fp`` has by ``STOR name`` or ``APPE name``, from ``rest`` on; calls ``callback`` with each block sent.

        A file that can tell its length goes in one command; of others, every 64 KiB are one.
        """
        verb, name = self._transfer(cmd, ("STOR", "APPE"))
        start = int(rest or 0)
        if verb == "APPE":
            try:
                start = self._size(name)
            except FileMissing:
                start = 0
        length = rest_of(fp)
        if rest and length is not None:
            no_mixture(start, length, self._size_or_none(name))
        self._put(name, fp, blocksize, callback, start, length)
        return "226 Transfer complete."

    def storlines(self, cmd: str, fp: BinaryIO, callback: Optional[Callable[[bytes], object]] = None) -> str:
        """Stores the lines of ``fp``, each ended by CR LF; the server converts them to its own.

        The module sets the transfer's type when it logs in, so it logs in again before, and before whatever comes next.
        """
        _, name = self._transfer(cmd, ("STOR",))
        self._put(name, CrLf(fp, self.maxline), 8192, callback, 0, None, ascii=True)
        return "226 Transfer complete."

    # Folders and files

    def nlst(self, *args: str) -> List[str]:
        """The names in a folder."""
        lines: List[str] = []
        self.retrlines(" ".join(("NLST", *args)), lines.append)
        return lines

    def dir(self, *args: Any) -> None:
        """Prints a folder's listing, or calls the last argument with each of its lines."""
        callback = None
        if args and args[-1] is not None and not isinstance(args[-1], str):
            *args, callback = args  # type: ignore[assignment]
        self.retrlines(" ".join(("LIST", *(arg for arg in args if arg))), callback)

    def mlsd(self, path: str = "", facts: Iterable[str] = ()) -> Iterator[Tuple[str, Dict[str, str]]]:
        """Name and facts of what is in a folder. ``facts`` chooses among those that the server sends."""
        wanted = {fact.lower() for fact in facts}
        lines: List[str] = []
        self.retrlines(f"MLSD {path}" if path else "MLSD", lines.append)
        for line in lines:
            found, _, name = line.rstrip("\r\n").partition(" ")
            pairs = (fact.partition("=") for fact in found.rstrip(";").split(";"))
            entry = {key.lower(): value for key, _, value in pairs}
            yield name, {key: value for key, value in entry.items() if not wanted or key in wanted}

    def rename(self, fromname: str, toname: str) -> str:
        """Renames a file or folder."""
        self._checked(fromname + toname)
        self._do(lambda client: client.rename(fromname, toname))
        return "250 Renamed."

    def delete(self, filename: str) -> str:
        """Deletes a file."""
        self._checked(filename)
        self._do(lambda client: client.delete(filename))
        return "250 Deleted."

    def cwd(self, dirname: str) -> str:
        """Changes the folder."""
        self._checked(dirname)
        self._do(lambda client: client.cwd(dirname or "."))
        return "250 Folder changed."

    def pwd(self) -> str:
        """The present folder."""
        return self._do(lambda client: client.pwd())

    def size(self, filename: str) -> Optional[int]:
        """The size of a file."""
        self._checked(filename)
        return self._size(filename)

    def mkd(self, dirname: str) -> str:
        """Makes a folder; returns its full name."""
        self._checked(dirname)
        self._do(lambda client: client.make_dir(dirname))
        return dirname if dirname.startswith("/") else f"{self.pwd().rstrip('/')}/{dirname}"

    def rmd(self, dirname: str) -> str:
        """Removes an empty folder."""
        self._checked(dirname)
        self._do(lambda client: client.remove_dir(dirname))
        return "250 Removed."

    # In other words

    def _get(self, name: str, callback: Callable[[bytes], object], blocksize: int, start: int) -> int:
        via = "com" if start else self.via
        return self._do(
            lambda client: client.get(name, callback, blocksize=blocksize, start=start, len=None, via=via)
        )

    def _size_or_none(self, name: str) -> Optional[int]:
        try:
            return self._size(name)
        except ServerError:
            return None

    def _transfer(self, cmd: str, verbs: Tuple[str, ...]) -> Tuple[str, str]:
        self._checked(cmd)
        verb, _, argument = cmd.partition(" ")
        verb = verb.upper()
        if verb not in verbs:
            raise io.UnsupportedOperation(f"{verb}: the module transfers by {', '.join(verbs)}")
        return verb, argument

def _cannot(name: str, reason: str) -> Callable[..., NoReturn]:
    def method(self: FTP, *args: object, **kwargs: object) -> NoReturn:
        raise io.UnsupportedOperation(f"{name}: {reason}")

    method.__name__ = name
    method.__qualname__ = f"FTP.{name}"
    method.__doc__ = f"Not possible: {reason}."
    return method


for _name, _reason in UNSUPPORTED.items():
    setattr(FTP, _name, _cannot(_name, _reason))
