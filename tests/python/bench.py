"""What stands around the terminal: the program, started, a real FTP server, and the terminal itself.

Nothing here knows qftp's code. Towards the module there is pyserial and nothing else; what the module should answer is written out
from the manual, byte by byte.
"""

import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

import serial
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

USER, PASSWORD = "test", "test"
WORKSPACE = Path(__file__).resolve().parents[2]

#: How long the module may take for anything here.
PATIENCE = 10.0

OK = b"\r\nOK\r\n"
CONNECT = b"\r\nCONNECT\r\n"


def urc(text):
    """A response of its own: a URC, or a final result with a text."""
    return f"\r\n{text}\r\n".encode()


def info(*lines):
    """Information lines, no blank line between them, then OK, which is a response of its own."""
    return ("\r\n" + "\r\n".join(lines) + "\r\n").encode() + OK


def program():
    """The program under test, or an error: a test that silently tests nothing is worse than none."""
    named = os.environ.get("QFTP_TEST_QFTP")
    target = Path(os.environ.get("CARGO_TARGET_DIR", WORKSPACE / "target"))
    places = [Path(named)] if named else [target / "debug/qftp", target / "release/qftp"]
    for place in places:
        if place.is_file():
            return place
    tried = ", ".join(str(place) for place in places)
    raise FileNotFoundError(f"no qftp at {tried}: run `cargo build --package qftp-cli`, or set QFTP_TEST_QFTP")


class Module:
    """`qftp emulate --pty LINK --storage DIR`, with arguments of one's own."""

    def __init__(self, folder, *arguments):
        self.link = folder / "modem"
        self.storage = folder / "storage"
        command = [program(), "emulate", "--pty", self.link, "--storage", self.storage, *arguments]
        self.errors = open(folder / "errors", "w+")
        # Nobody's settings.
        environment = {**os.environ, "XDG_CONFIG_HOME": "/nonexistent", "XDG_STATE_HOME": "/dev/null"}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment,
        )
        self.said = self.process.stdout.readline().strip()
        assert self.said == str(self.link), f"the program said {self.said!r} and not the link's path"

    def file(self, name):
        """The file behind a name such as `RAM:x`, seen from outside."""
        drive, _, rest = name.rpartition(":")
        return self.storage / (drive or "UFS").lower() / rest

    def stop(self):
        early = self.process.poll()
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        self.process.stdout.close()
        self.errors.seek(0)
        said = self.errors.read()
        self.errors.close()
        assert early is None, f"the program ended by itself with {early} and said: {said}"
        assert said == "", f"the program said: {said}"
        assert code in (0, 130), f"the program ended with {code}"
        assert not os.path.lexists(self.link), "the link outlived the module"


class Server:
    """pyftpdlib on loopback, in a thread, with a folder of its own."""

    def __init__(self, folder):
        self.root = folder
        self.commands = commands = []
        authorizer = DummyAuthorizer()
        authorizer.add_user(USER, PASSWORD, str(folder), perm="elradfmwMT")

        class Handler(FTPHandler):
            auth_failed_timeout = 0

            def pre_process_command(self, line, cmd, arg):
                commands.append(line)
                return super().pre_process_command(line, cmd, arg)

        Handler.authorizer = authorizer
        self.server = FTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.address[1]
        self.stopping = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while not self.stopping:
            self.server.serve_forever(timeout=0.05, blocking=False, handle_exit=False)
        self.server.close_all()

    def stop(self):
        self.stopping = True
        self.thread.join(5)


class Terminal:
    """Somebody at a terminal: types, and reads every byte that comes."""

    def __init__(self, link):
        self.port = serial.Serial(str(link), 115200, timeout=0.02, write_timeout=PATIENCE)
        self.echo = True
        self.guard = 1.0
        self.unread = b""

    def close(self):
        self.port.close()

    def type(self, data):
        self.port.write(data)

    def take(self, count, patience=PATIENCE):
        """So many bytes, or those that came in time."""
        end = time.monotonic() + patience
        while len(self.unread) < count and time.monotonic() < end:
            self.unread += self.port.read(max(1, self.port.in_waiting))
        came, self.unread = self.unread[:count], self.unread[count:]
        return came

    def expect(self, expected):
        """Exactly these bytes come next."""
        came = self.take(len(expected))
        assert came == expected, f"\nexpected {brief(expected)}\n but came {brief(came + self.rest(0.2))}"

    def rest(self, silence=0.3):
        """All that comes until the line is silent."""
        came, self.unread = self.unread, b""
        heard = time.monotonic()
        while time.monotonic() - heard < silence:
            piece = self.port.read(max(1, self.port.in_waiting))
            if piece:
                came, heard = came + piece, time.monotonic()
        return came

    def quiet(self, silence=0.1):
        """Nothing more comes."""
        came = self.rest(silence)
        assert came == b"", f"nothing was to come, but {brief(came)} did"

    def command(self, text):
        """Types a command and reads its echo: the command up to and with its CR."""
        line = text.encode() + b"\r"
        self.type(line)
        if self.echo:
            self.expect(line)

    def ask(self, text, *answers):
        """A command and its whole answer, byte for byte."""
        self.command(text)
        for answer in answers or (OK,):
            self.expect(answer)

    def ask_for(self, text, *patterns):
        """A command and an answer of which a part is free: each pattern is one line or group of lines. Returns the groups."""
        self.command(text)
        whole = re.compile("".join(patterns).encode())
        end = time.monotonic() + PATIENCE
        came = b""
        while time.monotonic() < end:
            came += self.take(1, 0.2)
            found = whole.fullmatch(came)
            if found:
                return [group.decode() for group in found.groups()]
        raise AssertionError(f"{text}: expected {whole.pattern}, but came {brief(came)}")

    def connect(self, text):
        """A command that opens data mode."""
        self.ask(text, CONNECT)

    def receive(self, text, name, data):
        """A command that sends these data: CONNECT, the data, OK, the URC that counts them."""
        self.connect(text)
        self.expect(data)
        self.expect(OK + urc(f"+{name}: 0,{len(data)}"))

    def receive_any(self, text, name):
        """The same for data whose length only the URC tells."""
        self.connect(text)
        came = self.rest()
        found = re.search(rb"\r\nOK\r\n\r\n\+%s: 0,(\d+)\r\n\Z" % name.encode(), came)
        assert found, brief(came)
        assert int(found[1]) == found.start(), f"{name} counts {found[1]} bytes, {found.start()} came"
        return came[: found.start()]

    def escape(self):
        """`+++` between two silences. These sleeps are the protocol: silence is what makes three plus signs an escape, and the
        module measures it with a clock."""
        time.sleep(self.guard + 0.02)
        self.type(b"+++")

    def short_guard(self):
        """Ten units of 20 ms: the shortest silence that companion.md §5 allows."""
        self.ask("ATS12=10")
        self.guard = 0.2

    def login(self, server, filetype=0):
        """The shortest way to a session, in ways of the manual; its own words are in test_3_1."""
        self.ask('AT+QICSGP=1,1,"UNINET","","",1')
        self.ask("AT+QIACT=1")
        self.ask(f'AT+QFTPCFG="account","{USER}","{PASSWORD}"')
        self.ask(f'AT+QFTPCFG="filetype",{filetype}')
        self.ask('AT+QFTPCFG="transmode",1')
        self.ask(f'AT+QFTPOPEN="127.0.0.1",{server.port}', OK + urc("+QFTPOPEN: 0,0"))


def brief(data):
    return repr(data) if len(data) < 400 else f"{data[:200]!r} … {data[-200:]!r} ({len(data)} bytes)"


def checksum(data):
    """companion.md §2: the big-endian 16-bit words XORed, an odd last byte as the high half; hex without padding."""
    total = 0
    for at in range(0, len(data), 2):
        total ^= int.from_bytes(data[at : at + 2].ljust(2, b"\0"), "big")
    return f"{total:x}"


#: What a line-minded module or host would trip over.
NASTY = b"\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n" + b"+++" + b"\0\0\0" + bytes(range(256)) + b"\r\nNO CARRIER\r\n+++\r\nAT\r\n"


def payload(count):
    """Nasty bytes, with no period of a buffer's size."""
    return bytes((NASTY[at % len(NASTY)] + at // len(NASTY)) % 256 if at >= len(NASTY) else NASTY[at] for at in range(count))


def payload_707(count):
    """The same, so made that its checksum is the manual's: `+QFUPL: 1000,707`."""
    data = bytearray(payload(count))
    data[-2:] = b"\0\0"
    fix = int(checksum(data), 16) ^ 0x707
    data[-2:] = fix.to_bytes(2, "big")
    assert checksum(data) == "707"
    return bytes(data)
