"""FTP_TLS against a real server with FTPS."""

import ftplib
import inspect
import io
import ssl

import pytest

import qftp

PAYLOAD = bytes(range(256)) * 400


@pytest.fixture
def login(qftp_module, qftp_ftp_tls_server):
    opened = []

    def login(**settings):
        ftp = qftp.FTP_TLS(port=qftp_module.port, apn="internet", **settings)
        opened.append(ftp)
        ftp.connect(qftp_ftp_tls_server.host, qftp_ftp_tls_server.port)
        ftp.auth()
        ftp.login(qftp_ftp_tls_server.user, qftp_ftp_tls_server.password)
        ftp.prot_p()
        return ftp

    yield login
    for ftp in opened:
        ftp.close()


def test_up_and_down(login, qftp_ftp_tls_server, qftp_module):
    ftp = login(cafile=qftp_ftp_tls_server.cafile)
    ftp.storbinary("STOR a", io.BytesIO(PAYLOAD))
    assert (qftp_ftp_tls_server.folder / "a").read_bytes() == PAYLOAD
    got = []
    ftp.retrbinary("RETR a", got.append)
    assert b"".join(got) == PAYLOAD
    ftp.quit()
    # Certificates do not stay in the module.
    with qftp.Module(qftp_module.port) as module:
        assert module.files() == []


def test_a_context(login, qftp_ftp_tls_server):
    context = ssl.create_default_context(cafile=qftp_ftp_tls_server.cafile)
    ftp = login(context=context)
    assert ftp.pwd() == "/"
    ftp.quit()
    unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    assert login(context=unchecked).pwd() == "/"
    with pytest.raises(qftp.Misuse, match="cafile"):
        login(context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


def test_nothing_is_unchecked_by_chance(login, qftp_ftp_tls_server, tmp_path):
    with pytest.raises(qftp.Misuse, match="insecure=True"):
        qftp.FTP_TLS()
    with pytest.raises(FileNotFoundError):
        qftp.FTP_TLS(cafile=tmp_path / "none")
    with pytest.raises(qftp.Misuse, match="go together"):
        qftp.FTP_TLS(insecure=True, certfile=qftp_ftp_tls_server.cafile)
    assert login(insecure=True).pwd() == "/"


def test_the_wrong_authority(login, tmp_path):
    from qftp.pytest_plugin import _certificate

    other = _certificate(tmp_path)
    with pytest.raises(qftp.CertificateError) as caught:
        login(cafile=other)
    assert caught.value.code == 631 and isinstance(caught.value, ftplib.all_errors)
    causes = [cause for cause, _ in caught.value.suspects]
    assert "not signed by the CA certificate" in causes[0] and len(causes) > 3


def test_every_method_of_ftplib():
    missing = [name for name in dir(ftplib.FTP_TLS) if not name.startswith("_") and not hasattr(qftp.FTP_TLS, name)]
    assert missing == []
    wanted = set(inspect.signature(ftplib.FTP_TLS).parameters) - {"keyfile", "certfile"}
    assert wanted <= set(inspect.signature(qftp.FTP_TLS).parameters)
    with pytest.raises(io.UnsupportedOperation):
        qftp.FTP_TLS(insecure=True).prot_c()
