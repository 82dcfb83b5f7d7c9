"""What the audit hook must see: each does one thing that no spec may lead to."""

from __future__ import annotations

import ctypes
import marshal
import os
import pickle
import socket
import subprocess
import sys
import types
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PICKLED = b"cos\nsystem\n."  # the function os.system, which unpickling looks up
_CODE = compile("1", "x", "eval")
_MARSHALLED = marshal.dumps(_CODE)

OFFENCES: dict[str, Callable[[], Any]] = {
    "a process": lambda: subprocess.run(["true"], check=False),
    "a shell": lambda: os.system("true"),
    "a fork": os.fork,
    "another program": lambda: os.execv("/bin/true", ["true"]),
    "a spawned program": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "a socket": socket.socket,
    "a name looked up": lambda: socket.getaddrinfo("localhost", 80),
    "a URL": lambda: urllib.request.urlopen("http://localhost/"),
    "unpickling": lambda: pickle.loads(_PICKLED),
    "code unmarshalled": lambda: marshal.loads(_MARSHALLED),
    "code compiled": lambda: compile("1", "x", "eval"),
    "code evaluated": lambda: eval("1"),
    "code run": lambda: exec(_CODE),
    "a function of code": lambda: types.FunctionType(_CODE, {}),
    "an import": lambda: __import__("antigravity"),
    "a file written": lambda: Path("offence").write_text("x"),
    "a file outside read": lambda: Path("/etc/hostname").read_bytes(),
    "a device read": lambda: Path("/dev/zero").read_bytes(),
    "a folder made": lambda: Path("offence").mkdir(),
    "a folder listed": lambda: list(Path("/").iterdir()),
    "a file removed": lambda: Path("offence").unlink(),
    "a file renamed": lambda: Path("offence").rename("other"),
    "a link": lambda: Path("other").symlink_to("offence"),
    "a mode changed": lambda: Path("offence").chmod(0o777),
    "a variable of the environment set": lambda: os.environ.update(OFFENCE="1"),
    "a library loaded": lambda: ctypes.CDLL("libm.so.6"),
    "a signal": lambda: os.kill(os.getpid(), 0),
    "a tracer": lambda: sys.settrace(None),
}
