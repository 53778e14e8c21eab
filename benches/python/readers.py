"""A download of SIZE bytes from a pseudo-terminal, in one of the usual shapes of a script: CPU seconds of this process, as JSON.

usage: readers.py SHAPE PORT NAME SIZE
"""

import json
import resource
import sys
import time


def say(port, command, word):
    """Says a command, and reads up to and with a word."""
    port.write(command.encode() + b"\r")
    heard = b""
    while not heard.endswith(word):
        heard += port.read(1)


def log_in(port):
    for command in [
        "ATE0",
        'AT+QICSGP=1,1,"internet"',
        "AT+QIACT=1",
        'AT+QFTPCFG="contextid",1',
        'AT+QFTPCFG="account","me","secret"',
        'AT+QFTPCFG="filetype",0',
        'AT+QFTPCFG="transmode",1',
    ]:
        say(port, command, b"OK\r\n")
    say(port, 'AT+QFTPOPEN="server",21', b"+QFTPOPEN: 0,0\r\n")


def read_1(port, size):
    data = bytearray()
    while len(data) < size:
        data += port.read(1)
    return len(data)


def read_4096(port, size):
    data = bytearray()
    while len(data) < size:
        data += port.read(min(4096, size - len(data)))
    return len(data)


def growing(port, size):
    """What forums show: reads until the end is in what was read."""
    data = b""
    while b"\r\n+QFTPGET: 0," not in data:
        data += port.read(max(1, min(4096, port.in_waiting)))
    return min(len(data), size)


def thread(port, size):
    import threading

    from serial.threaded import Protocol, ReaderThread

    whole = threading.Event()

    class Count(Protocol):
        came = 0

        def data_received(self, data):
            self.came += len(data)
            if self.came >= size:
                whole.set()

    with ReaderThread(port, Count) as protocol:
        whole.wait()
        return min(protocol.came, size)


SHAPES = {"read(1)": read_1, "read(4096)": read_4096, "a growing buffer": growing, "ReaderThread": thread}


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(shape, path, name, size):
    size = int(size)
    if shape == "qftp":
        import qftp

        came = 0

        def count(piece):
            nonlocal came
            came += len(piece)

        with qftp.FTP("server", "me", "secret", port=path, apn="internet") as ftp:
            before, began = cpu(), time.perf_counter()
            ftp.retrbinary(f"RETR {name}", count)
            after = cpu()
            seconds = time.perf_counter() - began
    else:
        import serial

        with serial.Serial(path, 115200, timeout=60) as port:
            log_in(port)
            before, began = cpu(), time.perf_counter()
            say(port, f'AT+QFTPGET="{name}","COM:",0,{size}', b"CONNECT\r\n")
            came = SHAPES[shape](port, size)
            after = cpu()
            seconds = time.perf_counter() - began
    assert came == size, (came, size)
    print(json.dumps({"shape": shape, "size": size, "cpu": after - before, "seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
