"""What real modules have been seen to do beside the manual, byte by byte: each is a fault or a profile of `qftp emulate`."""

import time

import pytest
from bench import CONNECT, OK, info, payload, urc

BUSY = urc("+CME ERROR: 603")
NOT_OPEN = urc("+CME ERROR: 606")


@pytest.fixture
def logged_in(start, server):
    """A terminal that has logged in, on a module with these arguments."""

    def begin(*arguments):
        terminal = start(*arguments)
        terminal.login(server)
        terminal.short_guard()
        return terminal

    return begin


def faults(*names):
    return [argument for name in names for argument in ("--fault", name)]


def test_603_between_close_and_its_urc(logged_in):
    terminal = logged_in(*faults("slow-close=1500"))
    terminal.ask("AT+QFTPCLOSE")
    terminal.ask("AT+QFTPSTAT", OK, urc("+QFTPSTAT: 0,3"))
    for text in ["AT+QFTPPWD", 'AT+QFTPSIZE="x"', "AT+QFTPCLOSE", 'AT+QFTPGET="x","COM:"', 'AT+QFTPPUT="x","COM:",0']:
        terminal.ask(text, BUSY)
    terminal.expect(urc("+QFTPCLOSE: 0,0"))
    terminal.ask("AT+QFTPSTAT", OK, urc("+QFTPSTAT: 0,4"))
    terminal.ask("AT+QFTPPWD", NOT_OPEN)


def test_603_between_open_and_its_urc(start, server):
    terminal = start(*faults("late-urc=800"))
    terminal.ask('AT+QICSGP=1,1,"UNINET"')
    terminal.ask("AT+QIACT=1")
    terminal.ask('AT+QFTPCFG="account","test","test"')
    terminal.ask(f'AT+QFTPOPEN="127.0.0.1",{server.port}')
    terminal.ask("AT+QFTPSTAT", OK, urc("+QFTPSTAT: 0,0"))
    terminal.ask("AT+QFTPPWD", BUSY)
    terminal.expect(urc("+QFTPOPEN: 0,0"))
    terminal.ask('AT+QFTPCWD="/"')
    terminal.expect(urc("+QFTPCWD: 0,0"))


def test_615_then_603_until_a_close(logged_in, server):
    (server.root / "a.bin").write_bytes(b"12345")
    terminal = logged_in(*faults("data-refused=2"))
    terminal.receive('AT+QFTPGET="a.bin","COM:"', "QFTPGET", b"12345")
    terminal.ask('AT+QFTPGET="a.bin","COM:"', urc("+CME ERROR: 615"))
    for text in ['AT+QFTPGET="a.bin","COM:"', "AT+QFTPPWD", 'AT+QFTPSIZE="a.bin"', 'AT+QFTPLIST="."']:
        terminal.ask(text, BUSY)
    # The control connection is healthy all the while.
    terminal.ask("AT+QFTPSTAT", OK, urc("+QFTPSTAT: 0,1"))
    terminal.ask("AT+QFTPCLOSE", OK, urc("+QFTPCLOSE: 0,0"))
    terminal.ask(f'AT+QFTPOPEN="127.0.0.1",{server.port}', OK, urc("+QFTPOPEN: 0,0"))
    terminal.receive('AT+QFTPGET="a.bin","COM:"', "QFTPGET", b"12345")
    terminal.quiet()


def test_a_download_aborted_by_plus_signs(logged_in, server):
    """The other kind of firmware: OK, state 1, and ATO has nothing to resume. The kind that pauses is in test_terminal_corners."""
    (server.root / "long.bin").write_bytes(payload(2_000_000))
    terminal = logged_in(*faults("escape=abort"))
    terminal.connect('AT+QFTPGET="long.bin","COM:"')
    terminal.take(1000)
    terminal.escape()
    time.sleep(terminal.guard + 0.1)
    came = terminal.rest()
    assert came.endswith(OK), came[-100:]
    terminal.ask("AT+QFTPSTAT", OK, urc("+QFTPSTAT: 0,1"))
    terminal.ask("ATO", urc("NO CARRIER"))
    terminal.ask("AT+QFTPPWD", OK + urc('+QFTPPWD: 0,"/"'))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("control-lost=600", OK + urc("+QFTPGET: 606,0") + urc("+QFTPCLOSE: 606,0")),
        ("pdp-drop=600", OK + urc("+QFTPGET: 605,0") + urc('+QIURC: "pdpdeact",1')),
    ],
)
def test_a_connection_lost_in_mid_download(logged_in, server, fault, words):
    data = payload(1000)
    (server.root / "a.bin").write_bytes(data)
    terminal = logged_in(*faults(fault))
    terminal.ask('AT+QFTPGET="a.bin","COM:"', CONNECT, data[:600], words)
    terminal.ask("AT+QFTPSTAT", OK, urc("+QFTPSTAT: 0,4"))
    if "pdpdeact" in words.decode():
        terminal.ask("AT+QIACT?", OK)
        terminal.ask("AT+QIACT=1", urc("ERROR"))
        terminal.ask_for("AT+QIGETERROR", r"\r\n\+QIGETERROR: (561),[^\r]+\r\n", r"\r\nOK\r\n")
        terminal.ask("AT+QIDEACT=1")
        terminal.ask("AT+QIACT=1")
    terminal.ask(f'AT+QFTPOPEN="127.0.0.1",{server.port}', OK, urc("+QFTPOPEN: 0,0"))
    terminal.receive('AT+QFTPGET="a.bin","COM:"', "QFTPGET", data)
    terminal.quiet()


def test_a_restart_in_mid_download(logged_in, server):
    data = payload(1000)
    (server.root / "a.bin").write_bytes(data)
    terminal = logged_in(*faults("reboot=600"))
    terminal.ask('AT+QFTPGET="a.bin","COM:"', CONNECT, data[:600])
    terminal.expect(urc("RDY") + urc("+CFUN: 1") + urc("+CPIN: READY") + urc("+QUSIM: 1"))
    terminal.expect(urc("+QIND: SMS DONE") + urc("+QIND: PB DONE"))
    terminal.ask("AT+QIACT?", OK)
    terminal.quiet()


def test_silence_without_power(logged_in):
    terminal = logged_in(*faults("power-loss=8cmd"))  # the login is six lines, ATS12 one
    terminal.ask("AT")
    terminal.type(b"AT\r")
    terminal.quiet(0.5)


def test_no_blank_lines(start):
    terminal = start(*faults("no-blank-line"))
    terminal.ask("AT+QFTPSTAT", OK + b"+QFTPSTAT: 0,4\r\n")
    terminal.ask('AT+QFTPCFG="filetype"', b'\r\n+QFTPCFG: "filetype",0\r\nOK\r\n')


def test_urcs_on_another_port(start):
    terminal = start(*faults("urc-port=usbat"))
    terminal.ask("AT+QFTPSTAT")
    terminal.quiet(0.3)
    terminal.ask('AT+QURCCFG="urcport","uart1"')
    terminal.ask("AT+QFTPSTAT", OK, urc("+QFTPSTAT: 0,4"))


def test_error_texts_at_any_level(logged_in):
    terminal = logged_in(*faults("cme=text"))
    terminal.ask("AT+CMEE=1")
    (text,) = terminal.ask_for('AT+QFDEL="missing"', r"\r\n\+CME ERROR: ([^\r]+)\r\n")
    assert not text.isdigit()


def test_the_profile_of_newer_firmware(logged_in, server):
    (server.root / "a.bin").write_bytes(b"12345")
    terminal = logged_in("--profile", "eg800k-like")
    terminal.ask("AT+CGMM", info("EG800K"))
    terminal.ask("AT+QFTPPWD", OK + urc("+QFTPPWD: 0,/"))
    terminal.ask('AT+QFTPCFG="sslctxid",1')
    terminal.ask('AT+QFTPCFG="SSL_ctxID",1', urc("ERROR"))
    terminal.ask('AT+QFTPCFG="cache"', urc("ERROR"))
    terminal.ask('AT+QFTPCFG="account"', info('+QFTPCFG: "account","test","****"'))
    terminal.ask('AT+QFLDS="RAM"', urc("+CME ERROR: 419"))
    terminal.ask('AT+QFTPGET="a.bin","COM:",5', CONNECT, OK, urc("+QFTPGET: 627,550"))


def test_the_note_to_the_letter(logged_in):
    terminal = logged_in("--profile", "strict-note")
    terminal.ask("AT+QFTPPWD", OK + urc("+QFTPPWD: 0,/"))
    terminal.ask('AT+QFTPCFG="account"', info('+QFTPCFG: "account","test","test"'))
    terminal.ask('AT+QFTPCFG="sslctxid",1', urc("ERROR"))
