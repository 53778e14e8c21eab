"""The pytest plugin: a module, a server and a client as fixtures, and the dialogue in the report of a test that failed.

========================  ==================================================================================================
``qftp_module``           the module: an emulated one, or what ``--qftp-port`` names; ``.port`` is for hosts
``qftp_faults``           what goes wrong in the emulated module: ``qftp_faults("reboot=20s")`` from now on, ``qftp_faults()`` nothing
``qftp_ftp_server``       a real FTP server in a folder of its own; ``qftp_ftp_tls_server`` the same with explicit FTPS
``qftp_client``           a :class:`qftp.FTP` that is logged in to that server through that module
========================  ==================================================================================================

``@pytest.mark.qftp(profile="eg912y", faults=["slow-close"])`` chooses the emulated module of a test; ``@pytest.mark.qftp_hardware`` marks
one that needs a real one and is skipped without ``--qftp-port``.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Iterator, List, Optional

import pytest

__all__: List[str] = []

_SECTION = "AT dialogue"
_LINES = 200


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("qftp", "qftp: FTP through a cellular module")
    group.addoption("--qftp-port", metavar="PORT", help="run the tests on the module at this port, instead of emulated ones")
    group.addoption("--qftp-apn", metavar="APN", default=None, help="the access point of that module's network")
    group.addoption(
        "--qftp-server", metavar="URL", help="with --qftp-port: the FTP server that it can reach, ftp://user:password@host/folder"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "qftp(profile=..., faults=[...], seed=...): what the emulated module of this test is like")
    config.addinivalue_line("markers", "qftp_hardware: needs a real module (--qftp-port)")


def pytest_collection_modifyitems(config: pytest.Config, items: List[pytest.Item]) -> None:
    if config.getoption("--qftp-port"):
        return
    skip = pytest.mark.skip(reason="needs a real module: --qftp-port")
    for item in items:
        if item.get_closest_marker("qftp_hardware"):
            item.add_marker(skip)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome: Any = yield
    report = outcome.get_result()
    if report.failed and call.when in ("setup", "call"):
        for speaker in getattr(item, "_qftp_speakers", []):
            lines = speaker()[-_LINES:]
            if lines:
                report.sections.append((_SECTION, "\n".join(lines)))
                break


def _attach(request: pytest.FixtureRequest, dialogue: Callable[[], List[str]]) -> None:
    """Whose words are shown when the test fails: the last that has any, for the client knows data from lines."""
    node: Any = request.node
    node._qftp_speakers = [dialogue, *getattr(node, "_qftp_speakers", [])]


class HardwareModule:
    """The real module that ``--qftp-port`` names."""

    def __init__(self, port: str, apn: Optional[str]) -> None:
        #: What a host gives as its port.
        self.port = port
        #: The access point.
        self.apn = apn
        #: A real one.
        self.emulated = False


class EmulatedModule:
    """An emulated module of a test."""

    def __init__(self, **settings: Any) -> None:
        from .emulator import Module

        #: The :class:`qftp.emulator.Module`.
        self.module = Module(**settings)
        #: What a host gives as its port.
        self.port = self.module.port
        #: The access point.
        self.apn = "internet"
        #: Not a real one.
        self.emulated = True

    def set_faults(self, *faults: str) -> None:
        """From now on these go wrong, and nothing else."""
        self.module.set_faults(*faults)

    def power_cycle(self) -> None:
        """Switches the power off and on."""
        self.module.power_cycle()

    def dialogue(self) -> List[str]:
        """What passed, as the module sees it."""
        return self.module.dialogue()


@pytest.fixture
def qftp_module(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The module: an emulated one for each test, or the real one of ``--qftp-port``."""
    port = request.config.getoption("--qftp-port")
    if port:
        yield HardwareModule(port, request.config.getoption("--qftp-apn"))
        return
    marker = request.node.get_closest_marker("qftp")
    module = EmulatedModule(**(marker.kwargs if marker else {}))
    _attach(request, module.dialogue)
    try:
        yield module
    finally:
        module.module.stop()


@pytest.fixture
def qftp_faults(qftp_module: Any) -> Callable[..., None]:
    """Sets what goes wrong in the emulated module from now on; without arguments nothing does."""
    if not qftp_module.emulated:
        pytest.skip("a real module has no faults to switch on")
    set_faults: Callable[..., None] = qftp_module.set_faults
    return set_faults


class Server:
    """An FTP server for a test: real, by pyftpdlib, in a thread."""

    def __init__(self, folder: Any, certificate: Any = None) -> None:
        import threading
        import warnings

        with warnings.catch_warnings():
            # It stands on modules that old Pythons announce the end of.
            warnings.simplefilter("ignore", DeprecationWarning)
            from pyftpdlib.authorizers import DummyAuthorizer
            from pyftpdlib.handlers import FTPHandler
            from pyftpdlib.ioloop import IOLoop
            from pyftpdlib.servers import FTPServer

        #: Its root folder.
        self.folder = folder
        #: An account with every right.
        self.user, self.password = "qftp", "qftp-test-password"
        authorizer = DummyAuthorizer()
        authorizer.add_user(self.user, self.password, str(folder), perm="elradfmwMT")
        settings = {"authorizer": authorizer, "use_sendfile": False}
        if certificate is None:
            handler = type("Handler", (FTPHandler,), settings)
        else:
            # There only where pyOpenSSL is.
            from pyftpdlib.handlers import TLS_FTPHandler

            settings |= {"certfile": str(certificate), "tls_control_required": True, "tls_data_required": True}
            handler = type("Handler", (TLS_FTPHandler,), settings)
        #: The file with the certificate that a client checks it against, of a server with FTPS.
        self.cafile = certificate
        # A loop of its own: servers that share one, in two threads, say everything twice.
        self._server = FTPServer(("127.0.0.1", 0), handler, ioloop=IOLoop())
        #: Where it listens.
        self.host, self.port = "127.0.0.1", int(self._server.address[1])
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._over.is_set():
            self._server.serve_forever(timeout=0.02, blocking=False, handle_exit=False)
        # By the thread that polls: another would take its descriptors away from under it.
        self._server.close_all()

    @property
    def url(self) -> str:
        """Where it is, and who may log in."""
        scheme = "ftp" if self.cafile is None else "ftpes"
        return f"{scheme}://{self.user}:{self.password}@{self.host}:{self.port}/"

    def close(self) -> None:
        """Stops it."""
        self._over.set()
        self._thread.join(5)


class RemoteServer:
    """The server of ``--qftp-server``, which a real module can reach."""

    def __init__(self, url: str) -> None:
        from urllib.parse import unquote, urlsplit

        parts = urlsplit(url)
        #: As it was given.
        self.url = url
        #: Where it listens.
        self.host, self.port = parts.hostname or "", parts.port or 21
        #: Who logs in.
        self.user, self.password = unquote(parts.username or "anonymous"), unquote(parts.password or "")
        #: The folder on the server.
        self.path = parts.path
        #: Its files are on another machine.
        self.folder = None


@pytest.fixture
def qftp_ftp_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real FTP server in a folder of its own; with ``--qftp-port``, the one of ``--qftp-server``."""
    url = request.config.getoption("--qftp-server")
    if request.config.getoption("--qftp-port"):
        if not url:
            pytest.skip("a real module needs a server that it can reach: --qftp-server")
        yield RemoteServer(url)
        return
    server = Server(tmp_path_factory.mktemp("ftp"))
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def qftp_ftp_tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real FTP server with explicit FTPS and a certificate of its own, whose file is ``.cafile``."""
    folder = tmp_path_factory.mktemp("ftps")
    server = Server(tmp_path_factory.mktemp("ftp"), _certificate(folder))
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def qftp_client(request: pytest.FixtureRequest, qftp_module: Any, qftp_ftp_server: Any) -> Iterator[Any]:
    """A :class:`qftp.FTP` that is logged in to the server through the module."""
    from .ftp import FTP

    ftp = FTP(port=qftp_module.port, apn=qftp_module.apn)
    _attach(request, ftp.dialogue)
    try:
        ftp.connect(qftp_ftp_server.host, qftp_ftp_server.port)
        ftp.login(qftp_ftp_server.user, qftp_ftp_server.password)
        path = getattr(qftp_ftp_server, "path", "")
        if path.strip("/"):
            ftp.cwd(path)
        yield ftp
    finally:
        ftp.__exit__()


def _certificate(folder: Any) -> Any:
    """A certificate of 127.0.0.1 that signed itself, with its key, in one file."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = os.path.join(str(folder), "server.pem")
    with open(path, "wb") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    return path
