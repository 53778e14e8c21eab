"""The labgrid driver: a real coordinator, exporter and client on loopback, two places used at the same time."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time

import pytest

import qftp.emulator

pytest.importorskip("labgrid")

EXPORTER = """
    gateway-group:
      NetworkSerialPort: {{ host: 127.0.0.1, port: {tcp}, protocol: raw }}
    sensor-group:
      RawSerialPort: {{ port: "{pty}", speed: 115200 }}
"""

ENVIRONMENT = """
    targets:
      gateway:
        resources: {{ RemotePlace: {{ name: gateway }} }}
        drivers:
          - QuectelFTPDriver: &server {{ host: 127.0.0.1, ftp_port: {port}, username: {user}, password: {password}, apn: internet, verify: true }}
      sensor:
        resources: {{ RemotePlace: {{ name: sensor }} }}
        drivers:
          - QuectelFTPDriver: *server
    imports: [ qftp.labgrid ]
    options: {{ coordinator_address: "{coordinator}" }}
"""

TESTS = """
    import hashlib, threading
    from labgrid.protocol import FileTransferProtocol

    def test_two_boards_at_the_same_time(env, tmp_path):
        drivers = {name: env.get_target(name).get_driver(FileTransferProtocol) for name in ("gateway", "sensor")}
        meeting = threading.Barrier(2, timeout=60)
        digests = {}

        def work(name, driver):
            content = hashlib.sha256(name.encode()).digest() * 4096
            (tmp_path / name).write_bytes(content)
            meeting.wait()
            driver.put(str(tmp_path / name), f"{name}.bin")
            driver.get(f"{name}.bin", str(tmp_path / f"{name}.back"))
            digests[name] = (tmp_path / f"{name}.back").read_bytes() == content

        threads = [threading.Thread(target=work, args=pair) for pair in drivers.items()]
        for thread in threads: thread.start()
        for thread in threads: thread.join(120)
        assert digests == {"gateway": True, "sensor": True}
        for driver in drivers.values():
            assert any("QFTPPUT" in line for line in driver.dialogue())
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(check, what, seconds=30.0):
    """Waits for another process."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, what
        time.sleep(0.1)


@pytest.fixture
def lab(tmp_path, qftp_ftp_server):
    """Two modules, each a place of a coordinator."""
    assert shutil.which("ser2net", path=os.environ["PATH"] + ":/usr/sbin"), "the Debian package ser2net is needed"
    folder = os.path.dirname(sys.executable)
    address = f"127.0.0.1:{free_port()}"
    environment = {
        **os.environ,
        "LG_COORDINATOR": address,
        "LG_USERNAME": "qftp",
        "LG_HOSTNAME": "bench",
        "PATH": f"{folder}:{os.environ['PATH']}:/usr/sbin",
    }
    logs = (tmp_path / "lab.log").open("wb")
    running = []

    def start(*command):
        process = subprocess.Popen(
            [os.path.join(folder, command[0]), *command[1:]],
            cwd=tmp_path,
            env=environment,
            stdout=logs,
            stderr=logs,
            start_new_session=True,
        )
        running.append(process)

    def client(*command):
        return subprocess.run(
            [os.path.join(folder, "labgrid-client"), *command],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )

    with qftp.emulator.Module(tcp="127.0.0.1:0") as one, qftp.emulator.Module() as two:
        exporter = EXPORTER.format(tcp=one.port.rpartition(":")[2], pty=two.port)
        (tmp_path / "exporter.yaml").write_text(textwrap.dedent(exporter))
        (tmp_path / "env.yaml").write_text(
            textwrap.dedent(
                ENVIRONMENT.format(
                    port=qftp_ftp_server.port,
                    user=qftp_ftp_server.user,
                    password=qftp_ftp_server.password,
                    coordinator=address,
                )
            )
        )
        try:
            start("labgrid-coordinator", "-l", address)
            until(lambda: client("resources").returncode == 0, "the coordinator does not answer")
            start("labgrid-exporter", "-c", address, "-n", "bench", "--hostname", "127.0.0.1", "exporter.yaml")
            until(lambda: "sensor-group" in client("resources").stdout, "the exporter does not show its resources")
            for place in ("gateway", "sensor"):
                for command in (("create",), ("add-match", f"bench/{place}-group/*"), ("acquire",)):
                    done = client("-p", place, *command)
                    assert done.returncode == 0, done.stdout + done.stderr
            yield environment, (one, two)
        finally:
            for process in reversed(running):
                # Its children too: ser2net.
                os.killpg(process.pid, signal.SIGTERM)
            for process in running:
                process.wait(10)


def test_two_places_from_one_pytest_run(lab, tmp_path, qftp_ftp_server):
    environment, modules = lab
    (tmp_path / "test_boards.py").write_text(textwrap.dedent(TESTS))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "ignore", "--lg-env", "env.yaml", "test_boards.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert run.returncode == 0, run.stdout + run.stderr + (tmp_path / "lab.log").read_text()
    assert sorted(os.listdir(qftp_ftp_server.folder)) == ["gateway.bin", "sensor.bin"]
    for module in modules:
        assert any("QFTPPUT" in line for line in module.dialogue()), "each through its own module"
