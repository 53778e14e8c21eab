"""Section 3 of the manual, typed word by word by somebody who has only the manual, a terminal and a server of his own.

Differences from its words, and why:
- The server's address, and the user's: the manual's server is not ours.
- Section 3.1 sets `filetype` 1 (ASCII), under which a server may change what it stores; from 3.4 on the sizes are the manual's only under
  type 0, so that is what the other sections log in with. Files of bytes are compared there from outside.
- `AT+QFLST=SD:*"` has lost its first quote in print, and one `"COM:"` has a space in it: the first is typed whole, the second as printed.
- Where one section prints `+QFTPSTAT` before its OK and another after: after, as section 2.17 and real modules have it.
- 3.2 (FTPS) is not here.
"""

import os

import pytest
from bench import OK, PASSWORD, USER, Server, checksum, info, payload, payload_707, urc


def test_a_bare_at(terminal):
    terminal.type(b"AT\r")
    terminal.expect(b"AT\r\r\nOK\r\n")
    terminal.quiet()


def test_3_1_login(terminal, server):
    terminal.ask('AT+QICSGP=1,1,"UNINET","","",1')
    terminal.ask("AT+QIACT=1")
    terminal.ask_for("AT+QIACT?", r'\r\n\+QIACT: 1,1,1,"(\d+\.\d+\.\d+\.\d+)"\r\n', r"\r\nOK\r\n")
    terminal.ask('AT+QFTPCFG="contextid",1')
    terminal.ask(f'AT+QFTPCFG="account","{USER}","{PASSWORD}"')
    terminal.ask('AT+QFTPCFG="filetype",1')
    terminal.ask('AT+QFTPCFG="transmode",1')
    terminal.ask('AT+QFTPCFG="rsptimeout",90')
    terminal.ask(f'AT+QFTPOPEN="127.0.0.1",{server.port}', OK, urc("+QFTPOPEN: 0,0"))
    terminal.ask("AT+QFTPSTAT", OK, urc("+QFTPSTAT: 0,1"))
    terminal.quiet()
    assert f"USER {USER}" in server.commands and f"PASS {PASSWORD}" in server.commands

    # ASCII means that the server keeps its own line ends.
    terminal.short_guard()
    terminal.connect('AT+QFTPPUT="text.txt","COM:",0')
    terminal.type(b"one\r\ntwo\r\n")
    terminal.escape()
    terminal.expect(OK + urc("+QFTPPUT: 0,10"))
    assert (server.root / "text.txt").read_bytes() == b"one\ntwo\n"
    # `TYPE A N` means the same, and this server, like others, does not know it.
    assert "TYPE A" in server.commands


def test_3_3_folders(session, server):
    session.ask('AT+QFTPCWD="/"', OK, urc("+QFTPCWD: 0,0"))
    (path,) = session.ask_for("AT+QFTPPWD", r"\r\nOK\r\n", r"\r\n\+QFTPPWD: 0,(.+)\r\n")
    assert path.strip('"') == "/"
    session.ask('AT+QFTPMKDIR="TEST"', OK, urc("+QFTPMKDIR: 0,0"))
    assert (server.root / "TEST").is_dir()
    session.ask('AT+QFTPRENAME="TEST","TEST_NEW"', OK, urc("+QFTPRENAME: 0,0"))
    assert os.listdir(server.root) == ["TEST_NEW"]
    session.ask('AT+QFTPRMDIR="TEST_NEW"', OK, urc("+QFTPRMDIR: 0,0"))
    assert os.listdir(server.root) == []
    session.quiet()


def test_3_4_files(session, server):
    file = server.root / "test_my1.txt"
    file.write_bytes(payload(1000))
    os.utime(file, (1404817239, 1404817239))  # 2014-07-08 11:00:39 UTC, as in the manual
    session.ask('AT+QFTPCWD="/"', OK, urc("+QFTPCWD: 0,0"))
    session.ask('AT+QFTPSIZE="test_my1.txt"', OK, urc("+QFTPSIZE: 0,1000"))
    session.ask('AT+QFTPRENAME="test_my1.txt","test_new.txt"', OK, urc("+QFTPRENAME: 0,0"))
    assert os.listdir(server.root) == ["test_new.txt"]
    session.ask('AT+QFTPMDTM="test_new.txt"', OK, urc('+QFTPMDTM: 0,"20140708110039"'))
    session.ask('AT+QFTPDEL="test_new.txt"', OK, urc("+QFTPDEL: 0,0"))
    assert os.listdir(server.root) == []
    session.quiet()


def test_3_5_listings(session, server):
    (server.root / "TEST_2").mkdir()
    (server.root / "TEST_2" / "inside.bin").write_bytes(b"12345")
    (server.root / "a file.txt").write_bytes(b"1")
    session.ask('AT+QFTPCWD="/"', OK, urc("+QFTPCWD: 0,0"))
    for kind, file in [("LIST", "list.txt"), ("NLST", "nlst.txt"), ("MLSD", "nlst.txt")]:
        here = session.receive_any(f'AT+QFTP{kind}="."', f"QFTP{kind}")
        assert here.count(b"\r\n") == 2 and b"TEST_2" in here and b"a file.txt" in here
        (length,) = session.ask_for(
            f'AT+QFTP{kind}=".","RAM:{file}"', r"\r\nOK\r\n", rf"\r\n\+QFTP{kind}: 0,(\d+)\r\n"
        )
        in_ram = session.module.file(f"RAM:{file}")
        assert in_ram.read_bytes() == here and int(length) == len(here)
        in_ram.unlink()  # the manual uses one name twice
        there = session.receive_any(f'AT+QFTP{kind}="TEST_2","COM:"', f"QFTP{kind}")
        assert there.count(b"\r\n") == 1 and b"inside.bin" in there
        if kind == "NLST":
            assert sorted(here.split()) == sorted(b"TEST_2 a file.txt".split()) and there == b"inside.bin\r\n"
        if kind == "MLSD":
            assert b"size=5" in there.lower() and b"type=file" in there.lower() and b"type=dir" in here.lower()
    session.quiet()


def test_3_6_upload_until_plus_plus_plus(terminal, server):
    """The first two uploads of 3.6. The guard time here is the real second that the module starts with."""
    terminal.login(server)
    first, more = payload(1000), payload(1500)[1000:]
    file = server.root / "test_my1.txt"
    terminal.ask('AT+QFTPCWD="/"', OK, urc("+QFTPCWD: 0,0"))
    terminal.ask("AT+QFTPSTAT", OK, urc("+QFTPSTAT: 0,1"))
    terminal.connect('AT+QFTPPUT="test_my1.txt","COM:",0')
    terminal.type(first)
    terminal.escape()
    terminal.expect(OK + urc("+QFTPPUT: 0,1000"))
    assert file.read_bytes() == first
    terminal.ask("AT+QFTPLEN", OK, urc("+QFTPLEN: 0,1000"))
    terminal.ask('AT+QFTPSIZE="test_my1.txt"', OK, urc("+QFTPSIZE: 0,1000"))
    terminal.connect('AT+QFTPPUT="test_my1.txt","COM:",1000')
    terminal.type(more)
    terminal.escape()
    terminal.expect(OK + urc("+QFTPPUT: 0,500"))
    terminal.ask('AT+QFTPSIZE="test_my1.txt"', OK, urc("+QFTPSIZE: 0,1500"))
    assert file.read_bytes() == first + more
    terminal.quiet()


def test_3_6_upload_in_two_parts(session, server):
    data = payload(2048)
    session.connect('AT+QFTPPUT="test_my1.txt","COM:",0,1024,0')
    session.type(data[:1024])
    session.expect(OK + urc("+QFTPPUT: 0,1024"))
    session.connect('AT+QFTPPUT="test_my1.txt","COM: ",1024,1024,1')
    session.type(data[1024:])
    session.expect(OK + urc("+QFTPPUT: 0,1024"))
    assert (server.root / "test_my1.txt").read_bytes() == data
    session.quiet()


@pytest.mark.parametrize("drive", ["RAM", "UFS", "SD"])
def test_3_6_upload_from_a_file_of_the_module(session, server, drive):
    data = payload_707(1000)
    name = f"{drive}:test_{drive.lower()}.txt"
    session.connect(f'AT+QFUPL="{name}",1000,300,1')
    session.type(data)
    session.expect(info("+QFUPL: 1000,707"))
    assert session.module.file(name).read_bytes() == data
    session.ask(f'AT+QFLST="{drive}:*"', info(f'+QFLST: "{name}",1000'))
    session.ask(f'AT+QFTPPUT="test_my1.txt","{name}",0', OK, urc("+QFTPPUT: 0,1000"))
    assert (server.root / "test_my1.txt").read_bytes() == data
    session.ask("AT+QFTPLEN", OK, urc("+QFTPLEN: 0,1000"))
    session.ask('AT+QFTPSIZE="test_my1.txt"', OK, urc("+QFTPSIZE: 0,1000"))
    session.ask(f'AT+QFDEL="{name}"')
    assert not session.module.file(name).exists()
    session.quiet()


def test_3_6_ack_mode(terminal):
    """Section 3.6 sets ACK mode, but its files are shorter than the 1024 bytes that are acknowledged: here are longer ones."""
    data = payload(2500)
    terminal.connect('AT+QFUPL="UFS:ack.bin",2500,300,1')
    for part in (data[:1024], data[1024:2048]):
        terminal.quiet(0.05)
        terminal.type(part)
        terminal.expect(b"A")
    terminal.quiet(0.05)
    terminal.type(data[2048:])
    terminal.expect(info(f"+QFUPL: 2500,{checksum(data)}"))
    assert terminal.module.file("UFS:ack.bin").read_bytes() == data
    # Without ACK mode nothing is said in between.
    terminal.connect('AT+QFUPL="UFS:plain.bin",2500,300')
    terminal.type(data)
    terminal.expect(info(f"+QFUPL: 2500,{checksum(data)}"))


def test_3_7_download_to_the_port(session, server):
    data = payload(1000)
    (server.root / "test_my.txt").write_bytes(data)
    (server.root / "test.txt").write_bytes(data)
    session.ask('AT+QFTPCWD="/"', OK, urc("+QFTPCWD: 0,0"))
    session.receive('AT+QFTPGET="test_my.txt","COM:"', "QFTPGET", data)
    session.receive('AT+QFTPGET="test.txt","COM:",0,500', "QFTPGET", data[:500])
    session.receive('AT+QFTPGET="test.txt","COM:",500,500', "QFTPGET", data[500:])
    # A part that the file does not fill is shorter, and says so.
    session.receive('AT+QFTPGET="test.txt","COM:",900,500', "QFTPGET", data[900:])
    session.quiet()


@pytest.mark.parametrize("drive", ["RAM", "UFS", "SD"])
def test_3_7_download_to_a_file_of_the_module(session, server, drive):
    data = payload(1000)
    (server.root / "test_my1.txt").write_bytes(data)
    session.ask(f'AT+QFTPGET="test_my1.txt","{drive}:test.txt"', OK, urc("+QFTPGET: 0,1000"))
    session.ask(f'AT+QFLST="{drive}:*"', info(f'+QFLST: "{drive}:test.txt",1000'))
    session.ask(f'AT+QFTPGET="test_my1.txt","{drive}:test1.txt",450', OK, urc("+QFTPGET: 0,550"))
    session.ask("AT+QFTPLEN", OK, urc("+QFTPLEN: 0,550"))
    session.ask(f'AT+QFLST="{drive}:*"', info(f'+QFLST: "{drive}:test.txt",1000', f'+QFLST: "{drive}:test1.txt",550'))
    assert session.module.file(f"{drive}:test.txt").read_bytes() == data
    assert session.module.file(f"{drive}:test1.txt").read_bytes() == data[450:]
    # And out of the module again (the manual leaves that to another one).
    session.connect(f'AT+QFDWL="{drive}:test.txt"')
    session.expect(data)
    session.expect(info(f"+QFDWL: 1000,{checksum(data)}"))
    session.quiet()


def test_3_8_logout(session, server):
    session.ask("AT+QFTPCLOSE", OK, urc("+QFTPCLOSE: 0,0"))
    session.ask("AT+QIDEACT=1")
    session.ask("AT+QFTPSTAT", OK, urc("+QFTPSTAT: 0,4"))
    session.ask("AT+QIACT?")
    assert server.commands[-1] == "QUIT"
    session.quiet()


def test_every_byte_both_ways(session, server):
    """More than any buffer on the way, up with `+++` at its end inside the data, down again."""
    data = payload(300_000) + b"\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n" + b"+++"
    session.connect(f'AT+QFTPPUT="all.bin","COM:",0,{len(data)},1')
    session.type(data)
    session.expect(OK + urc(f"+QFTPPUT: 0,{len(data)}"))
    assert (server.root / "all.bin").read_bytes() == data
    session.receive('AT+QFTPGET="all.bin","COM:"', "QFTPGET", data)
    session.ask('AT+QFTPGET="all.bin","UFS:all.bin"', OK, urc(f"+QFTPGET: 0,{len(data)}"))
    assert session.module.file("UFS:all.bin").read_bytes() == data
    session.quiet()
