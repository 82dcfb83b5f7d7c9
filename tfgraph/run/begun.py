"""Begun: what a run was begun with, as the manifest of its directory says."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tfgraph.errors import DataError
from tfgraph.run import files
from tfgraph.run.missing import anew

FORMAT = 4
_MOST_BYTES = 16 << 20
_TYPES: Mapping[str, type] = {
    "name": str,
    "spec": str,
    "folder": str,
    "resolved": list,
    "seed": int,
    "command": list,
    "plugins": list,
    "plugin_files": list,
    "versions": dict,
    "data": dict,
    "compiled": bool,
    "started": str,
}
_WORDS = {str: "text", int: "whole number", bool: "true or false", list: "list", dict: "mapping"}


def read_begun(path: Path) -> dict[str, Any]:
    """The manifest of a run, whoever made it; DataError where it is damaged."""
    try:
        found = read_json(path, _MOST_BYTES)
        _check(path, found)
    except DataError as error:
        raise DataError(error.message, help=anew(path.parent)) from error
    made: dict[str, Any] = found
    return made


def _check(path: Path, found: Any) -> None:
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise DataError(f"`{path}` is not of format {FORMAT}")
    for key, kind in _TYPES.items():
        value = found.get(key)
        if type(value) is not kind:
            raise DataError(f"`{path}` is damaged: `{key}` is missing or no {_WORDS[kind]}")
    texts = ("resolved", "command", "plugin_files")
    if wrong := next((key for key in texts if not _all_texts(found[key])), None):
        raise DataError(f"`{path}` is damaged: `{wrong}` holds what is no text")
    if not _all_texts(found["data"].values()):
        raise DataError(f"`{path}` is damaged: `data` holds what is no SHA-256")
    if not all(
        isinstance(plugin, dict) and _all_texts(plugin.values()) for plugin in found["plugins"]
    ):
        raise DataError(f"`{path}` is damaged: `plugins` holds what is no plugin")
    # What is printed may not play with the terminal.
    origins = [text for plugin in found["plugins"] for text in plugin.values()]
    names = found["name"], found["folder"], *found["plugin_files"], *found["versions"].values()
    shown = (*names, *origins)
    if not all(isinstance(text, str) and text.isprintable() for text in shown):
        raise DataError(f"`{path}` is damaged: a name in it is no text that prints")


def _all_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """A manifest as its file has it."""
    return json.dumps(manifest, indent=2) + "\n"


def fingerprint(content: str | bytes) -> str:
    """The SHA-256 by which a manifest knows a file again."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def versions() -> dict[str, str]:
    """The versions of what a run depends on."""
    import numpy
    import tensorflow

    import tfgraph

    return {
        "tfgraph": tfgraph.__version__,
        "tensorflow": tensorflow.__version__,
        "numpy": numpy.__version__,
        "python": platform.python_version(),
    }


def changed_versions(manifest: Mapping[str, Any]) -> list[str]:
    """What a run depends on that is of another version than when it was begun."""
    had, now = manifest["versions"], versions()
    return [
        f"{name} {had.get(name)} then, {version} now"
        for name, version in now.items()
        if had.get(name) != version
    ]


def read_json(path: Path, most: int) -> Any:
    """What a JSON file of at most `most` bytes holds; DataError where it holds none."""
    try:
        return json.loads(files.read_regular(path, most))
    except (ValueError, RecursionError) as error:
        raise DataError(f"`{path}` is damaged: it holds no JSON") from error
