"""qftp: files over FTP and FTPS through a Quectel cellular module, exact for every byte.

``qftp.FTP`` and ``qftp.FTP_TLS`` have the methods of ``ftplib``'s classes and two more things to say: the module's ``port`` and the
network's ``apn``::

    with qftp.FTP("ftp.example.org", "me", "secret", port="/dev/ttyUSB2", apn="internet") as ftp:
        ftp.get("firmware.bin", "firmware.bin", resume=True, retries=5)

``port="emulator:"`` starts an emulated module, so that everything runs with no hardware.
"""

import importlib as _importlib
from ftplib import all_errors, error_perm, error_proto, error_reply, error_temp

from ._qftp import DEBUG_BUILD as _DEBUG_BUILD
from ._qftp import __version__
from .errors import (
    Cancelled,
    CertificateError,
    DiffersError,
    Error,
    FileMissing,
    LineError,
    LineTimeout,
    LoginRefused,
    Misuse,
    ModuleError,
    ModuleTimeout,
    NotRenamed,
    PortError,
    ServerError,
    ServerRefused,
    ServerTrouble,
)
from .ftp import FTP
from .listing import Entry
from .module import Module
from .tls import FTP_TLS

__all__ = [
    "FTP",
    "FTP_TLS",
    "Cancelled",
    "CertificateError",
    "DiffersError",
    "Entry",
    "Error",
    "FileMissing",
    "LineError",
    "LineTimeout",
    "LoginRefused",
    "Misuse",
    "Module",
    "ModuleError",
    "ModuleTimeout",
    "NotRenamed",
    "PortError",
    "ServerError",
    "ServerRefused",
    "ServerTrouble",
    "__version__",
    "all_errors",
    "error_perm",
    "error_proto",
    "error_reply",
    "error_temp",
]

if _DEBUG_BUILD:
    import warnings

    warnings.warn("this build of qftp is not optimized: for tests only", RuntimeWarning, stacklevel=2)


def __getattr__(name: str) -> object:
    """Submodules that not every program wants, when they are asked for."""
    if name in ("aio", "emulator", "proto"):
        return _importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
