"""Where downloads of an asynchronous client go: the file and proof of the blocking one."""

import os

import pytest
from qftp import _qftp

URL = "ftp://me@host:21/f"


def target(path, resume=False, size=9, modified="20261122164500"):
    return _qftp.LocalTarget(path, "f", url=URL, size=size, modified=modified, resume=resume)


def test_what_is_good_is_gone_on_with(tmp_path):
    (tmp_path / "f.part").write_bytes(b"mine")
    begun = target(tmp_path / "f")
    begun.write(b"who??")
    begun.record(3)
    part, good = begun.keep()
    assert good == 3 and os.path.getsize(part) == 3
    again = target(tmp_path / "f", resume=True)
    assert again.trusted == 3 and again.is_of(9, "20261122164500")
    again.seek(again.trusted)
    again.write(b"le")
    assert os.fspath(again.finish()) == os.fspath(tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == b"whole"
    assert (tmp_path / "f.part").read_bytes() == b"mine"
    assert sorted(os.listdir(tmp_path)) == ["f", "f.part"]
    with pytest.raises(ValueError):
        again.record(1)


def test_another_version_begins_anew(tmp_path):
    begun = target(tmp_path / "f")
    begun.write(b"who")
    begun.record(3)
    begun.keep()
    assert target(tmp_path / "f", resume=True, size=10).trusted == 0
    assert target("/dev/null").is_stream
    with pytest.raises(OSError):
        target("/dev/null", resume=True)
