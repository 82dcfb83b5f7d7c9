"""What a result was measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any


def threads() -> int:
    """The processors that a process may run on: every peer gets as many threads."""
    return len(os.sched_getaffinity(0))


def made_with(command: str, packages: Iterable[str]) -> dict[str, Any]:
    """Date, command, machine and versions."""
    return {
        "date": date.today().isoformat(),
        "command": command,
        "processors": threads(),
        "processor": processor(),
        "platform": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
    }


def processor() -> str:
    """The processor's name, and the widest vectors that it has."""
    try:
        said = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    facts = dict(line.split(":", 1) for line in said.splitlines() if ":" in line)
    named = {name.strip(): value.strip() for name, value in facts.items()}
    flags = named.get("flags", "").split()
    widest = next((w for w in ("avx512f", "avx2", "avx") if w in flags), "")
    return " ".join(filter(None, (named.get("model name", ""), widest.removesuffix("f").upper())))


def sentence(made: dict[str, Any]) -> str:
    """The same as a line below a table."""
    versions = ", ".join(f"{name} {number}" for name, number in made["versions"].items())
    kind = ", ".join(filter(None, (made["processor"], made["platform"])))
    return (
        f"{made['date']}, {made['processors']} processors ({kind}), "
        f"Python {made['python']}; {versions}."
    )
