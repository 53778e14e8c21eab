"""The same script with ftplib.FTP and qftp.FTP, against the same server: the same results."""

import ftplib
import inspect
import io
import os

import pytest

import qftp
import qftp.ftp

PAYLOAD = bytes(range(256)) * 150 + b"\r\nOK\r\n\r\n+QFTPGET: 0,5\r\n+++"
TEXT = "first line\r\nsecond line\r\nälter\r\n"


@pytest.fixture(params=["ftplib", "qftp"])
def ftp(request, qftp_ftp_server, qftp_module):
    """A session logged in by either of the two: the one line that differs."""
    client = ftplib.FTP() if request.param == "ftplib" else qftp.FTP(port=qftp_module.port, apn="internet")
    assert client.connect(qftp_ftp_server.host, qftp_ftp_server.port).startswith("220")
    assert client.login(qftp_ftp_server.user, qftp_ftp_server.password).startswith("230")
    yield client
    client.close()


@pytest.fixture
def folder(qftp_ftp_server):
    return qftp_ftp_server.folder


def test_welcome(ftp):
    assert ftp.getwelcome().startswith("220")
    assert ftp.welcome == ftp.getwelcome()


def test_files_up_and_down(ftp, folder):
    sent = []
    reply = ftp.storbinary("STOR a.bin", io.BytesIO(PAYLOAD), blocksize=1000, callback=sent.append)
    assert reply.startswith("226")
    assert b"".join(sent) == PAYLOAD and {len(block) for block in sent[:-1]} == {1000}
    assert (folder / "a.bin").read_bytes() == PAYLOAD
    got = []
    assert ftp.retrbinary("RETR a.bin", got.append, blocksize=1024).startswith("226")
    assert b"".join(got) == PAYLOAD and max(map(len, got)) <= 1024


def test_from_an_offset(ftp, folder):
    (folder / "a.bin").write_bytes(PAYLOAD)
    got = []
    ftp.retrbinary("RETR a.bin", got.append, rest=5000)
    assert b"".join(got) == PAYLOAD[5000:]
    (folder / "a.bin").write_bytes(PAYLOAD[:5003])
    ftp.storbinary("STOR a.bin", io.BytesIO(b"new end"), rest=5000)
    assert (folder / "a.bin").read_bytes() == PAYLOAD[:5000] + b"new end"
    ftp.storbinary("APPE log", io.BytesIO(b"one "))
    ftp.storbinary("APPE log", io.BytesIO(b"two"))
    assert (folder / "log").read_bytes() == b"one two"


def test_a_source_without_a_length(ftp, folder):
    class Pipe:
        def __init__(self, data):
            self.data = data

        def read(self, size):
            block, self.data = self.data[:size], self.data[size:]
            return block

    ftp.storbinary("STOR piped", Pipe(PAYLOAD * 2))
    assert (folder / "piped").read_bytes() == PAYLOAD * 2
    ftp.storbinary("STOR empty", io.BytesIO())
    assert (folder / "empty").read_bytes() == b""


def test_lines(ftp, folder):
    (folder / "text").write_bytes(TEXT.encode())
    lines = []
    assert ftp.retrlines("RETR text", lines.append).startswith("226")
    assert lines == TEXT.splitlines()
    sent = []
    ftp.storlines("STOR copy", io.BytesIO(TEXT.replace("\r\n", "\n").encode()), sent.append)
    assert (folder / "copy").read_bytes() == TEXT.replace("\r\n", os.linesep).encode()
    assert b"".join(sent) == TEXT.encode()
    ftp.voidcmd("TYPE I")
    assert ftp.size("copy") == len((folder / "copy").read_bytes())


def test_print_is_the_default(ftp, folder, capsys):
    (folder / "text").write_bytes(TEXT.encode())
    ftp.retrlines("RETR text")
    ftp.dir()
    out = capsys.readouterr().out
    assert "second line" in out and " text" in out


def test_listings(ftp, folder):
    (folder / "b").mkdir()
    (folder / "a.txt").write_bytes(b"12345")
    assert sorted(ftp.nlst()) == ["a.txt", "b"]
    assert [name.rpartition("/")[2] for name in ftp.nlst("b")] == []
    lines = []
    ftp.dir(lines.append)
    assert len(lines) == 2 and lines[0].endswith("a.txt") and lines[1].startswith("d")
    lines = []
    ftp.dir("b", lines.append)
    assert lines == []
    found = dict(ftp.mlsd(facts=["type", "size"]))
    assert found["a.txt"] == {"type": "file", "size": "5"} and found["b"]["type"] == "dir"
    assert dict(ftp.mlsd("b")) == {} or set(dict(ftp.mlsd("b"))) <= {".", ".."}


def test_folders(ftp, folder):
    assert ftp.pwd() == "/"
    assert ftp.mkd("logs") == "/logs"
    assert ftp.cwd("logs").startswith("250")
    assert ftp.pwd() == "/logs"
    assert ftp.mkd("old") == "/logs/old"
    assert ftp.cwd("..").startswith("250") and ftp.pwd() == "/"
    assert ftp.rmd("logs/old").startswith("250")
    assert os.listdir(folder / "logs") == []


def test_names_and_sizes(ftp, folder):
    (folder / "a").write_bytes(b"123")
    ftp.voidcmd("TYPE I")
    assert ftp.size("a") == 3
    assert ftp.rename("a", "b c").startswith("250")
    assert ftp.sendcmd("SIZE b c").split() == ["213", "3"]
    modified = ftp.sendcmd("MDTM b c").split()
    assert modified[0] == "213" and modified[1].startswith("20") and len(modified[1]) == 14
    assert ftp.delete("b c").startswith("250")
    assert os.listdir(folder) == []


@pytest.mark.parametrize(
    "command, reply",
    [("NOOP", "200"), ("PWD", "257"), ("TYPE I", "200"), ("MKD new", "257"), ("CDUP", "250"), ("RMD new", "250")],
)
def test_commands(ftp, folder, command, reply):
    if command == "RMD new":
        (folder / "new").mkdir()
    assert ftp.voidcmd(command).startswith(reply)


def test_rename_in_two_commands(ftp, folder):
    (folder / "a").write_bytes(b"")
    assert ftp.sendcmd("RNFR a").startswith("350")
    assert ftp.voidcmd("RNTO b").startswith("250")
    assert os.listdir(folder) == ["b"]
    with pytest.raises(ftplib.error_reply):
        ftp.voidcmd("RNFR b")


def test_refusals(ftp):
    for refused in (
        lambda: ftp.size("none"),
        lambda: ftp.delete("none"),
        lambda: ftp.cwd("none"),
        lambda: ftp.rename("none", "other"),
        lambda: ftp.retrbinary("RETR none", lambda data: None),
        lambda: ftp.rmd("none"),
    ):
        with pytest.raises(ftplib.error_perm) as caught:
            refused()
        assert str(caught.value).startswith("550")
    assert ftp.pwd() == "/"


def test_no_line_ends_in_names(ftp):
    for wrong in (lambda: ftp.cwd("a\r\nDELE b"), lambda: ftp.sendcmd("PWD\nQUIT"), lambda: ftp.mkd("a\rb")):
        with pytest.raises(ValueError):
            wrong()


def test_wrong_password(ftp, qftp_ftp_server):
    ftp.close()
    ftp.connect(qftp_ftp_server.host, qftp_ftp_server.port)
    with pytest.raises(ftplib.error_perm) as caught:
        ftp.login("qftp", "wrong")
    assert str(caught.value).startswith("530")


def test_a_callback_that_raises(ftp, folder):
    (folder / "a").write_bytes(PAYLOAD)

    def fails(data):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        ftp.retrbinary("RETR a", fails)


def test_active_and_passive(ftp, folder):
    for passive in (False, True):
        ftp.set_pasv(passive)
        ftp.storbinary(f"STOR {passive}", io.BytesIO(PAYLOAD))
        assert (folder / str(passive)).read_bytes() == PAYLOAD


def test_with(ftp):
    with ftp as same:
        assert same.pwd() == "/"
    with pytest.raises((ftplib.Error, AttributeError, OSError)):
        ftp.pwd()


def test_quit(ftp):
    assert ftp.quit().startswith("221")


def test_debug(ftp, capsys):
    ftp.set_debuglevel(1)
    ftp.pwd()
    ftp.set_debuglevel(0)
    assert "*cmd*" in capsys.readouterr().out
    assert "secret" not in ftp.sanitize("PASS secret")


def test_every_method_is_there_with_its_arguments():
    names = [name for name in dir(ftplib.FTP) if not name.startswith("_")]
    missing = [name for name in names if not hasattr(qftp.FTP, name)]
    assert missing == []
    for name in names:
        theirs, ours = getattr(ftplib.FTP, name), getattr(qftp.FTP, name)
        if not callable(theirs) or name in qftp.ftp.UNSUPPORTED:
            continue
        want = list(inspect.signature(theirs).parameters.values())
        have = list(inspect.signature(ours).parameters.values())
        assert [each.name for each in have] == [each.name for each in want], name
        assert [each.kind for each in have] == [each.kind for each in want], name
        required = [each.name for each in want if each.default is inspect.Parameter.empty]
        assert [each.name for each in have if each.default is inspect.Parameter.empty] == required, name
    theirs = list(inspect.signature(ftplib.FTP).parameters)
    assert list(inspect.signature(qftp.FTP).parameters)[: len(theirs)] == theirs


def test_what_a_module_cannot_do_says_so():
    ftp = qftp.FTP(port="emulator:")
    for name, reason in qftp.ftp.UNSUPPORTED.items():
        assert name in dir(ftplib.FTP) + dir(ftplib.FTP_TLS), name
        with pytest.raises(io.UnsupportedOperation) as caught:
            getattr(ftp, name)("x")
        assert reason in str(caught.value)
    with pytest.raises(io.UnsupportedOperation, match="SITE"):
        ftp.sendcmd("SITE CHMOD 644 x")
    with pytest.raises(io.UnsupportedOperation, match="STOU"):
        ftp.storbinary("STOU", io.BytesIO())
    with pytest.raises(io.UnsupportedOperation, match="source_address"):
        qftp.FTP(source_address=("127.0.0.1", 0))
    with pytest.raises(io.UnsupportedOperation, match="latin-1"):
        qftp.FTP(encoding="latin-1")
