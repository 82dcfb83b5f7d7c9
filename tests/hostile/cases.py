"""What a hostile spec is: a text, the files beside it, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Makes a file that is more than bytes at the path it is given: a link, a pipe.
Maker = Callable[[Path], object]
Text = str | bytes | Callable[[], str | bytes]


@dataclass(frozen=True)
class Case:
    """A spec, and either the codes of its errors or what its plan must say.

    `at` is the text that the first error points at. `files` stand beside the spec, by relative
    path; `settings` are those of `--set`.
    """

    id: str
    text: Text
    codes: frozenset[str] = frozenset()
    at: str = ""
    reading: Callable[[Any], Any] | None = None
    value: Any = None
    files: Mapping[str, bytes | Maker] = field(default_factory=dict)
    settings: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Write the spec and the files beside it."""
        text = self.text() if callable(self.text) else self.text
        data = text.encode() if isinstance(text, str) else text
        for name, content in {"spec.yaml": data, **self.files}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                content(path)


def refused(id: str, text: Text, codes: str, at: str = "", **more: Any) -> Case:
    """A spec that has errors with these codes, separated by blanks, and no others."""
    assert codes
    return Case(id, text, frozenset(codes.split()), at, **more)


def means(id: str, text: Text, reading: Callable[[Any], Any], value: Any, **more: Any) -> Case:
    """A spec that is taken, and what `reading` finds in its plan."""
    return Case(id, text, reading=reading, value=value, **more)


def spec(*lines: str, inputs: str = "{x: [4]}", layers: str = "[{matmul: 2}]") -> str:
    """A sound spec, with further lines."""
    return "\n".join(["tfgraph: 1", f"inputs: {inputs}", f"layers: {layers}", *lines, ""])


def link(target: str) -> Maker:
    """A link to something else."""
    return lambda path: path.symlink_to(target)


def description(plan: Any) -> Any:
    """The description that a plan's spec has."""
    return plan.spec.description


def units(plan: Any) -> Any:
    """The units of a plan's first layer."""
    return plan.layers[0].layer.units


def size(plan: Any) -> Any:
    """The shape of what the last layer gives, without the batch."""
    return list(plan.layers[-1].output.shape[1:])
