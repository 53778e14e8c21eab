"""Two boards at the same time: `pytest --lg-env env.yaml`, with both places acquired."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor

from labgrid.protocol import FileTransferProtocol


def test_two_boards_at_the_same_time(env, tmp_path):
    drivers = {name: env.get_target(name).get_driver(FileTransferProtocol) for name in ("gateway", "sensor")}
    meeting = threading.Barrier(2, timeout=60)

    def work(name):
        content = hashlib.sha256(name.encode()).digest() * 4096
        (tmp_path / name).write_bytes(content)
        meeting.wait()
        drivers[name].put(str(tmp_path / name), f"{name}.bin")
        drivers[name].get(f"{name}.bin", str(tmp_path / f"{name}.back"))
        assert (tmp_path / f"{name}.back").read_bytes() == content

    with ThreadPoolExecutor() as both:
        list(both.map(work, drivers))
    for driver in drivers.values():
        assert any("QFTPPUT" in line for line in driver.dialogue())
