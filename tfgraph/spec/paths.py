"""Paths: the files that a dataset may read."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

from tfgraph.api import Component, DataPath

#: Folders beside the spec's own that datasets may read, separated as in PATH.
DATA_ROOTS_VARIABLE = "TFGRAPH_DATA"
#: Linux opens no longer path, and to resolve one takes the square of its length in time.
MAX_PATH = 4096
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class PathError(Exception):
    """Why a path cannot be read, and what to do about it."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


def data_path(text: str, folder: Path) -> str:
    """The path as an absolute one; PathError where it leaves the folder and all data roots."""
    if len(text) > MAX_PATH:
        raise PathError(f"not a path: {os.strerror(errno.ENAMETOOLONG)}")
    if is_url(text):
        help = "download what it leads to, and write where that is"
        raise PathError(f"`{text}` is a URL, and data is read from files", help)
    roots = [folder, *data_roots()]
    resolved_roots = [root.resolve() for root in roots]
    try:
        candidates = [(root / text).resolve() for root in resolved_roots]
        existing = [path for path in candidates if path.exists()]
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PathError(f"not a path: {reason}") from error
    inside = [
        path
        for path in candidates
        if any(path == root or root in path.parents for root in resolved_roots)
    ]
    if not inside:
        raise PathError(
            f"the path `{text}` leads out of the spec's folder",
            help=f"name further data folders in the environment variable {DATA_ROOTS_VARIABLE}",
        )
    return str(next((path for path in inside if path in existing), inside[0]))


def is_url(text: str) -> bool:
    """Whether a text leads to another machine: `https://…`, `s3://…`."""
    return _URL.match(text) is not None


def data_roots() -> list[Path]:
    """The folders that the person at the keyboard has named in the environment."""
    given = os.environ.get(DATA_ROOTS_VARIABLE, "")
    return [Path(part) for part in given.split(os.pathsep) if part]


def data_paths(component: Component) -> Iterator[str]:
    """The files and folders that a component reads, those of components within it too."""
    return (path for _, path in path_parameters(component))


def path_parameters(component: Component, outer: str = "") -> Iterator[tuple[str, str]]:
    """The same, each with the parameter that names it, as `outer.inner` within another one."""
    for parameter in component.parameters().values():
        name, value = f"{outer}{parameter.name}", getattr(component, parameter.name)
        for part in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(part, Component):
                yield from path_parameters(part, f"{name}.")
            elif DataPath in parameter.alternatives and isinstance(part, str):
                yield name, part
