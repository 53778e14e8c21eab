"""The file system."""

import contextlib
import gc

import fsspec
import pandas
import pytest

import qftp

PAYLOAD = bytes(range(256)) * 1000


@contextlib.contextmanager
def Server(folder):
    from qftp.pytest_plugin import Server

    server = Server(folder)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def fs(qftp_module, qftp_ftp_server):
    fs = fsspec.filesystem(
        "qftp",
        host=qftp_ftp_server.host,
        ftp_port=qftp_ftp_server.port,
        username=qftp_ftp_server.user,
        password=qftp_ftp_server.password,
        port=qftp_module.port,
        apn="internet",
    )
    yield fs
    fs.close()


def test_files(fs, qftp_ftp_server):
    with fs.open("/a.bin", "wb") as file:
        file.write(PAYLOAD)
    assert (qftp_ftp_server.folder / "a.bin").read_bytes() == PAYLOAD
    with fs.open("/a.bin", "rb", block_size=4096) as file:
        assert file.read(10) == PAYLOAD[:10]
        file.seek(200_000)
        assert file.read(10) == PAYLOAD[200_000:200_010]
        assert file.read() == PAYLOAD[200_010:]
    assert fs.cat("/a.bin") == PAYLOAD
    assert fs.cat_file("/a.bin", 5, 9) == PAYLOAD[5:9] and fs.cat_file("/a.bin", -7) == PAYLOAD[-7:]
    with fs.open("/a.bin", "ab") as file:
        file.write(b"end")
    assert fs.size("/a.bin") == len(PAYLOAD) + 3
    # Only what was asked for crosses the line.
    fs.cat_file("/a.bin", 100, 110)
    assert '"COM:",100,10' in "\n".join(fs.ftp.dialogue()[-6:])


def test_folders(fs, qftp_ftp_server, tmp_path):
    fs.makedirs("/logs/old")
    fs.pipe("/logs/a", b"1")
    fs.pipe("/logs/old/b", b"22")
    assert fs.ls("/logs", detail=False) == ["/logs/a", "/logs/old"]
    assert [entry["type"] for entry in fs.ls("/logs")] == ["file", "directory"]
    assert fs.ls("/logs/a") == [fs.info("/logs/a")]
    assert fs.find("/") == ["/logs/a", "/logs/old/b"] and fs.glob("/logs/*/b") == ["/logs/old/b"]
    assert fs.exists("/logs/a") and not fs.exists("/logs/none")
    fs.mv("/logs/a", "/logs/c")
    fs.get("/logs", str(tmp_path / "copy"), recursive=True)
    assert (tmp_path / "copy/old/b").read_bytes() == b"22"
    fs.put(str(tmp_path / "copy"), "/again", recursive=True)
    assert (qftp_ftp_server.folder / "again/old/b").read_bytes() == b"22"
    fs.rm("/logs", recursive=True)
    assert fs.ls("/", detail=False) == ["/again"]
    with pytest.raises(FileNotFoundError):
        fs.info("/none")
    with pytest.raises(FileExistsError):
        fs.makedirs("/again")
    assert fs.modified("/again/old/b").year > 2000


def test_url_and_pandas(qftp_module, qftp_ftp_server):
    (qftp_ftp_server.folder / "log.csv").write_text("time,level\n1,20\n2,30\n")
    url = f"qftp://{qftp_ftp_server.user}:{qftp_ftp_server.password}@{qftp_ftp_server.host}:{qftp_ftp_server.port}/log.csv"
    options = {"port": qftp_module.port, "apn": "internet"}
    with fsspec.open(url, **options) as file:
        assert file.readline() == b"time,level\n"
        file.fs.close()
    frame = pandas.read_csv(url, storage_options=options)
    assert list(frame["level"]) == [20, 30]


def test_append_neither_reads_nor_loses(fs, qftp_ftp_server, qftp_faults):
    (qftp_ftp_server.folder / "a").write_bytes(PAYLOAD[:7000])
    with fs.open("/a", "ab") as file:
        file.write(b"more")
    assert (qftp_ftp_server.folder / "a").read_bytes() == PAYLOAD[:7000] + b"more"
    with fs.open("/new", "ab") as file:
        file.write(b"first")
    assert (qftp_ftp_server.folder / "new").read_bytes() == b"first"
    assert not any("QFTPGET" in line for line in fs.ftp.dialogue())
    qftp_faults("control-lost=50000")
    with pytest.raises(qftp.Error):
        with fs.open("/a", "ab") as file:
            file.write(PAYLOAD)
    assert (qftp_ftp_server.folder / "a").read_bytes().startswith(PAYLOAD[:7000] + b"more")


def test_the_old_contents_stay(fs, qftp_ftp_server, qftp_faults):
    (qftp_ftp_server.folder / "a").write_bytes(b"old")
    qftp_faults("control-lost=50000")
    file = fs.open("/a", "wb")
    file.write(PAYLOAD)
    with pytest.raises(qftp.Error) as first:
        file.close()
    # It is not closed as if nothing had been.
    with pytest.raises(qftp.Error) as second:
        file.close()
    assert second.value is first.value
    assert (qftp_ftp_server.folder / "a").read_bytes() == b"old"


@pytest.mark.parametrize("mode", ["wb", "ab"])
def test_an_exception_publishes_nothing(fs, qftp_ftp_server, mode):
    (qftp_ftp_server.folder / "a").write_bytes(b"old")
    for size in (10, 200_000):
        with pytest.raises(KeyError, match="the caller's"):
            with fs.open("/a", mode) as file:
                file.write(PAYLOAD[:size])
                raise KeyError("the caller's")
        assert file.closed
        file.close()
    assert (qftp_ftp_server.folder / "a").read_bytes() == b"old"
    assert [path.name for path in qftp_ftp_server.folder.iterdir()] == ["a"]


def test_no_password_is_shown(fs, qftp_ftp_server):
    for text in (repr(fs), str(fs), fs.to_json(), str(fs.to_dict()), repr(fs.ftp)):
        assert qftp_ftp_server.password not in text
    assert fs.to_dict(include_password=True)["password"] == qftp_ftp_server.password


def test_one_connection_for_a_port(qftp_module, qftp_ftp_server, tmp_path):
    (qftp_ftp_server.folder / "log.csv").write_text("time,level\n1,20\n2,30\n")
    url = f"qftp://{qftp_ftp_server.user}:{qftp_ftp_server.password}@{qftp_ftp_server.host}:{qftp_ftp_server.port}/log.csv"
    options = {"port": qftp_module.port, "apn": "internet"}
    for _ in range(2):
        assert list(pandas.read_csv(url, storage_options=options)["level"]) == [20, 30]
    settings = {"host": qftp_ftp_server.host, "ftp_port": qftp_ftp_server.port, "username": qftp_ftp_server.user, **options}
    one = fsspec.filesystem("qftp", password=qftp_ftp_server.password, **settings)
    two = fsspec.filesystem("qftp", password=qftp_ftp_server.password, **settings)
    assert one.ftp is two.ftp and one.exists("/log.csv")
    # Another server by the same port: the connection goes there, and comes back.
    with Server(tmp_path) as other:
        (tmp_path / "b").write_bytes(b"1")
        there = {**settings, "ftp_port": other.port}
        three = fsspec.filesystem("qftp", password=other.password, **there)
        assert three.exists("/b") and two.exists("/log.csv") and not three.exists("/log.csv")
    del one, two, three
    gc.collect()
    # The port is free.
    qftp.Module(qftp_module.port).close()
    with pytest.raises(qftp.LoginRefused):
        fsspec.filesystem("qftp", password="wrong", **settings)
    qftp.Module(qftp_module.port).close()


def test_not_cached():
    from qftp.fsspec import QuectelFileSystem

    assert fsspec.get_filesystem_class("qftp") is QuectelFileSystem and not QuectelFileSystem.cachable
