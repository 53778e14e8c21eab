"""What of ftplib a module can do, and what it cannot."""

from __future__ import annotations

from typing import Dict

#: Methods of ftplib that a module cannot do, each with its reason. They raise ``io.UnsupportedOperation``.
UNSUPPORTED: Dict[str, str] = {
    "acct": "the module has no ACCT command",
    "ccc": "the module protects the control connection of a login for as long as it lasts",
    "getline": "the control connection ends in the module; its lines never reach the host",
    "getmultiline": "the control connection ends in the module; its lines never reach the host",
    "getresp": "the control connection ends in the module; its lines never reach the host",
    "makepasv": "the data connection ends in the module",
    "makeport": "the data connection ends in the module",
    "ntransfercmd": "the data connection ends in the module: there is no socket to hand out; use retrbinary or storbinary",
    "prot_c": "the module protects the data connections of every FTPS login",
    "putcmd": "the control connection ends in the module; it sends commands of its own only",
    "putline": "the control connection ends in the module; it sends commands of its own only",
    "sendeprt": "the data connection ends in the module",
    "sendport": "the data connection ends in the module",
    "transfercmd": "the data connection ends in the module: there is no socket to hand out; use retrbinary or storbinary",
    "voidresp": "the control connection ends in the module; its lines never reach the host",
}

#: Commands that ``sendcmd`` and ``voidcmd`` take.
COMMANDS = ("CDUP", "CWD", "DELE", "MDTM", "MKD", "NOOP", "PWD", "QUIT", "RMD", "RNFR", "RNTO", "SIZE", "TYPE")
