"""Checkpoint: the state of a training as one file, and a manifest that knows its hash.

`manifest.json` names the file of arrays. A new file is written first and the manifest renamed over
the old one last, so that a crash at any moment leaves a checkpoint that loads.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfgraph.errors import DataError
from tfgraph.lazy import np, tf
from tfgraph.run.files import write_text, write_whole

if TYPE_CHECKING:
    from tfgraph.graph import Graph

FORMAT = 1
_MANIFEST = "manifest.json"
_SHOWN = 5


def save_checkpoint(graph: Graph, folder: Path) -> None:
    """Write weights, optimizer slots and step; an older checkpoint there is replaced."""
    state = {name: variable.numpy() for name, variable in _variables(graph, slots=True).items()}
    packed = io.BytesIO()
    np.savez(packed, **{name: _storable(array) for name, array in state.items()})
    data = packed.getvalue()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot write `{folder}`: {error.strerror}") from error
    arrays = folder / f"state-{int(graph.step)}.npz"
    write_whole(arrays, lambda file: file.write(data))
    manifest = {
        "format": FORMAT,
        "step": int(graph.step),
        "file": arrays.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "dtypes": {name: variable.dtype.name for name, variable in _variables(graph, True).items()},
    }
    write_text(folder / _MANIFEST, json.dumps(manifest, indent=2) + "\n")
    for old in folder.glob("state-*.npz"):
        if old != arrays:
            old.unlink(missing_ok=True)


def load_checkpoint(graph: Graph, folder: Path, *, slots: bool = False) -> None:
    """Set the graph's weights and step, and the optimizer's slots if asked for.

    Raises DataError where the checkpoint is missing, damaged, or of another model; the graph is
    unchanged then.
    """
    arrays = _read(folder)
    variables = _variables(graph, slots)
    wanted = {name: (tuple(v.shape), v.dtype.name) for name, v in variables.items()}
    had = {
        name: (array.shape, tf.as_dtype(array.dtype).name)
        for name, array in arrays.items()
        if slots or not name.startswith("slots/")
    }
    if wanted != had:
        raise DataError(
            f"the checkpoint in `{folder}` is of another model: {_differences(wanted, had)}",
            help="evaluate it with the spec it was trained from",
        )
    for name, variable in variables.items():
        variable.assign(arrays[name])


def _variables(graph: Graph, slots: bool) -> dict[str, Any]:
    found = {"step": graph.step}
    found |= {f"weights/{name}": variable for name, variable in graph.weights.items()}
    if slots and graph.plan.spec.optimizer is not None:
        for weight, own in graph.slots.items():
            found |= {f"slots/{weight}/{slot}": variable for slot, variable in own.items()}
    return found


def _storable(array: Any) -> Any:
    """bfloat16 is no dtype of NumPy's: its bytes are stored as those of an integer."""
    return array.view(np.uint16) if array.dtype.name == "bfloat16" else array


def _read(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        data = (folder / manifest["file"]).read_bytes()
        expected, dtypes, version = manifest["sha256"], manifest["dtypes"], manifest["format"]
    except FileNotFoundError as error:
        raise DataError(f"there is no checkpoint in `{folder}`: no {error.filename}") from error
    except OSError as error:
        raise DataError(f"cannot read `{error.filename}`: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, f"its {_MANIFEST} cannot be read") from error
    if version != FORMAT:
        raise DataError(f"the checkpoint in `{folder}` is of format {version}, not {FORMAT}")
    if hashlib.sha256(data).hexdigest() != expected:
        raise _damaged(folder, f"{manifest['file']} has another SHA-256 than when it was saved")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as packed:
            return {name: packed[name].view(_numpy_dtype(dtypes[name])) for name in packed.files}
    except (ValueError, KeyError, TypeError, OSError, zipfile.BadZipFile) as error:
        raise _damaged(folder, str(error)) from error


def _numpy_dtype(name: str) -> Any:
    return tf.as_dtype(name).as_numpy_dtype


def _damaged(folder: Path, reason: str) -> DataError:
    return DataError(f"the checkpoint in `{folder}` is damaged: {reason}")


def _differences(wanted: dict[str, Any], had: dict[str, Any]) -> str:
    found = []
    for name in dict.fromkeys([*wanted, *had]):
        shown = f"`{name.partition('/')[2] or name}`"
        if name not in had:
            found.append(f"it has no {shown}")
        elif name not in wanted:
            found.append(f"it has {shown}, which the model has not")
        elif wanted[name] != had[name]:
            found.append(f"{shown} is {_shown(had[name])} there, {_shown(wanted[name])} here")
    more = len(found) - _SHOWN
    return "; ".join(found[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _shown(shape_and_dtype: tuple[tuple[int, ...], str]) -> str:
    shape, dtype = shape_and_dtype
    return f"{list(shape)}" if dtype == "float32" else f"{list(shape)} of {dtype}"
