"""The pytest plugin, as a test bench uses it."""

import sys

OPTIONS = ("-p", "no:cacheprovider", "-W", "ignore")


def test_fixtures(pytester):
    pytester.makepyfile(
        """
        import io, pytest

        def test_up(qftp_client, qftp_ftp_server):
            qftp_client.storbinary("STOR a", io.BytesIO(b"12345"))
            assert (qftp_ftp_server.folder / "a").read_bytes() == b"12345"

        @pytest.mark.qftp(profile="eg912y")
        def test_another_module(qftp_module):
            import qftp
            with qftp.Module(qftp_module.port) as module:
                assert module.info().model == "EG912Y"

        def test_faults(qftp_client, qftp_faults):
            import qftp
            qftp_faults("no-sim")
            with pytest.raises(qftp.ModuleError) as caught:
                qftp_client.connect()
            assert "SIM" in str(caught.value)
            qftp_faults()
            qftp_client.connect()

        @pytest.mark.qftp_hardware
        def test_hardware(qftp_module):
            assert not qftp_module.emulated
        """
    )
    pytester.runpytest_subprocess(*OPTIONS).assert_outcomes(passed=3, skipped=1)


def test_the_dialogue_is_in_the_report(pytester):
    pytester.makepyfile(
        """
        def test_fails(qftp_client):
            qftp_client.size("firmware.bin")
        """
    )
    result = pytester.runpytest_subprocess(*OPTIONS)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*FileMissing: 550*", "*AT dialogue*", "> AT*QFTPCFG=*account*[*][*][*]*", '> AT+QFTPSIZE="firmware.bin"', "< +QFTPSIZE: 627,550"]
    )
    assert "qftp-test-password" not in result.stdout.str()


def test_a_failed_set_up_has_its_dialogue_too(pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.qftp(faults=["no-sim"])
        def test_fails(qftp_client):
            pass
        """
    )
    result = pytester.runpytest_subprocess(*OPTIONS)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*AT dialogue*", "> AT+CPIN[?]", "*CME ERROR*"])


def test_a_module_that_is_there(pytester):
    """``--qftp-port`` runs the same tests on another module: here one that this test has started."""
    import qftp.emulator
    from qftp.pytest_plugin import Server

    pytester.makepyfile(
        """
        def test_up(qftp_client, qftp_module):
            assert not qftp_module.emulated
            qftp_client.storbinary("STOR plugin", open(__file__, "rb"))

        def test_faults(qftp_faults):
            raise AssertionError("a real module has none")
        """
    )
    server = Server(pytester.mkdir("served"))
    with qftp.emulator.Module() as module:
        result = pytester.runpytest_subprocess(
            *OPTIONS, f"--qftp-port={module.port}", "--qftp-apn=internet", f"--qftp-server={server.url}"
        )
    server.close()
    result.assert_outcomes(passed=1, skipped=1)
    assert (pytester.path / "served" / "plugin").exists()


def test_it_loads_nothing_heavy(pytester):
    heavy = ("pyftpdlib", "cryptography", "OpenSSL", "qftp.aio", "qftp.emulator", "fsspec", "labgrid")
    program = f"import sys, qftp.pytest_plugin; print([name for name in {heavy} if name in sys.modules])"
    result = pytester.run(sys.executable, "-W", "ignore", "-c", program)
    assert result.outlines == ["[]"]
