"""What qftp.FTP has beyond ftplib: whole files, errors that explain, the module itself."""

import ftplib
import io
import json
import logging
import os
import pickle

import pytest

import qftp

PAYLOAD = os.urandom(200_000)


def test_whole_files(qftp_client, qftp_ftp_server, tmp_path):
    local = tmp_path / "a.bin"
    local.write_bytes(PAYLOAD)
    steps = []
    assert qftp_client.put(local, "a.bin", progress=lambda done, total: steps.append((done, total))) == len(PAYLOAD)
    assert (qftp_ftp_server.folder / "a.bin").read_bytes() == PAYLOAD
    assert steps == sorted(steps) and steps[-1] == (len(PAYLOAD), len(PAYLOAD))
    qftp_client.put(local, "a.bin", verify=True)
    back = tmp_path / "b.bin"
    assert qftp_client.get("a.bin", back, verify=True) == len(PAYLOAD)
    assert back.read_bytes() == PAYLOAD and sorted(os.listdir(tmp_path)) == ["a.bin", "b.bin"]


def test_recording(qftp_module, qftp_ftp_server, tmp_path):
    record = tmp_path / "a.rec"
    with qftp.FTP(port=qftp_module.port, apn="internet", record=record) as ftp:
        ftp.connect(qftp_ftp_server.host, qftp_ftp_server.port)
        ftp.login(qftp_ftp_server.user, qftp_ftp_server.password)
        ftp.storbinary("STOR a", io.BytesIO(b"recorded"))
    text = record.read_text()
    assert text.startswith("# qftp recording 1\n") and " >= recorded\n" in text and " ! put a start=0" in text
    assert qftp_ftp_server.password not in text
    with pytest.raises(OSError):
        qftp.FTP(port=qftp_module.port, record=tmp_path / "no" / "folder").connect("h")


def test_atomic(qftp_client, qftp_ftp_server, tmp_path):
    (tmp_path / "new").write_bytes(b"new")
    (qftp_ftp_server.folder / "a").write_bytes(b"old")
    qftp_client.put(tmp_path / "new", "a", atomic=True)
    assert (qftp_ftp_server.folder / "a").read_bytes() == b"new"
    assert os.listdir(qftp_ftp_server.folder) == ["a"]


def test_resume(qftp_client, qftp_ftp_server, tmp_path):
    (qftp_ftp_server.folder / "a").write_bytes(PAYLOAD)
    # What stands there is its beginning: resume says so. A file of the old temporary name is somebody's.
    (tmp_path / "a").write_bytes(PAYLOAD[:150_000])
    (tmp_path / "a.part").write_bytes(b"mine")
    seen = []
    qftp_client.get("a", tmp_path / "a", resume=True, report=seen.append)
    assert (tmp_path / "a").read_bytes() == PAYLOAD
    assert (tmp_path / "a.part").read_bytes() == b"mine"
    assert any("150000" in text for text in seen), seen
    assert ",150000," in "\n".join(qftp_client.dialogue())


def test_what_is_good_stays(qftp_client, qftp_ftp_server, tmp_path):
    (qftp_ftp_server.folder / "a").write_bytes(PAYLOAD)

    def enough(done, total):
        if done > 50_000:
            raise KeyError("enough")

    with pytest.raises(KeyError):
        qftp_client.get("a", tmp_path / "a", progress=enough)
    (part,) = tmp_path.glob(".a.*.part")
    good = part.read_bytes()
    assert good and PAYLOAD.startswith(good)
    assert qftp_client.get("a", tmp_path / "a", resume=True) == len(PAYLOAD)
    assert (tmp_path / "a").read_bytes() == PAYLOAD and os.listdir(tmp_path) == ["a"]
    # A whole file is done.
    qftp_client.get("a", tmp_path / "a", resume=True)
    assert "QFTPGET" not in "".join(qftp_client.dialogue()[-3:])


@pytest.mark.parametrize("via", ["com", "ram", "ufs", "auto"])
def test_every_road(qftp_client, qftp_ftp_server, tmp_path, via):
    (tmp_path / "up").write_bytes(PAYLOAD[:20_000])
    qftp_client.put(tmp_path / "up", "a", via=via)
    assert (qftp_ftp_server.folder / "a").read_bytes() == PAYLOAD[:20_000]
    qftp_client.get("a", tmp_path / "down", via=via)
    assert (tmp_path / "down").read_bytes() == PAYLOAD[:20_000]


def test_open_files(qftp_client, qftp_ftp_server):
    assert qftp_client.put(io.BytesIO(b"12345"), "a") == 5
    out = io.BytesIO()
    assert qftp_client.get("a", out) == 5 and out.getvalue() == b"12345"
    with pytest.raises(qftp.Misuse, match="local path"):
        qftp_client.get("a", out, resume=True)


def test_recovery(qftp_client, qftp_faults, qftp_ftp_server, tmp_path):
    (qftp_ftp_server.folder / "a").write_bytes(PAYLOAD)
    qftp_faults("control-lost=50000")
    reports = []
    assert qftp_client.get("a", tmp_path / "a", resume=True, retries=5, report=reports.append) == len(PAYLOAD)
    assert (tmp_path / "a").read_bytes() == PAYLOAD
    assert any("retry 1" in text for text in reports), reports


def test_no_mixture_of_two_files(qftp_client, qftp_ftp_server):
    (qftp_ftp_server.folder / "a").write_bytes(PAYLOAD)
    with pytest.raises(io.UnsupportedOperation, match="mixture"):
        qftp_client.storbinary("STOR a", io.BytesIO(b"new"), rest=5)
    assert (qftp_ftp_server.folder / "a").read_bytes() == PAYLOAD


def test_entries(qftp_client, qftp_ftp_server):
    (qftp_ftp_server.folder / "sub").mkdir()
    (qftp_ftp_server.folder / "file one").write_bytes(b"123")
    entries = {entry.name: entry for entry in qftp_client.listdir()}
    assert entries["sub"].is_dir and entries["file one"].is_file and entries["file one"].size == 3
    assert entries["file one"].mtime.tzinfo is not None
    assert qftp_client.stat("file one").size == 3 and qftp_client.stat("/sub").is_dir
    assert qftp_client.modified("file one") == entries["file one"].mtime
    with pytest.raises(FileNotFoundError):
        qftp_client.stat("none")


def test_errors_explain(qftp_client):
    with pytest.raises(qftp.FileMissing) as caught:
        qftp_client.size("none")
    error = caught.value
    assert isinstance(error, (FileNotFoundError, ftplib.error_perm)) and isinstance(error, ftplib.all_errors)
    assert (error.kind, error.code, error.reply, error.command, error.state) == ("server", 627, 550, "AT+QFTPSIZE", "usable")
    assert error.cause and error.remedy and error.remedy in str(error)


@pytest.mark.qftp(faults=["dns-failure"])
def test_a_server_without_a_name(qftp_module):
    with qftp.FTP(port=qftp_module.port, apn="internet") as ftp:
        ftp.connect("nowhere.invalid")
        with pytest.raises(qftp.ModuleError) as caught:
            ftp.login()
    assert caught.value.code == 604 and caught.value.reply is None


def test_ports_that_are_none(tmp_path):
    with pytest.raises(qftp.PortError, match="no such port") as caught:
        qftp.FTP("localhost", port=str(tmp_path / "none"))
    assert caught.value.remedy
    with pytest.raises(qftp.Misuse, match="no port"):
        qftp.FTP("localhost")
    with pytest.raises(TypeError, match="read and write"):
        qftp.FTP("localhost", port=5)
    with pytest.raises(qftp.Misuse, match="connect first"):
        qftp.FTP(port="emulator:").pwd()


def test_a_module_that_is_silent(tmp_path):
    class Silent:
        timeout = 0.0
        in_waiting = 0

        def read(self, size):
            import time

            time.sleep(self.timeout)
            return b""

        def write(self, data):
            return len(data)

    with pytest.raises(qftp.LineTimeout) as caught:
        qftp.FTP("localhost", port=Silent())
    assert isinstance(caught.value, TimeoutError) and caught.value.state == "reset"


def test_pyserial(qftp_module, qftp_ftp_server):
    import serial

    with serial.Serial(qftp_module.port, 115200) as port:
        with qftp.FTP(port=port, apn="internet") as ftp:
            ftp.connect(qftp_ftp_server.host, qftp_ftp_server.port)
            ftp.login(qftp_ftp_server.user, qftp_ftp_server.password)
            ftp.storbinary("STOR a", io.BytesIO(PAYLOAD))
            got = []
            ftp.retrbinary("RETR a", got.append)
    assert b"".join(got) == PAYLOAD


def test_a_port_that_raises(qftp_module):
    class Broken:
        def read(self, size):
            raise ValueError("unplugged")

        def write(self, data):
            return len(data)

    with pytest.raises(ValueError, match="unplugged"):
        qftp.FTP("localhost", port=Broken())


def test_tcp(qftp_ftp_server):
    with qftp.emulator.Module(tcp="127.0.0.1:0") as module:
        assert module.port.startswith("tcp://127.0.0.1:")
        with qftp.FTP(port=module.port, apn="internet") as ftp:
            ftp.connect(qftp_ftp_server.host, qftp_ftp_server.port)
            ftp.login(qftp_ftp_server.user, qftp_ftp_server.password)
            assert ftp.pwd() == "/"


def test_the_module_itself(tmp_path):
    with qftp.Module("emulator:") as module:
        assert module.info().manufacturer == "Quectel" and module.info().model == "EC200S"
        assert module.files() == []
        assert module.push(b"hello", "UFS:a") == 5
        (tmp_path / "b").write_bytes(PAYLOAD)
        module.push(tmp_path / "b", "RAM:b")
        assert [(file.name, file.size) for file in module.files()] == [("a", 5)]
        assert module.pull("UFS:a") == b"hello" and module.pull("RAM:b", tmp_path / "c") == PAYLOAD
        # A link is followed, and nothing but the file is left.
        (tmp_path / "old").write_bytes(b"old")
        (tmp_path / "link").symlink_to("old")
        assert module.pull("UFS:a", tmp_path / "link") == b"hello"
        assert (tmp_path / "link").is_symlink() and (tmp_path / "old").read_bytes() == b"hello"
        with pytest.raises(OSError):
            module.pull("UFS:a", tmp_path / "no" / "folder")
        assert {path.name for path in tmp_path.iterdir()} >= {"c", "link"}
        assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]
        assert (tmp_path / "c").read_bytes() == PAYLOAD
        module.remove("UFS:a")
        assert module.storage("ram").total - module.storage("ram").free >= len(PAYLOAD)
        with pytest.raises(qftp.ModuleError):
            module.pull("UFS:a")
        with pytest.raises(qftp.Misuse, match="ufs, ram or sd"):
            module.storage("floppy")
        assert module.command("+CSQ")


def test_doctor(qftp_ftp_server, qftp_ftp_tls_server):
    with qftp.Module("emulator:") as module:
        told = []
        findings = module.doctor(qftp_ftp_server.url, tell=told.append)
        assert told == findings and {finding.verdict for finding in findings} == {"good"}, findings
        assert findings[0].check == "port" and findings[-1].check == "logout"
        assert os.listdir(qftp_ftp_server.folder) == []
        secure = module.doctor(qftp_ftp_tls_server.url, cafile=qftp_ftp_tls_server.cafile)
        assert {finding.verdict for finding in secure} == {"good"}, secure
        with pytest.raises(qftp.Misuse, match="no URL"):
            module.doctor("http://example.org")
        with pytest.raises(qftp.Misuse, match="cafile"):
            module.doctor("ftpes://example.org")


@pytest.mark.parametrize(
    "fault, check, words",
    [
        ("no-sim", "SIM card", "contact"),
        ("sim-pin", "SIM card", "PIN"),
        ("searching", "registration", "antenna"),
        ("denied", "registration", "operator"),
        ("no-apn", "PDP context", "access point"),
        ("dns-failure", "login", "resolve"),
        ("no-network", "login", "reached"),
    ],
)
def test_doctor_names_what_is_wrong(qftp_ftp_server, fault, check, words):
    with qftp.emulator.Module(faults=[fault]) as emulated, qftp.Module(emulated.port) as module:
        findings = module.doctor(qftp_ftp_server.url.replace("127.0.0.1", "localhost"), apn="internet")
    bad = [finding for finding in findings if finding.verdict == "bad"]
    assert bad[0].check == check and words in f"{bad[0].cause} {bad[0].remedy}", findings
    assert all(finding.verdict in ("not tried", "doubtful", "good") for finding in findings if finding.check != check)


@pytest.mark.parametrize(
    "fix, verdict, done",
    [(False, "doubtful", "set-up has put right: results"), (True, "good", 'AT+QURCCFG="urcport"')],
)
def test_doctor_mends_what_is_safe(qftp_ftp_server, fix, verdict, done):
    with qftp.emulator.Module(faults=["urc-port=usbmodem"]) as emulated, qftp.Module(emulated.port) as module:
        findings = module.doctor(qftp_ftp_server.url, apn="internet", fix=fix)
    results = [finding for finding in findings if finding.check == "results"]
    assert [finding.verdict for finding in results] == [verdict], results
    assert {finding.verdict for finding in findings if finding not in results} == {"good"}, findings
    assert any(done in (finding.mended or "") for finding in findings), findings


def test_secrets_stay_secret(qftp_client, qftp_ftp_server, caplog):
    caplog.set_level(logging.DEBUG, logger="qftp")
    qftp_client.login(qftp_ftp_server.user, qftp_ftp_server.password)
    said = "\n".join(qftp_client.dialogue()) + caplog.text + repr(qftp_client)
    assert "QFTPOPEN" in said and '"account"' in said
    assert qftp_ftp_server.password not in said


def test_no_pickling(qftp_client):
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(qftp_client)
    assert qftp_client.pwd() == "/"


def test_progress_bars(qftp_client, tmp_path):
    """tqdm and rich by a plain callback."""
    import rich.progress as rich_progress
    import tqdm

    (tmp_path / "a").write_bytes(PAYLOAD)
    with tqdm.tqdm(total=len(PAYLOAD), file=io.StringIO()) as bar:
        qftp_client.put(tmp_path / "a", "a", progress=lambda done, total: bar.update(done - bar.n))
        assert bar.n == len(PAYLOAD)
    with rich_progress.Progress(disable=True) as bars:
        task = bars.add_task("a", total=None)
        qftp_client.get("a", tmp_path / "b", progress=lambda done, total: bars.update(task, completed=done, total=total))
        assert bars.tasks[0].completed == len(PAYLOAD)


def test_faults_and_profiles_are_listed():
    names = [usage for usage, _ in qftp.emulator.faults()]
    assert len(names) > 40 and all(about for _, about in qftp.emulator.faults())
    assert "ec200s" in dict(qftp.emulator.profiles())
    with pytest.raises(ValueError, match="reboot"):
        qftp.emulator.Module(faults=["rebot"])
    json.dumps(names)


def test_a_family_is_a_file_too(tmp_path):
    folder = os.path.join(os.path.dirname(__file__), *[os.pardir] * 3, "crates", "qftp-emulator", "families")
    with open(os.path.join(folder, "bg96.toml"), encoding="utf-8") as file:
        text = file.read()
    mine = tmp_path / "mine.toml"
    mine.write_text(text, encoding="utf-8")
    with qftp.emulator.Module(profile=mine) as module:
        assert os.path.exists(module.port)
    mine.write_text(text.replace("[pdp]", "[pdq]"), encoding="utf-8")
    with pytest.raises(ValueError, match="mine.toml, line .*did you mean `pdp`"):
        qftp.emulator.Module(profile=str(mine))
