"""qftp.aio where something breaks: exact files, a line in order, errors that are the caller's."""

import asyncio
import io
import os
import time

import pytest

import qftp
import qftp.aio

from lossy import Lossy

PAYLOAD = os.urandom(40_000)


@pytest.fixture
def module():
    with qftp.emulator.Module(tcp="127.0.0.1:0") as module:
        yield module


async def opened(ftp, server, **settings):
    await ftp.connect()
    await ftp.login(server.host, server.user, server.password, port=server.port, **settings)


def connection(port, **settings):
    return qftp.aio.FTP(port, apn="internet", timeout=20, **settings)


@pytest.mark.parametrize("lost", [1, 10, 96, 256, 257])
def test_a_resumed_download_is_exact(module, qftp_ftp_server, tmp_path, lost):
    (qftp_ftp_server.folder / "a").write_bytes(PAYLOAD)

    async def work(port, line):
        ftp = connection(port)
        await opened(ftp, qftp_ftp_server)
        line.lose(lost, after=20_000)
        with pytest.raises(qftp.Error):
            await ftp.get("a", tmp_path / "a")
        assert os.listdir(tmp_path) == [] or all(
            name.startswith(".") for name in os.listdir(tmp_path)
        )
        assert await ftp.get("a", tmp_path / "a", resume=True) == len(PAYLOAD)
        await ftp.quit()

    with Lossy(module) as line:
        asyncio.run(work(line.port, line))
    assert (tmp_path / "a").read_bytes() == PAYLOAD and os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("may_rename", [True, False])
def test_atomic_never_deletes(module, qftp_ftp_server, tmp_path, may_rename):
    folder = qftp_ftp_server.folder
    if not may_rename:
        qftp_ftp_server._server.handler.ftp_RNTO = lambda self, path: self.respond(
            "550 Not over this one."
        )
    (folder / "a").write_bytes(b"old")
    (folder / "a.part").write_bytes(b"somebody's")
    (tmp_path / "new").write_bytes(PAYLOAD)

    async def work():
        ftp = connection(module.port)
        await opened(ftp, qftp_ftp_server)
        try:
            return await ftp.put(tmp_path / "new", "a", atomic=True)
        finally:
            await ftp.quit()

    if may_rename:
        assert asyncio.run(work()) == len(PAYLOAD)
        assert (folder / "a").read_bytes() == PAYLOAD
        assert sorted(os.listdir(folder)) == ["a", "a.part"]
    else:
        with pytest.raises(qftp.NotRenamed) as caught:
            asyncio.run(work())
        error = caught.value
        assert (folder / "a").read_bytes() == b"old"
        assert (folder / error.temporary).read_bytes() == PAYLOAD
        assert error.temporary in str(error) and error.remedy
        assert sorted(os.listdir(folder)) == sorted(["a", "a.part", error.temporary])
    assert (folder / "a.part").read_bytes() == b"somebody's"


def test_an_atomic_upload_goes_on_with_what_it_has_left(module, qftp_ftp_server, tmp_path):
    (tmp_path / "new").write_bytes(PAYLOAD)

    class Stopped(Exception):
        pass

    def stop(done, _total):
        if done > 20_000:
            raise Stopped

    async def work():
        ftp = connection(module.port)
        await opened(ftp, qftp_ftp_server)
        with pytest.raises(Stopped):
            await ftp.put(tmp_path / "new", "a", atomic=True, progress=stop)
        # The next call waits until the one that was broken off is over.
        left = await ftp.nlst()
        said = []
        await ftp.put(tmp_path / "new", "a", atomic=True, resume=True, report=said.append)
        await ftp.quit()
        return left, said

    left, said = asyncio.run(work())
    # One name before, which the second call knows again, and the final one after.
    assert len(left) == 1 and left[0].endswith(".part")
    assert any("going on at byte" in text for text in said)
    assert os.listdir(qftp_ftp_server.folder) == ["a"]
    assert (qftp_ftp_server.folder / "a").read_bytes() == PAYLOAD


def test_a_file_of_another_version_is_not_gone_on_with(module, qftp_ftp_server, tmp_path):
    """And a file that bears the name which 0.1.0 had for its own is somebody's."""
    (qftp_ftp_server.folder / "a").write_bytes(PAYLOAD)
    (tmp_path / "a.part").write_bytes(b"mine")

    async def work():
        ftp = connection(module.port)
        await opened(ftp, qftp_ftp_server)

        def enough(done, total):
            if done > 20_000:
                raise KeyError("enough")

        with pytest.raises(KeyError):
            await ftp.get("a", tmp_path / "a", progress=enough)
        (qftp_ftp_server.folder / "a").write_bytes(PAYLOAD[::-1])
        os.utime(qftp_ftp_server.folder / "a", (1, 1))
        assert await ftp.get("a", tmp_path / "a", resume=True) == len(PAYLOAD)
        await ftp.quit()

    asyncio.run(work())
    assert (tmp_path / "a").read_bytes() == PAYLOAD[::-1]
    assert (tmp_path / "a.part").read_bytes() == b"mine"


def test_what_is_of_another_version_is_not_kept_either(module, qftp_ftp_server, tmp_path):
    """The old bytes are gone when the job begins anew; a task that is cancelled then keeps none."""
    (qftp_ftp_server.folder / "a").write_bytes(PAYLOAD)

    async def work():
        ftp = connection(module.port)
        await opened(ftp, qftp_ftp_server)
        old = qftp._qftp.LocalTarget(
            tmp_path / "a", "a", url=ftp._url("a"), size=70_000, modified="20200101000000"
        )
        old.write(bytes(1_000))
        old.record(1_000)
        old.keep()

        async def cancelled(*_):
            raise asyncio.CancelledError

        fetch, ftp._fetch_into = ftp._fetch_into, cancelled
        with pytest.raises(asyncio.CancelledError):
            await ftp.get("a", tmp_path / "a", resume=True)
        ftp._fetch_into = fetch
        assert await ftp.get("a", tmp_path / "a", resume=True) == len(PAYLOAD)
        await ftp.quit()

    asyncio.run(work())
    assert (tmp_path / "a").read_bytes() == PAYLOAD


def test_a_longer_target_is_no_beginning(module, qftp_ftp_server, tmp_path):
    (qftp_ftp_server.folder / "a").write_bytes(b"short")
    (tmp_path / "a").write_bytes(b"longer than that")

    async def work():
        ftp = connection(module.port)
        await opened(ftp, qftp_ftp_server)
        with pytest.raises(qftp.DiffersError, match="cannot be the beginning"):
            await ftp.get("a", tmp_path / "a", resume=True)
        await ftp.quit()

    asyncio.run(work())
    assert (tmp_path / "a").read_bytes() == b"longer than that"


def test_a_server_without_size(module, qftp_ftp_server, tmp_path):
    handler = qftp_ftp_server._server.handler
    handler.proto_cmds = {
        name: facts for name, facts in handler.proto_cmds.items() if name != "SIZE"
    }
    (qftp_ftp_server.folder / "a").write_bytes(PAYLOAD)

    async def work():
        ftp = connection(module.port)
        await opened(ftp, qftp_ftp_server)
        assert await ftp.get("a", tmp_path / "a") == len(PAYLOAD)
        (tmp_path / "b").write_bytes(PAYLOAD[:10_000])
        assert await ftp.get("a", tmp_path / "b", resume=True) == len(PAYLOAD)
        await ftp.quit()

    asyncio.run(work())
    assert (tmp_path / "a").read_bytes() == PAYLOAD == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("what", ["get", "put", "list", "size"])
def test_a_cancelled_task_leaves_a_client_that_works(qftp_ftp_server, tmp_path, what):
    server = qftp_ftp_server
    (server.folder / "sub").mkdir()
    (server.folder / "sub" / "a").write_bytes(PAYLOAD)
    (tmp_path / "up").write_bytes(PAYLOAD)
    for n in range(300):
        (server.folder / "sub" / f"a name of some length {n}").touch()

    async def work(port):
        ftp = connection(port)
        await opened(ftp, server)
        await ftp.cwd("sub")
        begin = {
            "get": lambda: ftp.get("a", tmp_path / "a"),
            "put": lambda: ftp.put(tmp_path / "up", "b"),
            "list": lambda: ftp.listdir(),
            "size": lambda: ftp.size("a"),
        }[what]
        task = asyncio.create_task(begin())
        if what == "size":
            # Its command is just out.
            for _ in range(5):
                await asyncio.sleep(0)
        else:
            # Long enough that data passes, and too short for all of it.
            await asyncio.sleep(0.6)
        task.cancel()
        began = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 1, "whoever cancels does not wait"
        assert await ftp.size("a") == len(PAYLOAD), "in the folder where it was"
        assert time.monotonic() - began < 8
        assert await ftp.get("a", tmp_path / "a", resume=True) == len(PAYLOAD)
        await ftp.quit()

    with qftp.emulator.Module(baud=115200) as module:
        asyncio.run(work(module.port))
        closed = [line for line in module.dialogue() if "QFTPCLOSE" in line or "QFTPOPEN" in line]
        assert "QFTPCLOSE" in closed[-1], "no session stays in the module"
    assert (tmp_path / "a").read_bytes() == PAYLOAD


def test_a_lost_session_is_opened_again(module, qftp_ftp_server):
    async def work():
        ftp = connection(module.port)
        await opened(ftp, qftp_ftp_server)
        await ftp.mkd("sub")
        await ftp.cwd("sub")
        module.power_cycle()
        for _ in range(3):
            try:
                assert await ftp.pwd() == "/sub"
                break
            except qftp.Error:
                continue
        else:
            raise AssertionError("it does not come back")
        await ftp.quit()

    asyncio.run(work())


def test_a_source_that_fails_at_once(module, qftp_ftp_server, tmp_path):
    (qftp_ftp_server.folder / "a").write_bytes(b"old")

    def broken():
        raise KeyError("no source")
        yield b""

    async def work():
        ftp = connection(module.port)
        await opened(ftp, qftp_ftp_server)
        with pytest.raises(KeyError):
            await ftp.write("a", broken(), 5)
        with pytest.raises(TypeError):
            await ftp.write("a", ["text"], 4)
        with pytest.raises(qftp.Cancelled, match="ended after 0"):
            await ftp.write("a", [], 4)
        with pytest.raises(IsADirectoryError):
            await ftp.put(tmp_path, "a")
        assert await ftp.size("a") == 3
        await ftp.quit()

    asyncio.run(work())
    assert (qftp_ftp_server.folder / "a").read_bytes() == b"old"
    assert not any("QFTPPUT" in line for line in module.dialogue())


def test_no_mixture_of_two_files(module, qftp_ftp_server):
    (qftp_ftp_server.folder / "a").write_bytes(PAYLOAD)

    async def work():
        ftp = connection(module.port)
        await opened(ftp, qftp_ftp_server)
        with pytest.raises(io.UnsupportedOperation, match="mixture"):
            await ftp.write("a", [b"new"], 3, start=5)
        assert await ftp.write("a", [b"new"], 3, start=len(PAYLOAD)) == 3
        await ftp.quit()

    asyncio.run(work())
    assert (qftp_ftp_server.folder / "a").read_bytes() == PAYLOAD + b"new"


def test_names_go_in_utf8(module):
    with pytest.raises(io.UnsupportedOperation, match="UTF-8"):
        qftp.aio.FTP(module.port, encoding="latin-1")


def test_the_error_of_the_block_is_the_callers(module, qftp_ftp_server):
    async def work(module):
        async with connection(module.port) as ftp:
            await ftp.login(
                qftp_ftp_server.host,
                qftp_ftp_server.user,
                qftp_ftp_server.password,
                port=qftp_ftp_server.port,
            )
            module.stop()
            raise KeyError("the caller's")

    with pytest.raises(KeyError, match="the caller's"):
        asyncio.run(work(module))


def test_a_port_that_went_away(module, qftp_ftp_server):
    async def work():
        ftp = connection(module.port)
        await opened(ftp, qftp_ftp_server)
        module.stop()
        for _ in range(2):
            with pytest.raises(qftp.PortError, match="closed by the other side|failed"):
                await ftp.pwd()
        ftp.close()

    asyncio.run(work())


def test_what_does_not_open_is_closed():
    """No descriptor stays open: the port is free for the next."""

    async def work(port):
        for _ in range(3):
            with pytest.raises(qftp.Error):
                async with connection(port):
                    raise AssertionError("it has no SIM card")
            await asyncio.sleep(0)
        with pytest.raises(qftp.PortError):
            await connection("/dev/none").connect()
        with pytest.raises(qftp.Misuse):
            await connection(port, baud=17).connect()

    with qftp.emulator.Module(faults=["no-sim"]) as module:
        before = len(os.listdir("/proc/self/fd"))
        asyncio.run(work(module.port))
        assert len(os.listdir("/proc/self/fd")) == before
        module.clear_fault("no-sim")
        qftp.Module(module.port).close()


def test_certificates_are_nobody_elses(qftp_ftp_tls_server):
    """A file of the user's that looks like ours stays; one that a killed process left goes."""
    server = qftp_ftp_tls_server

    async def work(port):
        ftp = connection(port)
        await opened(ftp, server, tls=True, cafile=server.cafile)
        assert len([name for name in names(ftp)]) == 1
        await ftp.write("a", [b"1"], 1)
        await ftp.quit()

    def names(ftp):
        from qftp import _qftp

        return [name for name in _qftp.certificate_names() if name.endswith("-ca.pem")]

    with qftp.emulator.Module() as module:
        with qftp.Module(module.port) as files:
            files.push(b"mine", "UFS:qftp-ca.pem")
        asyncio.run(work(module.port))
        with qftp.Module(module.port) as files:
            assert [file.name for file in files.files()] == ["qftp-ca.pem"]
            assert files.pull("UFS:qftp-ca.pem") == b"mine"
