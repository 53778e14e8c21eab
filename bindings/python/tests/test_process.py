"""Threads, signals, forks, memory: what a long-running program meets."""

import io
import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import qftp

MIB = 1 << 20


def test_others_run_while_it_waits(qftp_client, qftp_ftp_server):
    """The interpreter lock is released: another thread counts while a file passes."""
    (qftp_ftp_server.folder / "a").write_bytes(bytes(8 * MIB))
    counted, over = [0], threading.Event()

    def count():
        while not over.is_set():
            counted[0] += 1
            # Hands the lock on at once, so that what is measured is whether the transfer holds it.
            time.sleep(0)

    thread = threading.Thread(target=count)
    thread.start()
    try:
        before, began = counted[0], time.monotonic()
        qftp_client._client.get("a", lambda data: None, blocksize=4 * MIB, start=0, len=None, via="com")
        during, took = counted[0] - before, time.monotonic() - began
    finally:
        over.set()
        thread.join()
    assert during > 100, f"{during} rounds in {took:.3f} s"


def test_two_sessions_in_two_threads(qftp_ftp_server):
    """Each its own module, at the same time."""
    results = {}

    def work(name):
        with qftp.FTP(port="emulator:") as ftp:
            ftp.connect(qftp_ftp_server.host, qftp_ftp_server.port)
            ftp.login(qftp_ftp_server.user, qftp_ftp_server.password)
            data = os.urandom(300_000)
            ftp.storbinary(f"STOR {name}", io.BytesIO(data))
            got = []
            ftp.retrbinary(f"RETR {name}", got.append)
            results[name] = b"".join(got) == data

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == {"one": True, "two": True}


def test_one_operation_at_a_time(qftp_client, qftp_ftp_server):
    (qftp_ftp_server.folder / "a").write_bytes(bytes(MIB))
    caught = []

    def nested(data):
        if not caught:
            try:
                qftp_client._client.pwd()
            except qftp.Misuse as error:
                caught.append(error)

    qftp_client.retrbinary("RETR a", nested)
    assert "one at a time" in str(caught[0])


def test_abort_from_another_thread(qftp_ftp_server):
    with qftp.emulator.Module(baud=115200) as module, qftp.FTP(port=module.port, apn="internet") as ftp:
        ftp.connect(qftp_ftp_server.host, qftp_ftp_server.port)
        ftp.login(qftp_ftp_server.user, qftp_ftp_server.password)
        (qftp_ftp_server.folder / "a").write_bytes(bytes(MIB))
        threading.Timer(0.5, ftp.abort).start()
        began = time.monotonic()
        with pytest.raises(qftp.Cancelled):
            ftp.retrbinary("RETR a", lambda data: None)
        assert time.monotonic() - began < 5, "a mebibyte takes 91 s"
        assert ftp.abort().startswith("226"), "nothing is under way"
        assert ftp.size("a") == MIB


INTERRUPTED = """
    import os, signal, sys, threading, time
    import qftp
    # Whoever starts the tests in the background has Ctrl-C ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    host, port, user, password, folder = sys.argv[1:]
    module = qftp.emulator.Module(baud=921600)
    ftp = qftp.FTP(port=module.port, apn="internet")
    ftp.connect(host, int(port)); ftp.login(user, password)
    threading.Timer(1.0, lambda: (stamps.append(time.monotonic()), os.kill(os.getpid(), signal.SIGINT))).start()
    stamps = []
    try:
        getattr(sys.modules["__main__"], "transfer")(ftp)
    except KeyboardInterrupt:
        took = time.monotonic() - stamps[0]
        print("interrupted", "within a second" if took < 1.0 else took)
    print("usable", ftp.size("a"), ftp.pwd())
    ftp.quit()
"""


@pytest.mark.parametrize(
    "transfer",
    [
        "ftp.retrbinary('RETR a', lambda data: None)",
        "ftp.get('a', sys.argv[5] + '/a')",
        "ftp.storbinary('STOR b', io.BytesIO(bytes(4 << 20)))",
    ],
)
def test_ctrl_c(qftp_ftp_server, tmp_path, transfer):
    """KeyboardInterrupt within a second, and the module goes on."""
    (qftp_ftp_server.folder / "a").write_bytes(bytes(4 * MIB))
    program = "def transfer(ftp):\n    " + transfer + "\n" + textwrap.dedent(INTERRUPTED)
    server = qftp_ftp_server
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "import io, os, sys\n" + program, server.host, str(server.port), server.user, server.password, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.stdout.splitlines() == ["interrupted within a second", f"usable {4 * MIB} /"], run.stdout + run.stderr


def test_fork(qftp_client):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            qftp_client.pwd()
            said = "no error"
        except RuntimeError as error:
            said = str(error)
        os.write(writer, said.encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        assert "before a fork" in pipe.read()
    assert qftp_client.pwd() == "/"


def test_a_hundred_mebibytes_in_constant_memory(qftp_client, qftp_ftp_server):
    with open(qftp_ftp_server.folder / "big", "wb") as file:
        file.truncate(100 * MIB)
    qftp_client.retrbinary("RETR big", lambda data: None, blocksize=65536, rest=99 * MIB)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    total = [0]

    def take(data):
        total[0] += len(data)

    qftp_client.retrbinary("RETR big", take, blocksize=65536)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert total[0] == 100 * MIB
    assert grown < 20 * 1024, f"{grown} KiB more"


def test_signals_of_others_pass(qftp_client, qftp_ftp_server):
    """A handler that raises ends the operation with what it raised."""
    (qftp_ftp_server.folder / "a").write_bytes(bytes(64 * MIB))

    class Alarm(Exception):
        pass

    def ring(number, frame):
        raise Alarm

    old = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(Alarm):
            for _ in range(100):
                qftp_client.retrbinary("RETR a", lambda data: None, blocksize=65536)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    assert qftp_client.pwd() == "/"
