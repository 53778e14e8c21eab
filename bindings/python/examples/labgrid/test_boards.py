"""Two boards at the same time: `pytest --lg-env env.yaml`, with both places acquired."""

import hashlib
import threading

from labgrid.protocol import FileTransferProtocol


def test_two_boards_at_the_same_time(env, tmp_path):
    drivers = {name: env.get_target(name).get_driver(FileTransferProtocol) for name in ("gateway", "sensor")}
    meeting = threading.Barrier(2, timeout=60)
    same = {}

    def work(name, driver):
        content = hashlib.sha256(name.encode()).digest() * 4096
        (tmp_path / name).write_bytes(content)
        meeting.wait()
        driver.put(str(tmp_path / name), f"{name}.bin")
        driver.get(f"{name}.bin", str(tmp_path / f"{name}.back"))
        same[name] = (tmp_path / f"{name}.back").read_bytes() == content

    threads = [threading.Thread(target=work, args=pair) for pair in drivers.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert same == {"gateway": True, "sensor": True}
    for driver in drivers.values():
        assert any("QFTPPUT" in line for line in driver.dialogue())
