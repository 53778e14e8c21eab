"""An FTP server on loopback, of pyftpdlib, whose replies can be others than its own.

--reply STOR="452 No space."   is what the command is answered, and all that happens
--end   STOR="552 Over quota." is the last word on a transfer that otherwise works; LIST stands for NLST and MLSD as well
--greet "421 Not now."         in place of 220, and the connection is closed
--entry "../name"              is a file more in every listing, by this very name
--lose RNTO                    is done, and the connection closed without a reply
--drop RNTO                    is not done the first time, and the connection closed
--hide NAME                    is a file or folder that no listing shows
--vanish NAME                  is a folder that is removed as soon as somebody looks into it
"""

import argparse
import logging
import os
import shutil

from OpenSSL import SSL
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import DTPHandler, FTPHandler, TLS_DTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer


def pair(text):
    command, reply = text.split("=", 1)
    return command, reply


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    for name in ["root", "user", "password"]:
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--form", choices=["plain", "explicit", "implicit"], required=True)
    for name in ["certificate", "key", "ca", "version", "greet"]:
        parser.add_argument(f"--{name}")
    for name in ["reply", "end"]:
        parser.add_argument(f"--{name}", type=pair, action="append", default=[])
    parser.add_argument("--entry", action="append", default=[])
    parser.add_argument("--lose", action="append", default=[])
    parser.add_argument("--drop", action="append", default=[])
    parser.add_argument("--hide", action="append", default=[])
    parser.add_argument("--vanish", action="append", default=[])
    parser.add_argument("--idle", type=int, default=300)
    parser.add_argument("--most", type=int, default=512)
    return parser.parse_args()


class Implicit(TLS_FTPHandler):
    """TLS first, then the greeting."""

    def handle(self):
        self.greeted = False
        self.secure_connection(self.ssl_context)

    def handle_ssl_established(self):
        super().handle_ssl_established()
        if not self.greeted:
            self.greeted = True
            FTPHandler.handle(self)


def context(args):
    made = SSL.Context(SSL.TLS_SERVER_METHOD)
    made.use_certificate_chain_file(args.certificate)
    made.use_privatekey_file(args.key)
    if args.version:
        version = getattr(SSL, args.version)
        if version == SSL.TLS1_VERSION:
            made.set_cipher_list(b"ALL:@SECLEVEL=0")
        made.set_min_proto_version(version)
        made.set_max_proto_version(version)
    if args.ca:
        made.load_verify_locations(args.ca)
        # Without it a data connection cannot resume a session that showed a certificate.
        made.set_session_id(b"qftp")
        made.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *verdict: bool(verdict[4]))
    return made


def answers(reply):
    def answer(self, *_args, **_kwargs):
        self.respond(reply)

    return answer


def loses(base, command):
    def answer(self, *args, **kwargs):
        self.respond = lambda *_args, **_kwargs: None
        getattr(base, f"ftp_{command}")(self, *args, **kwargs)
        self.close()

    return answer


def drops(base, command):
    dropped = []

    def answer(self, *args, **kwargs):
        if dropped:
            return getattr(base, f"ftp_{command}")(self, *args, **kwargs)
        dropped.append(True)
        return self.close()

    return answer


def ends(base, replies):
    """Data connections whose last word is another's."""

    class Data(base):
        def close(self):
            verb = "STOR" if self.receive else "RETR" if self.file_obj else "LIST"
            if self._resp and not self._closed and verb in replies:
                self._resp = (replies[verb], logging.info)
            super().close()

    return Data


def lists_otherwise(names, hidden, vanishing):
    """Folders whose listings show files that are not there, and leave out some that are; and folders that vanish."""

    class Folders(AbstractedFS):
        def listdir(self, path):
            if os.path.basename(path) in vanishing:
                shutil.rmtree(path)
            return [name for name in super().listdir(path) if name not in hidden]

        def format_mlsx(self, *args, **kwargs):
            yield from super().format_mlsx(*args, **kwargs)
            for name in names:
                yield f"type=file;size=5;modify=20200101000000; {name}\r\n".encode()

    return Folders


def handler(args):
    base = {"plain": FTPHandler, "explicit": TLS_FTPHandler, "implicit": Implicit}[args.form]

    class Handler(base):
        banner = "ready"
        timeout = args.idle

        def on_connect(self):
            if args.greet:
                self.respond(args.greet)
                self.close_when_done()

    if args.form != "plain":
        Handler.ssl_context = context(args)
        Handler.certfile = args.certificate
        Handler.tls_control_required = Handler.tls_data_required = True
    for command, reply in args.reply:
        setattr(Handler, f"ftp_{command}", answers(reply))
    for command in args.lose:
        setattr(Handler, f"ftp_{command}", loses(base, command))
    for command in args.drop:
        setattr(Handler, f"ftp_{command}", drops(base, command))
    if args.entry or args.hide or args.vanish:
        Handler.abstracted_fs = lists_otherwise(args.entry, args.hide, args.vanish)
    data = DTPHandler if args.form == "plain" else TLS_DTPHandler
    Handler.dtp_handler = ends(data, dict(args.end))
    Handler.authorizer = DummyAuthorizer()
    Handler.authorizer.add_user(args.user, args.password, args.root, perm="elradfmwMT")
    return Handler


def main():
    args = arguments()
    logging.basicConfig(level=logging.DEBUG)
    server = FTPServer(("127.0.0.1", args.port), handler(args))
    server.max_cons = args.most
    server.serve_forever()


if __name__ == "__main__":
    main()
