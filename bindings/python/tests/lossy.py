"""A line between host and module that loses bytes of one transfer."""

import socket
import threading

CONNECT = b"\r\nCONNECT\r\n"


class Lossy:
    """Stands before a module on TCP. Of the next transfer it swallows ``lose`` bytes, ``after`` so
    many have passed."""

    def __init__(self, module, *, upload=False):
        host, _, port = module.port[len("tcp://") :].rpartition(":")
        self._address, self._upload = (host, int(port)), upload
        self._after, self._lose = 0, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = "tcp://127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, count, after):
        self._after, self._lose = after, count

    def close(self):
        self._listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _accept(self):
        while True:
            try:
                host, _ = self._listener.accept()
            except OSError:
                return
            module = socket.create_connection(self._address)
            armed = threading.Event()
            for arguments in ((host, module, True, armed), (module, host, False, armed)):
                threading.Thread(target=self._pass_on, args=arguments, daemon=True).start()

    def _pass_on(self, source, sink, to_module, armed):
        passed = None
        while True:
            try:
                data = source.recv(4096)
            except OSError:
                data = b""
            if not data:
                for end in (source, sink):
                    try:
                        end.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
                return
            if self._lose and to_module == self._upload:
                if to_module:
                    # The command that CONNECT answers has gone before.
                    passed = 0 if passed is None and armed.is_set() else passed
                    begin = 0
                elif passed is None and CONNECT in data:
                    passed, begin = 0, data.index(CONNECT) + len(CONNECT)
                else:
                    begin = 0
                if passed is not None:
                    data, passed = self._cut(data, begin, passed)
            if not to_module and CONNECT in data:
                armed.set()
            elif not to_module and self._upload and b"+QFTPPUT:" in data:
                armed.clear()
            try:
                sink.sendall(data)
            except OSError:
                return

    def _cut(self, data, begin, passed):
        at = begin + max(0, self._after - passed)
        count = min(self._lose, max(0, len(data) - at))
        self._lose -= count
        passed = None if not self._lose else passed + len(data) - begin
        return data[:at] + data[at + count :], passed
