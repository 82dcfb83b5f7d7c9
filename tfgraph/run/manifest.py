"""Manifest of a checkpoint: what is in its other files, by which a changed bit shows."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tfgraph.run import files
from tfgraph.run.history import Monitored
from tfgraph.run.names import ARRAYS, METRICS
from tfgraph.run.packing import Form
from tfgraph.run.refusals import UnreadableError
from tfgraph.run.sealed import sealed, unsealed
from tfgraph.run.written import Written
from tfgraph.spec.plan.memory import machine_memory

FORMAT = 3
_MOST_BYTES = 64 << 20
#: What an npz file has beside the values: names and headers of an array are far from it.
_HEADERS = 1 << 12


@dataclass(frozen=True)
class Manifest:
    """What a checkpoint holds.

    Args:
        step: the number of steps made.
        seconds: how long training had taken.
        monitored: the figure that tells the best, where it was evaluated at this step.
        files: what the files beside the manifest hold.
        arrays: the arrays that are in one of them.
    """

    step: int
    seconds: float
    monitored: Monitored | None
    files: Mapping[str, Written]
    arrays: Mapping[str, Form]


def sealed_manifest(manifest: Manifest) -> bytes:
    """A manifest as the bytes of its file."""
    return sealed({"format": FORMAT, **asdict(manifest)})


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file: ValueError where it is damaged, DataError where there is none.

    UnreadableError where it is of another format, or the system does not let it be read.
    """
    found = unsealed(files.read_regular(path, _MOST_BYTES))
    try:
        version = _count(found.pop("format"))
        if version != FORMAT:
            raise UnreadableError(
                f"`{path}` is of format {version}, not {FORMAT}",
                help="another version of tfgraph has written it: go on with that one",
            )
        return Manifest(
            _count(found.pop("step")),
            _seconds(found.pop("seconds")),
            _monitored(found.pop("monitored")),
            {name: _written(found["files"][name]) for name in (ARRAYS, METRICS)},
            {name: _form(given) for name, given in found["arrays"].items()},
        )
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError("it has other keys or types than it should") from error


@contextmanager
def verified(path: Path, manifest: Manifest, most: int) -> Iterator[BinaryIO]:
    """A file of a checkpoint, open to be read; ValueError where it does not hold what was saved."""
    saved = manifest.files[path.name]
    if saved.size > most:
        raise ValueError(f"{path.name} would have {saved.size:,} bytes, over {most:,}")
    with files.opened(path, sys.maxsize) as file:
        size = file.seek(0, os.SEEK_END)
        if size != saved.size:
            raise ValueError(f"{path.name} has {size:,} bytes, not {saved.size:,}")
        file.seek(0)
        if Written.of(file) != saved:
            raise ValueError(f"{path.name} has another SHA-256 than when it was saved")
        file.seek(0)
        yield file


def most_bytes(manifest: Manifest) -> int:
    """The bytes that a file of these arrays can have; ValueError beyond all memory here."""
    room = sum(form.size for form in manifest.arrays.values())
    memory = machine_memory()
    if memory is not None and room > memory:
        raise ValueError(f"its arrays take {room:,} bytes, and this machine has {memory:,}")
    return room + _HEADERS * (len(manifest.arrays) + 1)


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise TypeError
    return value


def _seconds(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value < math.inf:
        raise TypeError
    return float(value)


def _monitored(value: Any) -> Monitored | None:
    if value is None:
        return None
    name, figure, better = value["name"], value["value"], value["better"]
    if not isinstance(name, str) or type(figure) is not float or better not in ("higher", "lower"):
        raise TypeError
    if type(value["at_end"]) is not bool:
        raise TypeError
    return Monitored(name, figure, better, value["at_end"])


def _written(value: Any) -> Written:
    if not isinstance(value["sha256"], str):
        raise TypeError
    return Written(_count(value["size"]), value["sha256"])


def _form(value: Any) -> Form:
    return Form(tuple(_count(size) for size in value["shape"]), value["dtype"])
