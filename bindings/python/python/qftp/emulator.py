"""An emulated module in this process: a test bench with no hardware."""

from __future__ import annotations

import os
from typing import Iterable, List, Optional, Tuple, Union

from . import _qftp

__all__ = ["Module", "faults", "profiles"]

faults = _qftp.faults
profiles = _qftp.profiles


class Module:
    """An emulated module on a pseudo-terminal, or on a TCP port; FTP behind it is real, by real sockets.

    ::

        with qftp.emulator.Module(profile="eg912y", faults=["reboot=20s"]) as module:
            with qftp.FTP("127.0.0.1", "me", "secret", port=module.port, apn="internet") as ftp:
                ...

    ``tcp`` is an address to listen on, as ``127.0.0.1:0``; ``link`` a symbolic link to the pseudo-terminal. ``storage`` is a folder for its
    files; without one they are gone with it. ``baud`` gives the line a real speed. ``profile`` is a family of modules, or the path of a
    family file, which ends with ``.toml``. :func:`faults` and :func:`profiles` list what there is.
    """

    def __init__(
        self,
        profile: Union[str, "os.PathLike[str]"] = "ec200s",
        faults: Iterable[str] = (),
        *,
        seed: int = 0,
        tcp: Optional[str] = None,
        link: Union[str, "os.PathLike[str]", None] = None,
        storage: Union[str, "os.PathLike[str]", None] = None,
        ufs_size: Optional[int] = None,
        baud: Optional[int] = None,
    ) -> None:
        self._faults = list(faults)
        self._module = _qftp.Module(
            profile=os.fspath(profile),
            faults=self._faults,
            seed=seed,
            tcp=tcp,
            link=None if link is None else os.fspath(link),
            storage=None if storage is None else os.fspath(storage),
            ufs_size=ufs_size,
            baud=baud,
        )

    def __enter__(self) -> "Module":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> str:
        """What a host gives as its port."""
        return self._module.port

    @property
    def running(self) -> bool:
        """Whether it has not been stopped."""
        return self._module.running

    @property
    def faults(self) -> Tuple[str, ...]:
        """What goes wrong at present."""
        return tuple(self._faults)

    def set_faults(self, *faults: str) -> None:
        """From now on these go wrong, and nothing else."""
        self._module.set_faults(list(faults))
        self._faults = list(faults)

    def add_fault(self, fault: str) -> None:
        """From now on this goes wrong as well."""
        self.set_faults(*self._faults, fault)

    def clear_fault(self, name: str) -> None:
        """From now on this fault is over; ``name`` is without its value."""
        self.set_faults(*(fault for fault in self._faults if fault.partition("=")[0] != name))

    def power_cycle(self) -> None:
        """Switches the power off and on."""
        self._module.power_cycle()

    def dialogue(self) -> List[str]:
        """The last lines as the module sees them, secrets masked: ``>`` to it, ``<`` from it, ``-`` what the host is not told.

        Bytes of files are counted and not shown.
        """
        return [f"{mark} {line}" for mark, line in self._module.dialogue()]

    def stop(self) -> None:
        """Stops it; its port is gone."""
        self._module.stop()

