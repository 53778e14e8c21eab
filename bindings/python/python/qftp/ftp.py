"""``FTP`` and ``FTP_TLS``: ftplib's classes over a module's AT commands."""

from __future__ import annotations

import ftplib
import io
import logging
import os
import ssl
from typing import Any, BinaryIO, Callable, Dict, Iterable, Iterator, List, NoReturn, Optional, Tuple, TypeVar, Union

from . import _qftp
from .errors import FileMissing, Misuse, ServerError
from .listing import Entry, entries, parse_time

__all__ = ["FTP", "FTP_TLS", "UNSUPPORTED"]

log = logging.getLogger("qftp")

_Result = TypeVar("_Result")
Progress = Callable[[int, Optional[int]], object]

#: Methods of ftplib that a module cannot do, each with its reason. They raise ``io.UnsupportedOperation``.
UNSUPPORTED: Dict[str, str] = {
    "acct": "the module has no ACCT command",
    "ccc": "the module protects the control connection of a login for as long as it lasts",
    "getline": "the control connection ends in the module; its lines never reach the host",
    "getmultiline": "the control connection ends in the module; its lines never reach the host",
    "getresp": "the control connection ends in the module; its lines never reach the host",
    "makepasv": "the data connection ends in the module",
    "makeport": "the data connection ends in the module",
    "ntransfercmd": "the data connection ends in the module: there is no socket to hand out; use retrbinary or storbinary",
    "prot_c": "the module protects the data connections of every FTPS login",
    "putcmd": "the control connection ends in the module; it sends commands of its own only",
    "putline": "the control connection ends in the module; it sends commands of its own only",
    "sendeprt": "the data connection ends in the module",
    "sendport": "the data connection ends in the module",
    "transfercmd": "the data connection ends in the module: there is no socket to hand out; use retrbinary or storbinary",
    "voidresp": "the control connection ends in the module; its lines never reach the host",
}

#: Commands that ``sendcmd`` and ``voidcmd`` take.
COMMANDS = ("APPE", "CDUP", "CWD", "DELE", "MDTM", "MKD", "NOOP", "PASV", "PWD", "QUIT", "RMD", "RNFR", "RNTO", "SIZE", "TYPE")


class FTP:
    """An FTP session through a module, with the methods of :class:`ftplib.FTP`.

    ``port`` is the module's: a path (``/dev/ttyUSB2``), ``tcp://host:port``, ``rfc2217://host:port``, an object with ``read`` and
    ``write`` such as pyserial's ``Serial``, or ``emulator:`` for an emulated module of its own. ``apn`` is the network's access
    point; without it the PDP context's settings stay as they are.

    The module logs in when it connects, so ``connect`` only brings the module in order and ``login`` does the rest. What the
    module does not hand on, such as the words of the server's replies, begins with the right number and has words of qftp's own.
    """

    port = ftplib.FTP_PORT
    maxline = ftplib.MAXLINE
    debugging = 0
    passiveserver = True
    trust_server_pasv_ipv4_address = False
    file = None
    sock = None
    host = ""
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
    ) -> None:
        if source_address is not None:
            raise io.UnsupportedOperation("source_address: the module chooses where its connections come from")
        if encoding.replace("-", "").lower() not in ("utf8", "ascii"):
            raise io.UnsupportedOperation(f"encoding {encoding}: names go over the line in UTF-8")
        self.encoding = encoding
        self.timeout = timeout
        self.via = via
        self.user, self.passwd = "", ""
        self._line = port if port is not None else os.environ.get("QFTP_PORT")
        self._serial: Dict[str, Any] = {"baud": baud, "rtscts": rtscts}
        self._setup = {
            "apn": apn,
            "apn_user": apn_user,
            "apn_password": apn_password,
            "context": context,
            "urc_port": urc_port,
        }
        self._client: Optional[_qftp.Client] = None
        self._module: Optional[_qftp.Module] = None
        self._logged_in = False
        # Active data connections, ASCII: as of the present login.
        self._kind = (False, False)
        self._rename_from: Optional[str] = None
        if host:
            self.connect(host)
            if user:
                self.login(user, passwd, acct)

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
        """Closes the port, without a word to the server."""
        client, self._client = self._client, None
        module, self._module = self._module, None
        self._logged_in = False
        if client is not None:
            client.close()
        if module is not None:
            module.stop()

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
        if self._client is not None and self._logged_in:
            try:
                self._client.logged_in
            except Misuse:
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
        splitter = _Lines(callback, self.encoding, self.maxline)
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
        length = _rest_of(fp)
        if rest and length is not None and self._size_or_none(name, start) > start + length:
            raise io.UnsupportedOperation(
                f"rest={start}: the file on the server is longer than it would be; what is behind would stay, a mixture of two files"
            )
        self._put(name, fp, blocksize, callback, start, length)
        return "226 Transfer complete."

    def storlines(self, cmd: str, fp: BinaryIO, callback: Optional[Callable[[bytes], object]] = None) -> str:
        """Stores the lines of ``fp``, each ended by CR LF; the server converts them to its own.

        The module sets the transfer's type when it logs in, so it logs in again before, and before whatever comes next.
        """
        _, name = self._transfer(cmd, ("STOR",))
        self._put(name, _CrLf(fp, self.maxline), 8192, callback, 0, None, ascii=True)
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

    # Beyond ftplib

    def get(
        self,
        remote: str,
        local: Union[str, "os.PathLike[str]", BinaryIO],
        *,
        resume: bool = False,
        verify: bool = False,
        retries: int = 0,
        restart: bool = True,
        via: Optional[str] = None,
        progress: Optional[Progress] = None,
        report: Optional[Callable[[str], object]] = None,
    ) -> int:
        """Fetches a file whole; returns its length.

        ``local`` is a path, or a file open for writing. Into a path it goes by way of ``PATH.part``, which gets its name only when
        whole. ``resume`` goes on with what an earlier try left there, ``verify`` reads the file again and compares, ``retries`` is
        how often a failure that may pass is tried again without progress in between, and ``restart`` whether the module may be
        restarted for that. ``via`` is the road: "com", or staged with a checksum in "ram", "ufs" or "sd", or "auto".
        ``progress(done, total)`` is called as bytes pass, ``report(text)`` with whatever is no plain transfer.
        """
        self._checked(remote)
        via = via or self.via
        if not isinstance(local, (str, os.PathLike)):
            if resume or verify or retries:
                raise Misuse("resume, verify and retries need a local path: they go back in the file")
            return self._get_into(remote, local, via, progress)
        path = os.fspath(local)
        return self._do(
            lambda client: client.fetch(
                remote,
                path,
                via=via,
                progress=progress,
                report=report,
                resume=resume,
                verify=verify,
                retries=retries,
                restart=restart,
            )
        )

    def put(
        self,
        local: Union[str, "os.PathLike[str]", BinaryIO],
        remote: str,
        *,
        resume: bool = False,
        verify: bool = False,
        retries: int = 0,
        restart: bool = True,
        atomic: bool = False,
        via: Optional[str] = None,
        progress: Optional[Progress] = None,
        report: Optional[Callable[[str], object]] = None,
    ) -> int:
        """Sends a file whole; returns its length.

        ``atomic`` sends under ``REMOTE.part`` and renames at the end. The rest is as in :meth:`get`.
        """
        self._checked(remote)
        via = via or self.via
        name = remote + ".part" if atomic else remote
        if isinstance(local, (str, os.PathLike)):
            path = os.fspath(local)
            count = self._do(
                lambda client: client.send(
                    path,
                    name,
                    via=via,
                    progress=progress,
                    report=report,
                    resume=resume,
                    verify=verify,
                    retries=retries,
                    restart=restart,
                )
            )
        else:
            if resume or verify or retries:
                raise Misuse("resume, verify and retries need a local path: they go back in the file")
            counter = _Counter(progress, _rest_of(local))
            self.storbinary(f"STOR {name}", local, callback=counter)
            count = counter.done
        if atomic:
            self._replace(name, remote)
        return count

    def listdir(self, path: str = "") -> List[Entry]:
        """What is in a folder. By MLSD where the server has it, by LIST where not."""
        try:
            return entries("facts", self._list("MLSD", path), self.encoding)
        except ServerError as error:
            if error.reply not in (500, 501, 502, 504):
                raise
            return entries("long", self._list("LIST", path), self.encoding)

    def stat(self, path: str) -> Entry:
        """A file's or folder's entry."""
        self._checked(path)
        name = path.rstrip("/").rpartition("/")[2] or "/"
        try:
            size = self._size(path)
        except ServerError as error:
            here = self.pwd()
            try:
                self.cwd(path)
            except ServerError:
                raise error from None
            self.cwd(here)
            return Entry(name, "dir")
        try:
            modified = self._do(lambda client: client.modified(path))
        except ServerError:
            modified = None
        return Entry(name, "file", size, modified)

    def modified(self, path: str) -> Any:
        """When a file was last written, a ``datetime`` in UTC."""
        self._checked(path)
        return parse_time(self._do(lambda client: client.modified(path)))

    def dialogue(self) -> List[str]:
        """The last lines that passed the port, secrets masked: ``>`` to the module, ``<`` from it."""
        client = self._client
        lines = client.dialogue() if client is not None else []
        return [f"{mark} {line.decode('utf-8', 'backslashreplace')}" for mark, line in lines]

    # What all of them stand on

    def _open_port(self) -> None:
        self.close()
        line = self._line
        if line is None:
            raise Misuse("no port: name the module's by port= or in QFTP_PORT; port='emulator:' starts an emulated one")
        if line == "emulator:":
            self._module = _qftp.Module(
                profile="ec200s", faults=[], seed=0, tcp=None, link=None, storage=None, ufs_size=None, baud=None
            )
            line = self._module.port
        try:
            self._client = _qftp.Client(line, timeout=self.timeout, log=self._show, **self._serial)
        except BaseException:
            self.close()
            raise

    def _set_up(self, network: bool) -> None:
        setup: Dict[str, Any] = dict(self._setup)
        if self._module is not None and setup["apn"] is None:
            setup["apn"] = "internet"
        assert self._client is not None
        self._client.setup(network=network, **setup)

    def _ftps(self) -> Optional[Dict[str, Any]]:
        return None

    def _log_in(self) -> None:
        client = self._connected()
        active = not self.passiveserver
        client.login(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.passwd,
            active=active,
            ftps=self._ftps(),
        )
        self._kind = (active, False)
        self._logged_in = True

    def _connected(self) -> _qftp.Client:
        if self._client is None:
            raise Misuse("not connected; call connect first")
        return self._client

    def _do(self, work: Callable[[_qftp.Client], _Result], ascii: bool = False) -> _Result:
        """One operation on the server. A session that broke off, or is of another kind, is opened again first."""
        client = self._connected()
        if not self._logged_in:
            raise ftplib.error_perm("530 Please login with USER and PASS.")
        kind = (not self.passiveserver, ascii)
        if kind != self._kind or not client.logged_in:
            client.login_again(active=kind[0], ascii=ascii)
            self._kind = kind
        return work(client)

    def _size(self, name: str) -> int:
        return self._do(lambda client: client.size(name))

    def _list(self, verb: str, folder: str) -> bytes:
        form = {"LIST": "long", "NLST": "names", "MLSD": "facts"}[verb]
        return self._do(lambda client: client.list(form, folder or "."))

    def _get(self, name: str, callback: Callable[[bytes], object], blocksize: int, start: int) -> int:
        via = "com" if start else self.via
        return self._do(
            lambda client: client.get(name, callback, blocksize=blocksize, start=start, len=None, via=via)
        )

    def _put(
        self,
        name: str,
        file: Any,
        blocksize: int,
        callback: Optional[Callable[[bytes], object]],
        start: int,
        length: Optional[int],
        ascii: bool = False,
    ) -> int:
        via = "com" if start or length is None else self.via
        return self._do(
            lambda client: client.put(
                name, file, blocksize=blocksize, callback=callback, start=start, len=length, via=via
            ),
            ascii=ascii,
        )

    def _size_or_none(self, name: str, otherwise: int) -> int:
        try:
            return self._size(name)
        except ServerError:
            return otherwise

    def _get_into(self, remote: str, file: BinaryIO, via: str, progress: Optional[Progress]) -> int:
        counter = _Counter(progress, None)

        def store(block: bytes) -> None:
            file.write(block)
            counter(block)

        return self._do(lambda client: client.get(remote, store, blocksize=8192, start=0, len=None, via=via))

    def _replace(self, old: str, new: str) -> None:
        try:
            self._do(lambda client: client.rename(old, new))
        except ServerError:
            # Some servers rename over nothing that is there.
            self._do(lambda client: client.delete(new))
            self._do(lambda client: client.rename(old, new))

    def _transfer(self, cmd: str, verbs: Tuple[str, ...]) -> Tuple[str, str]:
        self._checked(cmd)
        verb, _, argument = cmd.partition(" ")
        verb = verb.upper()
        if verb not in verbs:
            raise io.UnsupportedOperation(f"{verb}: the module transfers by {', '.join(verbs)}")
        return verb, argument

    @staticmethod
    def _checked(text: str) -> None:
        if "\r" in text or "\n" in text:
            raise ValueError("an illegal newline character should not be contained")

    def _show(self, mark: str, line: bytes) -> None:
        if self.debugging:
            print("*cmd*" if mark == ">" else "*resp*", repr(line.decode("utf-8", "backslashreplace")))
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s %s", mark, line.decode("utf-8", "backslashreplace"))


def _cannot(name: str, reason: str) -> Callable[..., NoReturn]:
    def method(self: FTP, *args: object, **kwargs: object) -> NoReturn:
        raise io.UnsupportedOperation(f"{name}: {reason}")

    method.__name__ = name
    method.__qualname__ = f"FTP.{name}"
    method.__doc__ = f"Not possible: {reason}."
    return method


for _name, _reason in UNSUPPORTED.items():
    setattr(FTP, _name, _cannot(_name, _reason))


class FTP_TLS(FTP):
    """FTPS through the module: explicit (AUTH TLS), or implicit with ``implicit=True``, usually on port 990.

    The server is checked against the PEM file ``cafile``, or the certificates that ``context`` has loaded; ``insecure=True`` checks
    nothing. ``certfile`` and ``keyfile`` are ours, for servers that want them. The files are brought into the module for the login,
    and taken away by ``quit``. Every login is protected, its data connections too.
    """

    ssl_version = ssl.PROTOCOL_TLS_CLIENT

    def __init__(
        self,
        host: str = "",
        user: str = "",
        passwd: str = "",
        acct: str = "",
        *,
        context: Optional[ssl.SSLContext] = None,
        timeout: Optional[float] = None,
        source_address: Optional[Tuple[str, int]] = None,
        encoding: str = "utf-8",
        cafile: Union[str, "os.PathLike[str]", None] = None,
        certfile: Union[str, "os.PathLike[str]", None] = None,
        keyfile: Union[str, "os.PathLike[str]", None] = None,
        key_password: str = "",
        insecure: bool = False,
        implicit: bool = False,
        any_version: bool = False,
        ignore_dates: bool = False,
        port: Any = None,
        **module: Any,
    ) -> None:
        ca = None if insecure else _authority(cafile, context)
        if (certfile is None) != (keyfile is None):
            raise Misuse("certfile and keyfile go together")
        if certfile is not None and ca is None:
            raise Misuse("a client's certificate goes with cafile: a module checks both sides or shows nothing")
        self.context = context
        self._tls: Dict[str, Any] = {
            "implicit": implicit,
            "any_version": any_version,
            "ignore_dates": ignore_dates,
            "ca": ca,
            "certificate": _file(certfile),
            "key": _file(keyfile),
            "key_password": key_password,
        }
        pdp_context = module.pop("pdp_context", 1)
        if implicit:
            self.port = 990
        super().__init__(
            host, user, passwd, acct, timeout, source_address, encoding=encoding, port=port, context=pdp_context, **module
        )

    def auth(self) -> str:
        """Nothing to be done: every login begins with it."""
        return "234 AUTH TLS comes with the login."

    def prot_p(self) -> str:
        """Nothing to be done: the data connections of every login are protected."""
        return "200 Protection is private."

    def _ftps(self) -> Optional[Dict[str, Any]]:
        return {name: value for name, value in self._tls.items() if value is not None}


def _authority(cafile: Union[str, "os.PathLike[str]", None], context: Optional[ssl.SSLContext]) -> Optional[bytes]:
    if cafile is not None:
        return _file(cafile)
    if context is None:
        raise Misuse("nothing to check the server against: name the authority's certificate by cafile=, or check nothing by insecure=True")
    if context.verify_mode == ssl.CERT_NONE:
        return None
    loaded = context.get_ca_certs(binary_form=True)
    if not loaded:
        raise Misuse("the context has no certificates loaded that could be brought into the module; name them by cafile=")
    return "".join(ssl.DER_cert_to_PEM_cert(der) for der in loaded).encode()


def _file(path: Union[str, "os.PathLike[str]", None]) -> Optional[bytes]:
    if path is None:
        return None
    with open(path, "rb") as file:
        return file.read()


class _Lines:
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


class _CrLf:
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


class _Counter:
    """Adds up blocks, and tells how far it is."""

    def __init__(self, progress: Optional[Progress], total: Optional[int]) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self, block: bytes) -> None:
        self.done += len(block)
        if self.progress is not None:
            self.progress(self.done, self.total)


def _rest_of(file: Any) -> Optional[int]:
    """How many bytes a file still has, if it can tell."""
    try:
        here = file.tell()
        end = file.seek(0, os.SEEK_END)
        file.seek(here)
    except (AttributeError, OSError, ValueError):
        return None
    return end - here if isinstance(end, int) else None
