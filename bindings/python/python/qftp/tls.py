"""``FTP_TLS``: the same by FTPS."""

from __future__ import annotations

import os
import ssl
from typing import Any, Dict, Optional, Tuple, Union

from .errors import Misuse
from .ftp import FTP

__all__ = ["FTP_TLS"]


class FTP_TLS(FTP):
    """FTPS through the module: explicit (AUTH TLS), or implicit with ``implicit=True``, usually on port 990.

    The server is checked against the PEM file ``cafile``, or the certificates that ``context`` has loaded; ``insecure=True`` checks
    nothing. ``certfile`` and ``keyfile`` are ours, for servers that want them. The files are brought into the module for the login,
    and taken away by ``quit``. Every login is protected, its data connections too.
    """

    ssl_version = ssl.PROTOCOL_TLS_CLIENT

    def __init__(
        self,
        host: str = "",
        user: str = "",
        passwd: str = "",
        acct: str = "",
        *,
        context: Optional[ssl.SSLContext] = None,
        timeout: Optional[float] = None,
        source_address: Optional[Tuple[str, int]] = None,
        encoding: str = "utf-8",
        cafile: Union[str, "os.PathLike[str]", None] = None,
        certfile: Union[str, "os.PathLike[str]", None] = None,
        keyfile: Union[str, "os.PathLike[str]", None] = None,
        key_password: str = "",
        insecure: bool = False,
        implicit: bool = False,
        any_version: bool = False,
        ignore_dates: bool = False,
        port: Any = None,
        **module: Any,
    ) -> None:
        ca = None if insecure else authority(cafile, context)
        if (certfile is None) != (keyfile is None):
            raise Misuse("certfile and keyfile go together")
        if certfile is not None and ca is None:
            raise Misuse("a client's certificate goes with cafile: a module checks both sides or shows nothing")
        self.context = context
        self._tls: Dict[str, Any] = {
            "implicit": implicit,
            "any_version": any_version,
            "ignore_dates": ignore_dates,
            "ca": ca,
            "certificate": read_file(certfile),
            "key": read_file(keyfile),
            "key_password": key_password,
        }
        pdp_context = module.pop("pdp_context", 1)
        if implicit:
            self.port = 990
        super().__init__(
            host, user, passwd, acct, timeout, source_address, encoding=encoding, port=port, context=pdp_context, **module
        )

    def auth(self) -> str:
        """Nothing to be done: every login begins with it."""
        return "234 AUTH TLS comes with the login."

    def prot_p(self) -> str:
        """Nothing to be done: the data connections of every login are protected."""
        return "200 Protection is private."

    def _ftps(self) -> Optional[Dict[str, Any]]:
        return {name: value for name, value in self._tls.items() if value is not None}


def authority(cafile: Union[str, "os.PathLike[str]", None], context: Optional[ssl.SSLContext]) -> Optional[bytes]:
    if cafile is not None:
        return read_file(cafile)
    if context is None:
        raise Misuse("nothing to check the server against: name the authority's certificate by cafile=, or check nothing by insecure=True")
    if context.verify_mode == ssl.CERT_NONE:
        return None
    loaded = context.get_ca_certs(binary_form=True)
    if not loaded:
        raise Misuse("the context has no certificates loaded that could be brought into the module; name them by cafile=")
    return "".join(ssl.DER_cert_to_PEM_cert(der) for der in loaded).encode()


def read_file(path: Union[str, "os.PathLike[str]", None]) -> Optional[bytes]:
    if path is None:
        return None
    with open(path, "rb") as file:
        return file.read()
