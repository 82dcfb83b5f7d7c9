"""Streams: the standard ones, of which whoever calls may have closed some."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import IO, Any

#: What the system says where a disk, or whatever takes what is written, takes no more.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_MODES = {"stdin": "r", "stdout": "w", "stderr": "w"}


def open_closed_streams() -> None:
    """Put the null device in the place of standard streams that are closed (`>&-`).

    Python has None for them then. Their numbers are taken as well, or the next file that is opened
    gets one, and with it whatever a library prints.
    """
    for number, (name, mode) in enumerate(_MODES.items()):
        if getattr(sys, name) is None:
            setattr(sys, name, _null(number, mode))


def _null(number: int, mode: str) -> IO[Any]:
    try:
        os.fstat(number)
    except OSError:
        found = os.open(os.devnull, os.O_RDWR)
        if found != number:
            os.dup2(found, number)
            os.close(found)
        os.set_inheritable(number, True)
        return open(number, mode, encoding="utf-8", closefd=False)
    return Path(os.devnull).open(mode, encoding="utf-8")


def give_up_stdout() -> None:
    """Have nothing that is still to be written there fail again as Python exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
