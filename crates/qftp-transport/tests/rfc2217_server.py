"""A serial port over RFC 2217 by pyserial's own server side: a loop that hands every byte back.

Prints its port number; then the settings that the client asked for, and its DTR, one line each time they change.
"""

import socket
import sys
import threading

import serial
import serial.rfc2217


class Connection:
    """What PortManager writes its telnet words to."""

    def __init__(self, client):
        self.client = client
        self.lock = threading.Lock()

    def write(self, data):
        with self.lock:
            self.client.sendall(data)


def main():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    print(listener.getsockname()[1], flush=True)
    client, _ = listener.accept()
    port = serial.serial_for_url("loop://", timeout=0.05)
    connection = Connection(client)
    manager = serial.rfc2217.PortManager(port, connection)

    def back():
        while True:
            data = port.read(port.in_waiting or 1)
            if data:
                connection.write(b"".join(manager.escape(data)))

    threading.Thread(target=back, daemon=True).start()
    last = None
    while True:
        try:
            data = client.recv(1024)
        except ConnectionError:
            return
        if not data:
            return
        port.write(b"".join(manager.filter(data)))
        now = f"baud={port.baudrate} bits={port.bytesize} parity={port.parity} stop={port.stopbits} rtscts={port.rtscts} dtr={port.dtr}"
        if now != last:
            print(now, flush=True)
            last = now


sys.exit(main())
