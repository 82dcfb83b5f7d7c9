"""Images: small pictures in rows, in an SVG document that holds them all."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from tfgraph.drawing.paper import document, text

_LEFT, _TOP, _GAP = 96.0, 66.0, 6.0
#: The height of an image on the paper; small ones are enlarged.
_SIDE = 64.0


@dataclass(frozen=True)
class Image:
    """An image of bytes, row by row: one a pixel for grey, three for red, green and blue."""

    width: int
    height: int
    channels: int
    pixels: bytes


def gallery(title: str, about: str, rows: Sequence[tuple[str, Sequence[Image]]]) -> str:
    """Rows of images, each with its name."""
    columns = max(len(images) for _, images in rows)
    parts = []
    for number, (name, images) in enumerate(rows):
        y = _TOP + number * (_SIDE + _GAP)
        parts.append(text("label", _LEFT - 12, y + _SIDE / 2 + 4, name, "end"))
        parts += [
            _image(image, _LEFT + column * (_SIDE + _GAP), y) for column, image in enumerate(images)
        ]
    width = _LEFT + columns * (_SIDE + _GAP) + 18
    return document(title, about, max(width, 480), _TOP + len(rows) * (_SIDE + _GAP) + 18, parts)


def _image(image: Image, x: float, y: float) -> str:
    data = base64.b64encode(png(image)).decode()
    return (
        f'<image x="{x:.1f}" y="{y:.1f}" width="{_SIDE:.0f}" height="{_SIDE:.0f}"'
        f' style="image-rendering: pixelated" href="data:image/png;base64,{data}"/>'
    )


def png(image: Image) -> bytes:
    """An image as a PNG file.

    Source: W3C, 2003, "Portable Network Graphics (PNG) Specification".
    """
    size = image.width * image.channels
    # Each row begins with the number of its filter: 0 for none.
    rows = (image.pixels[at : at + size] for at in range(0, len(image.pixels), size))
    colour = {1: 0, 3: 2}[image.channels]
    header = struct.pack(">IIBBBBB", image.width, image.height, 8, colour, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
