"""qftp.proto and qftp.aio."""

import asyncio
import os

import pytest

import qftp
import qftp.aio
from qftp import proto

PAYLOAD = os.urandom(200_000)


def converse(session, answers, now=0.0):
    """Plays a module: answers to commands, in virtual time; returns all events."""
    events = []
    for _ in range(1000):
        event = session.next_event(now)
        if event is not proto.NEED_DATA:
            events.append(event)
            if isinstance(event, (proto.Done, proto.Failed)):
                return events
            continue
        command = session.data_to_send(now)
        if command:
            session.receive_data(answers(command))
            continue
        due = session.next_timeout()
        assert due is not None
        now = max(now, due)
    raise AssertionError("no end")


def test_a_download_in_virtual_time():
    session = proto.Session()
    session.setup(network=False, now=0.0)
    assert not session.idle
    with pytest.raises(qftp.Misuse, match="under way"):
        session.pwd(now=0.0)
    events = converse(session, lambda command: b"\r\nOK\r\n")
    assert events == [proto.Done(None)] and session.set_up and session.idle
    session.get("file", length=5, now=10.0)

    def module(command):
        assert command.startswith(b'AT+QFTPGET="file","COM:",0,5')
        return b"\r\nCONNECT\r\nOK\r\n+\r\nOK\r\n\r\n+QFTPGET: 0,5\r\n"

    events = converse(session, module, 10.0)
    assert b"".join(event.data for event in events if isinstance(event, proto.Data)) == b"OK\r\n+"
    assert events[0] == proto.Size(5) and events[-1] == proto.Done(5)


def test_any_cut_is_the_same():
    whole = b"\r\nCONNECT\r\n+QIND: 1\r\nOK\r\n\r\n+QFTPGET: 0,8\r\n"
    for cut in range(1, len(whole)):
        session = proto.Session()
        session.setup(network=False, now=0.0)
        converse(session, lambda command: b"\r\nOK\r\n")
        session.get("file", length=8, now=0.0)
        session.data_to_send(0.0)
        data, done = b"", None
        for piece in (whole[:cut], whole[cut:]):
            session.receive_data(piece)
            while (event := session.next_event(0.0)) is not proto.NEED_DATA:
                if isinstance(event, proto.Data):
                    data += event.data
                done = event
        assert (data, done) == (b"+QIND: 1", proto.Done(8)), cut


def test_failures_are_exceptions():
    session = proto.Session()
    session.setup(network=False, now=0.0)
    converse(session, lambda command: b"\r\nOK\r\n")
    session.size("none", now=0.0)
    failed = converse(session, lambda command: b"\r\nOK\r\n\r\n+QFTPSIZE: 627,550\r\n")[-1]
    assert isinstance(failed, proto.Failed) and isinstance(failed.error, qftp.FileMissing)
    session.size("any", now=0.0)
    silent = converse(session, lambda command: b"")[-1]
    assert isinstance(silent.error, qftp.LineTimeout)
    for wrong in ("", "a\nb", 'quo"te', "x" * 300):
        with pytest.raises(qftp.Misuse):
            proto.Session().size(wrong)


def run(work, module, server):
    async def all_of_it():
        async with qftp.aio.FTP(module.port, apn="internet") as ftp:
            await ftp.login(server.host, server.user, server.password, port=server.port)
            await work(ftp)

    asyncio.run(all_of_it())


@pytest.fixture(params=["pty", "tcp"])
def module(request):
    with qftp.emulator.Module(tcp="127.0.0.1:0" if request.param == "tcp" else None) as module:
        yield module


def test_asyncio(module, qftp_ftp_server, tmp_path):
    server = qftp_ftp_server
    (tmp_path / "up").write_bytes(PAYLOAD)

    async def work(ftp):
        assert await ftp.pwd() == "/"
        await ftp.mkd("sub")
        await ftp.cwd("sub")
        steps = []
        assert await ftp.put(tmp_path / "up", "a", progress=lambda done, total: steps.append(done)) == len(PAYLOAD)
        assert steps[-1] == len(PAYLOAD) and (server.folder / "sub/a").read_bytes() == PAYLOAD
        assert await ftp.size("a") == len(PAYLOAD) and len(await ftp.modified("a")) >= 14
        assert [entry.size for entry in await ftp.listdir()] == [len(PAYLOAD)] and await ftp.nlst() == ["a"]
        (tmp_path / "down").write_bytes(PAYLOAD[:70_000])
        assert await ftp.get("a", tmp_path / "down", resume=True) == len(PAYLOAD)
        assert (tmp_path / "down").read_bytes() == PAYLOAD
        await ftp.get("a", tmp_path / "staged", via="ufs")
        assert (tmp_path / "staged").read_bytes() == PAYLOAD
        await ftp.rename("a", "b")
        await ftp.delete("b")
        await ftp.cwd("/")
        await ftp.rmd("sub")
        assert await ftp.nlst() == []
        with pytest.raises(FileNotFoundError):
            await ftp.size("a")

    run(work, module, server)


def test_leaving_a_download_early(module, qftp_ftp_server):
    (qftp_ftp_server.folder / "a").write_bytes(PAYLOAD * 20)

    async def work(ftp):
        async for block in ftp.read("a"):
            assert block
            break
        assert await ftp.size("a") == len(PAYLOAD) * 20

    run(work, module, qftp_ftp_server)


def test_a_cancelled_task(qftp_ftp_server, tmp_path):
    (qftp_ftp_server.folder / "a").write_bytes(PAYLOAD)

    async def work(ftp):
        task = asyncio.create_task(ftp.get("a", tmp_path / "a"))
        await asyncio.sleep(1.0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (part,) = tmp_path.glob(".a.*.part")
        good = part.read_bytes()
        assert good and PAYLOAD.startswith(good)
        assert await ftp.size("a") == len(PAYLOAD)

    with qftp.emulator.Module(baud=460800) as module:
        run(work, module, qftp_ftp_server)


def test_two_at_a_time_with_asyncio(qftp_ftp_server):
    """Two modules in one event loop."""
    data = {name: os.urandom(100_000) for name in ("one", "two")}

    async def one(name):
        with qftp.emulator.Module() as module:
            async with qftp.aio.FTP(module.port, apn="internet") as ftp:
                await ftp.login(qftp_ftp_server.host, qftp_ftp_server.user, qftp_ftp_server.password, port=qftp_ftp_server.port)
                await ftp.write(name, [data[name]], len(data[name]))
                with pytest.raises(qftp.Cancelled, match="ended after"):
                    await ftp.write("short", [b"12345"], 10)

    async def both():
        await asyncio.gather(*(one(name) for name in data))

    asyncio.run(both())
    for name, content in data.items():
        assert (qftp_ftp_server.folder / name).read_bytes() == content


def test_ftps_with_asyncio(qftp_ftp_tls_server):
    server = qftp_ftp_tls_server

    async def work():
        with qftp.emulator.Module() as module:
            async with qftp.aio.FTP(module.port, apn="internet") as ftp:
                with pytest.raises(qftp.Misuse, match="insecure=True"):
                    await ftp.login(server.host, server.user, server.password, port=server.port, tls=True)
                await ftp.login(
                    server.host, server.user, server.password, port=server.port, tls=True, cafile=server.cafile
                )
                await ftp.write("a", [PAYLOAD], len(PAYLOAD))
            with qftp.Module(module.port) as after:
                assert after.files() == [], "the certificate does not stay"

    asyncio.run(work())
    assert (server.folder / "a").read_bytes() == PAYLOAD
