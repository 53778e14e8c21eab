"""Where something breaks: no file lost, nothing built upon what was lost, no lock waited for with
the interpreter's."""

import errno
import gc
import io
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings

import pytest

import qftp

from lossy import Lossy

PAYLOAD = os.urandom(60_000)
MIB = 1 << 20


def opened(port, server, **settings):
    ftp = qftp.FTP(port=port, apn="internet", timeout=20, **settings)
    ftp.connect(server.host, server.port)
    ftp.login(server.user, server.password)
    return ftp


# Uploads


@pytest.mark.parametrize("source", ["path", "file"])
def test_atomic_never_deletes(qftp_client, qftp_ftp_server, tmp_path, source):
    qftp_ftp_server._server.handler.ftp_RNTO = lambda self, path: self.respond(
        "550 Not over this one."
    )
    (qftp_ftp_server.folder / "a").write_bytes(b"old")
    # Another file that bears the name of 0.1.0's temporary ones.
    (qftp_ftp_server.folder / "a.part").write_bytes(b"somebody's")
    (tmp_path / "new").write_bytes(b"new")
    local = tmp_path / "new" if source == "path" else io.BytesIO(b"new")
    with pytest.raises(qftp.NotRenamed) as caught:
        qftp_client.put(local, "a", atomic=True)
    error = caught.value
    assert (qftp_ftp_server.folder / "a").read_bytes() == b"old"
    assert (qftp_ftp_server.folder / "a.part").read_bytes() == b"somebody's"
    assert (qftp_ftp_server.folder / error.temporary).read_bytes() == b"new"
    assert (
        error.temporary in str(error) and error.remedy and not isinstance(error, FileNotFoundError)
    )
    assert sorted(os.listdir(qftp_ftp_server.folder)) == sorted(["a", "a.part", error.temporary])


def test_atomic_of_an_open_file(qftp_client, qftp_ftp_server):
    (qftp_ftp_server.folder / "a").write_bytes(b"old")
    assert qftp_client.put(io.BytesIO(PAYLOAD), "a", atomic=True) == len(PAYLOAD)
    assert (qftp_ftp_server.folder / "a").read_bytes() == PAYLOAD
    assert os.listdir(qftp_ftp_server.folder) == ["a"]


@pytest.mark.parametrize(
    "lost, again, by",
    [
        (1, "at once", "put"),
        (16, "after a new connect", "put"),
        (16, "after a new connect", "storbinary"),
    ],
)
def test_a_resumed_upload_is_exact(qftp_ftp_server, tmp_path, lost, again, by):
    """What is lost in the middle of an upload is not built upon by the next call."""
    (tmp_path / "a").write_bytes(PAYLOAD)
    # The module ends an upload whose bytes do not come after `timeout`, 20 s at the least.
    with qftp.emulator.Module(tcp="127.0.0.1:0") as module, Lossy(module, upload=True) as line:
        ftp = opened(line.port, qftp_ftp_server)
        line.lose(lost, after=20_000)
        with pytest.raises(qftp.Error):
            if by == "put":
                ftp.put(tmp_path / "a", "a")
            else:
                ftp.storbinary("STOR a", io.BytesIO(PAYLOAD))
        assert (qftp_ftp_server.folder / "a").stat().st_size > 20_000
        if again == "after a new connect":
            ftp.connect(qftp_ftp_server.host, qftp_ftp_server.port)
            ftp.login(qftp_ftp_server.user, qftp_ftp_server.password)
        ftp.put(tmp_path / "a", "a", resume=True, retries=2)
        ftp.quit()
    assert (qftp_ftp_server.folder / "a").read_bytes() == PAYLOAD


@pytest.mark.parametrize("size", [9_000, 16_000, 20_000])
def test_the_line_is_in_order_after_a_loss_near_the_end(qftp_client, qftp_faults, size):
    """What is left over of the file does not become one line with the next command."""
    qftp_faults(f"control-lost={size - 100}")
    with pytest.raises(qftp.Error):
        qftp_client.storbinary("STOR a", io.BytesIO(os.urandom(size)))
    qftp_faults()
    began = time.monotonic()
    assert qftp_client.pwd() == "/"
    assert time.monotonic() - began < 5


class Broken:
    """Its first read fails."""

    def read(self, size):
        raise KeyError("no source")


@pytest.mark.parametrize(
    "source, error",
    [(Broken, KeyError), (lambda: io.StringIO("text"), TypeError), (None, IsADirectoryError)],
    ids=["raises", "text", "folder"],
)
def test_a_source_that_fails_at_once_touches_nothing(
    qftp_client, qftp_ftp_server, tmp_path, source, error
):
    (qftp_ftp_server.folder / "a").write_bytes(b"old")
    began = time.monotonic()
    for atomic in (False, True):
        with pytest.raises(error) as caught:
            qftp_client.put(tmp_path if source is None else source(), "a", atomic=atomic)
    if source is None:
        assert caught.value.errno == errno.EISDIR and caught.value.filename == str(tmp_path)
    else:
        for command in ("STOR a", "APPE a"):
            with pytest.raises(error):
                qftp_client.storbinary(command, source())
    assert time.monotonic() - began < 5
    assert (qftp_ftp_server.folder / "a").read_bytes() == b"old"
    assert not any("QFTPPUT" in line for line in qftp_client.dialogue())
    with pytest.raises(FileNotFoundError):
        qftp_client.put(tmp_path / "none", "a")


def test_many_plus_signs_in_small_blocks(qftp_client, qftp_ftp_server):
    """They wait for nothing where they cannot be the escape."""
    data = b"+" * 3_000
    began = time.monotonic()
    qftp_client.storbinary("STOR a", io.BytesIO(data), blocksize=1)
    assert time.monotonic() - began < 10
    for few in (b"+", b"++", b"+++", b"++++", b"a+++", b"+++a"):
        qftp_client.storbinary("STOR b", io.BytesIO(few), blocksize=1)
        assert (qftp_ftp_server.folder / "b").read_bytes() == few
    assert (qftp_ftp_server.folder / "a").read_bytes() == data


@pytest.mark.parametrize("size", [1 << 40, sys.maxsize])
def test_a_block_is_bounded(qftp_client, qftp_ftp_server, size):
    qftp_client.storbinary("STOR a", io.BytesIO(PAYLOAD), blocksize=size)
    got = []
    qftp_client.retrbinary("RETR a", got.append, blocksize=size)
    assert got == [PAYLOAD]


# Objects that are dropped


def test_what_is_dropped_is_collected(qftp_module, qftp_ftp_server):
    """At once: the port is free for the next, without a collector."""
    gc.disable()
    try:
        for _ in range(3):
            ftp = opened(qftp_module.port, qftp_ftp_server)
            with pytest.warns(ResourceWarning, match="unclosed <qftp.ftp.FTP"):
                del ftp
        with warnings.catch_warnings():
            warnings.simplefilter("error", ResourceWarning)
            opened(qftp_module.port, qftp_ftp_server).close()
            opened(qftp_module.port, qftp_ftp_server).quit()
    finally:
        gc.enable()


def test_a_constructor_that_fails_closes_what_it_opened(qftp_ftp_server):
    """Also while somebody keeps the exception, and with it the frames."""
    server = qftp_ftp_server
    server._server.handler.auth_failed_timeout = 0

    class Here(qftp.FTP):
        port = server.port

    def open_ports():
        """Pseudo-terminals, the module's side of one included."""
        found = (os.path.join("/proc/self/fd", name) for name in os.listdir("/proc/self/fd"))
        return sum(
            os.path.lexists(path) and os.readlink(path).startswith("/dev/pt") for path in found
        )

    kept = []
    with qftp.emulator.Module() as module:
        before = open_ports()
        for _ in range(5):
            with pytest.raises(qftp.LoginRefused) as caught:
                Here(server.host, server.user, "wrong", port=module.port, apn="internet")
            kept.append(caught)
        with pytest.raises(qftp.Error):
            qftp.FTP("host", "me", "secret", port="/dev/none")
        assert open_ports() == before
    threads = threading.active_count()
    for _ in range(5):
        with pytest.raises(qftp.LoginRefused) as caught:
            Here(server.host, server.user, "wrong", port="emulator:")
        kept.append(caught)
    assert open_ports() < before and threading.active_count() == threads


# Calls in the middle of others

HANGS = """
    import io, os, signal, sys, threading, time
    import qftp
    host, port, user, password = sys.argv[1:]
    module = qftp.emulator.Module(baud=115200)

    def opened():
        ftp = qftp.FTP(port=module.port, apn="internet")
        ftp.connect(host, int(port)); ftp.login(user, password)
        return ftp

    ftp = opened()
    end = getattr(ftp, sys.argv[0])
    called = []
    def once(block):
        if not called:
            called.append(True)
            end()
    begun = threading.Event()
    if WHERE == "signal":
        signal.signal(signal.SIGALRM, lambda *_: end())
        signal.setitimer(signal.ITIMER_REAL, 0.4)
    if WHERE == "thread":
        def other():
            time.sleep(0.4)
            try:
                end()
            except qftp.Misuse:
                pass
            called.append(time.monotonic())
            # It is let go of when this returns.
            opened().quit()
        thread = threading.Thread(target=other)
        thread.start()
    try:
        ftp.retrbinary("RETR a", once if WHERE == "callback" else lambda block: None)
        print("no error")
    except (qftp.Cancelled, qftp.Misuse) as error:
        print("ended")
    if WHERE == "thread":
        thread.join()
    opened().quit()
    print("free")
"""


@pytest.mark.parametrize("where", ["callback", "signal", "thread"])
@pytest.mark.parametrize("end", ["close", "quit"])
def test_the_end_in_the_middle(qftp_ftp_server, where, end):
    (qftp_ftp_server.folder / "a").write_bytes(bytes(MIB))
    program = f"import sys\nsys.argv[0] = {end!r}\nWHERE = {where!r}\n" + textwrap.dedent(HANGS)
    server = qftp_ftp_server
    run = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            program,
            server.host,
            str(server.port),
            server.user,
            server.password,
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.stdout.split() == ["ended", "free"], run.stdout + run.stderr


@pytest.mark.parametrize("size", [10, MIB])
def test_abort_in_a_callback_raises_once(qftp_client, qftp_ftp_server, size):
    (qftp_ftp_server.folder / "a").write_bytes(bytes(size))
    (qftp_ftp_server.folder / "b").write_bytes(bytes(7))
    with pytest.raises(qftp.Cancelled):
        qftp_client.retrbinary("RETR a", lambda block: qftp_client.abort())
    assert qftp_client.size("b") == 7
    with pytest.raises(qftp.Cancelled):
        qftp_client.storbinary(
            "STOR c", io.BytesIO(bytes(size)), callback=lambda block: qftp_client.abort()
        )
    assert qftp_client.size("b") == 7
    # Between operations there is nothing to abort.
    qftp_client.abort()
    assert qftp_client.size("b") == 7


def test_a_session_that_was_broken_off_does_not_stay(qftp_ftp_server):
    (qftp_ftp_server.folder / "a").write_bytes(bytes(MIB))
    with qftp.emulator.Module(baud=460800) as module:
        ftp = opened(module.port, qftp_ftp_server)

        def stop(block):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            ftp.retrbinary("RETR a", stop)
        ftp.quit()
        said = [line for line in module.dialogue() if "QFTPOPEN" in line or "QFTPCLOSE" in line]
        assert "QFTPCLOSE" in said[-1], said


# Forks


def in_a_child(work):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = repr(work())
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(writer, said.encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        return pipe.read()


def test_a_module_in_a_forked_child(qftp_ftp_server):
    module = qftp.emulator.Module()
    for work in (module.stop, module.power_cycle, lambda: module.set_faults("no-sim")):
        assert in_a_child(work).startswith("RuntimeError: this module was started before a fork")
    assert in_a_child(lambda: module.running) == "False"
    ftp = opened("emulator:", qftp_ftp_server)
    assert in_a_child(ftp.close) == "None"
    held = [qftp.emulator.Module()]
    assert in_a_child(held.clear) == "None"
    assert module.running and ftp.pwd() == "/"
    ftp.quit()
    module.stop()
