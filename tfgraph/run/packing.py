"""Packing: arrays by name in an npz file, written and read array by array."""

from __future__ import annotations

import math
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, cast

from tfgraph.api.tensors import DTYPES
from tfgraph.lazy import np
from tfgraph.run.files import Sink

_MAGIC = b"\x93NUMPY\x01\x00"
_BLOCK = 1 << 20

#: What reading a damaged or a hostile archive raises.
DAMAGE = (
    ValueError,
    TypeError,
    KeyError,
    EOFError,
    OverflowError,
    RuntimeError,  # it is encrypted, or compressed in a way that nobody knows
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True)
class Form:
    """The shape and the dtype of an array."""

    shape: tuple[int, ...]
    dtype: str

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise ValueError(f"`{self.dtype}` is no dtype of an array")

    @property
    def size(self) -> int:
        """The number of bytes that its values take."""
        return math.prod(self.shape) * int(self.stored.itemsize)

    @property
    def stored(self) -> Any:
        """The dtype of NumPy that its values are stored as.

        bfloat16 is no dtype of NumPy's: its bytes are stored as those of an integer.
        """
        return np.dtype("uint16" if self.dtype == "bfloat16" else self.dtype)


def form_of(array: Any) -> Form:
    """The form of an array."""
    return Form(tuple(map(int, array.shape)), array.dtype.name)


def pack(file: Sink, arrays: Mapping[str, Any]) -> dict[str, Form]:
    """Write arrays to a file that is only written forwards, and give their forms.

    Equal arrays give equal bytes. Each is asked for once, and let go before the next but one.
    """
    forms = {}
    with zipfile.ZipFile(cast(IO[bytes], file), "w") as archive:
        for name, array in arrays.items():
            form = forms[name] = form_of(array)
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                member.write(_header(form))
                values = np.asarray(array, order="C").view(form.stored).reshape(-1)
                for start in range(0, len(values), _BLOCK):
                    member.write(values[start : start + _BLOCK].tobytes())
    return forms


def unpack(file: IO[bytes], forms: Mapping[str, Form]) -> dict[str, Any]:
    """The arrays of a file, which must be those that are expected; one of DAMAGE if they are not.

    No room is made for what the file does not hold.
    """
    with zipfile.ZipFile(file) as archive:
        members = {member.filename: member for member in archive.infolist()}
        if len(members) != len(archive.infolist()) or set(members) != {f"{n}.npy" for n in forms}:
            raise ValueError("it holds other arrays than its manifest says")
        room = file.seek(0, os.SEEK_END)
        for name, form in forms.items():
            member = members[f"{name}.npy"]
            room -= member.file_size
            if member.compress_type != zipfile.ZIP_STORED or room < 0:
                raise ValueError(f"`{name}` is larger than the file")
            if member.file_size != len(_header(form)) + form.size:
                raise ValueError(f"`{name}` is not {list(form.shape)} of {form.dtype}")
        return {name: _read(archive, name, form) for name, form in forms.items()}


def _header(form: Form) -> bytes:
    """The first bytes of an npy file, version 1.0, up to the values.

    They are compared, not parsed: NumPy's parser has Python evaluate them.
    """
    described = {"descr": form.stored.str, "fortran_order": False, "shape": form.shape}
    text = repr(described).encode()
    text += b" " * (-(len(_MAGIC) + 2 + len(text) + 1) % 64) + b"\n"
    return _MAGIC + struct.pack("<H", len(text)) + text


def _read(archive: zipfile.ZipFile, name: str, form: Form) -> Any:
    header = _header(form)
    array = np.empty(form.shape, form.stored)
    room = memoryview(array.reshape(-1).view(np.uint8))
    with archive.open(f"{name}.npy") as stream:
        if stream.read(len(header)) != header:
            raise ValueError(f"`{name}` is not {list(form.shape)} of {form.dtype}")
        while room:
            block = stream.read(min(len(room), _BLOCK))
            if not block:
                raise EOFError(f"`{name}` is cut short")
            room[: len(block)] = block
            room = room[len(block) :]
    if form.dtype != "bfloat16":
        return array
    from tfgraph.lazy import tf

    return array.view(tf.bfloat16.as_numpy_dtype)
