"""The labgrid driver: a real coordinator, exporter and client on loopback, two places used at the same time."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import qftp.emulator

EXAMPLE = Path(__file__).parents[1] / "examples" / "labgrid"


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
        "LG_FTP_HOST": qftp_ftp_server.host,
        "LG_FTP_PORT": str(qftp_ftp_server.port),
        "LG_FTP_USER": qftp_ftp_server.user,
        "LG_FTP_PASSWORD": qftp_ftp_server.password,
    }
    logs = (tmp_path / "lab.log").open("wb")
    running = []

    def start(*command, cwd=EXAMPLE):
        process = subprocess.Popen(
            [os.path.join(folder, command[0]), *command[1:]],
            cwd=cwd,
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
        environment |= {"GATEWAY_PORT": one.port.rpartition(":")[2], "SENSOR_TTY": two.port}
        try:
            # It keeps its places where it is started.
            start("labgrid-coordinator", "-l", address, cwd=tmp_path)
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
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider", "--lg-env", "env.yaml", "test_boards.py"],
        cwd=EXAMPLE,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert run.returncode == 0, run.stdout + run.stderr + (tmp_path / "lab.log").read_text()
    assert sorted(os.listdir(qftp_ftp_server.folder)) == ["gateway.bin", "sensor.bin"]
    for module in modules:
        assert any("QFTPPUT" in line for line in module.dialogue()), "each through its own module"
