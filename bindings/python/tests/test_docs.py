"""The documentation: run as it is written, and tables and reference as the package has them."""

import fnmatch
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import qftp
import qftp.aio
import qftp.emulator
import qftp.errors
import qftp.ftp
import qftp.listing
import qftp.module
import qftp.proto
import qftp.tls

PACKAGE = Path(__file__).parents[1]
DOCS = PACKAGE.parents[1] / "docs" / "python"
UPDATE = os.environ.get("QFTP_UPDATE_DOCS") == "1"


def blocks(page):
    """Language and text of the blocks of a page."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)


def write(block, folder):
    """Writes a listing under the name in its first line; says whether it had one."""
    named = re.match(r"# file: (\S+)\n", block)
    if named:
        (folder / named[1]).write_text(block[named.end() :])
    return bool(named)


def test_tutorial(tmp_path):
    (tmp_path / "qftp").symlink_to(PACKAGE.parents[1])
    environment = {**os.environ, "OPENSSL_NO_VENDOR": "1", "COLUMNS": "200"}
    environment.pop("PYTEST_ADDOPTS", None)
    output, ran = "", 0
    for language, block in blocks("tutorial.md"):
        if language == "python":
            assert write(block, tmp_path), block
        elif language == "sh":
            activate = "if [ -e bench ]; then . bench/bin/activate; fi; "
            command = ["bash", "-ec", activate + block]
            run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=1200)
            output, ran = run.stdout + run.stderr, ran + 1
            assert run.returncode in (0, 1) and "command not found" not in output, output
        else:
            lines = iter(output.splitlines())
            for wanted in block.splitlines():
                pattern = wanted.replace("[", "[[]")
                assert any(fnmatch.fnmatchcase(line, pattern) for line in lines), f"{wanted!r} is not in\n{output}"
    assert ran == 4 and "3 passed" in output


def run(folder, name, *arguments, **environment):
    command = [sys.executable, "-W", "ignore", name, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def cookbook(tmp_path):
    names = [re.match(r"# file: (\S+)\n", block)[1] for language, block in blocks("cookbook.md") if language == "python"]
    for _, block in blocks("cookbook.md"):
        write(block, tmp_path)
    assert names == ["update.py", "nightly.py", "errors.py", "table.py", "both.py"], "each has its test below"
    return tmp_path


def test_update(cookbook, qftp_module, qftp_ftp_tls_server):
    import hashlib

    server, image = qftp_ftp_tls_server, os.urandom(100_000)
    (server.folder / "firmware.bin").write_bytes(image)
    (server.folder / hashlib.sha256(image).hexdigest()).touch()
    said = run(
        cookbook, "update.py", server.host, server.port, server.cafile, server.user, server.password, QFTP_PORT=qftp_module.port
    )
    assert said == "ready\n" and (cookbook / "firmware.bin").read_bytes() == image


def test_nightly(cookbook, qftp_module, qftp_ftp_server):
    server, logs = qftp_ftp_server, cookbook / "logs"
    logs.mkdir()
    for name in ("a.log", "b.log"):
        (logs / name).write_bytes(os.urandom(50_000))
    (server.folder / "a.log").write_bytes((logs / "a.log").read_bytes())
    said = run(cookbook, "nightly.py", server.host, server.port, server.user, server.password, logs, QFTP_PORT=qftp_module.port)
    assert said == "b.log 50000\n"
    assert (server.folder / "b.log").read_bytes() == (logs / "b.log").read_bytes()


def test_errors(cookbook, qftp_module, qftp_ftp_server):
    server = qftp_ftp_server
    (server.folder / "there").touch()
    said = run(cookbook, "errors.py", server.host, server.port, server.user, server.password, QFTP_PORT=qftp_module.port)
    lines = said.splitlines()
    assert lines[0] == "627 550 AT+QFTPSIZE" and lines[1].startswith("cause:  no such file") and lines[3] == "['there']"


def test_table(cookbook, qftp_module, qftp_ftp_server):
    server = qftp_ftp_server
    (server.folder / "log.csv").write_text("time,level\n1,20\n2,30\n")
    said = run(cookbook, "table.py", server.host, server.port, server.user, server.password, QFTP_PORT=qftp_module.port)
    assert said == "50\n"


def test_both(cookbook, qftp_ftp_server):
    server = qftp_ftp_server
    (server.folder / "firmware.bin").write_bytes(bytes(70_000))
    with qftp.emulator.Module() as one, qftp.emulator.Module(tcp="127.0.0.1:0") as two:
        said = run(cookbook, "both.py", server.host, server.port, server.user, server.password, one.port, two.port)
    assert said == "[70000, 70000]\n"


def unchanged(path, text):
    if UPDATE:
        path.write_text(text)
    assert path.read_text() == text, f"{path.name} is stale: QFTP_UPDATE_DOCS=1 pytest {Path(__file__).name}"


def test_what_a_module_cannot_do_is_in_the_readme():
    rows = "\n".join(f"| `{name}` | {reason} |" for name, reason in sorted(qftp.ftp.UNSUPPORTED.items()))
    commands = ", ".join(f"`{command}`" for command in qftp.ftp.COMMANDS)
    path = PACKAGE / "README.md"
    text = re.sub(
        r"(<!-- unsupported -->\n).*?(<!-- /unsupported -->)",
        lambda found: f"{found[1]}\n| method | why |\n|---|---|\n{rows}\n\n{found[2]}",
        path.read_text(),
        flags=re.DOTALL,
    )
    text = re.sub(
        r"(<!-- commands -->).*?(<!-- /commands -->)", lambda found: found[1] + commands + found[2], text, flags=re.DOTALL
    )
    unchanged(path, text)


def own(thing):
    """Its public members in the order of the sources, with their documentation."""
    # What it has from its private bases is its own.
    bases = [base for base in thing.__mro__ if base is thing or base.__module__.startswith("qftp._")]
    members = {name: member for base in reversed(bases) for name, member in vars(base).items()}
    for name, member in members.items():
        if name.startswith("_") or name in qftp.ftp.UNSUPPORTED:
            continue
        if isinstance(member, property):
            yield name, "", member.fget.__doc__
        elif inspect.isfunction(member):
            yield name, signature(member), member.__doc__


def signature(function):
    """As it is called: without `self`, and without types, which the stubs have."""
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name != "self"
    ]
    return str(inspect.Signature(parameters))


def test_reference():
    parts = ["# Reference\n\nMade from the package itself: `QFTP_UPDATE_DOCS=1 pytest tests/test_docs.py` in `bindings/python`.\n"]
    for module in (qftp.ftp, qftp.tls, qftp.module, qftp.listing, qftp.emulator, qftp.aio, qftp.proto, qftp.errors):
        parts.append(f"\n## {module.__name__}\n\n{inspect.getdoc(module)}\n")
        for name in module.__all__:
            thing = getattr(module, name)
            if not inspect.isclass(thing):
                continue
            bases = [base.__name__ for base in thing.__bases__ if base is not object]
            head = f"({', '.join(bases)})" if module is qftp.errors else signature(thing.__init__)
            parts.append(f"\n### {name}{head}\n\n{inspect.getdoc(thing)}\n")
            members = [
                f"- `{member}{call}`: {' '.join((doc or '').split())}" for member, call, doc in own(thing) if doc
            ]
            if members:
                parts.append("\n" + "\n".join(members) + "\n")
    text = re.sub(r":\w+:`", "`", "".join(parts).replace("``", "`"))
    unchanged(DOCS / "reference.md", text)


def test_everything_public_is_documented():
    for module in (qftp.ftp, qftp.tls, qftp.module, qftp.listing, qftp.emulator, qftp.aio, qftp.proto, qftp.errors):
        assert inspect.getdoc(module)
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isclass(thing):
                assert inspect.getdoc(thing), name
                missing = [member for member, _, doc in own(thing) if not doc]
                assert missing == [], f"{module.__name__}.{name}"
