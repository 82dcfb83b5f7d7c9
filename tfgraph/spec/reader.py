"""Reader: from the bytes of a file to its text, and from a text to nodes with positions.

Size and characters are judged before libyaml sees any of it.
"""

from __future__ import annotations

import re
import unicodedata

from tfgraph.diagnostics import Diagnostic, Source, Span
from tfgraph.spec.composer import Reading, compose

MAX_CHARACTERS = 2_000_000
#: Of a file so many bytes are taken: one more than the characters that are read can have, and
#: what a last one that is cut in two has.
MAX_BYTES = 4 * MAX_CHARACTERS + 5

# Control characters, those that show a text in another order than it has, invisible ones that no
# script needs, and those that end a line in YAML 1.1 (libyaml's) but not in YAML 1.2.
FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e"
    r"\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def decode(data: bytes, name: str) -> tuple[Source, list[Diagnostic]]:
    """The text of a file; bytes that are not UTF-8 are a diagnostic at their place.

    Of a text that is too long a part is kept that is too long as well.
    """
    data = data.removeprefix(_BYTE_ORDER_MARK)
    try:
        return Source(name, data.decode()[: MAX_CHARACTERS + 1]), []
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        if len(before) > MAX_CHARACTERS:
            return Source(name, before[: MAX_CHARACTERS + 1]), []
        source = Source(name, data.decode(errors="replace")[: MAX_CHARACTERS + 1])
        span = source.at(len(before))
        return source, [Diagnostic("TG105", "the file is not UTF-8", span, "this byte is not")]


def read(source: Source, start: int = 0) -> Reading:
    """Read one YAML document, behind what is not YAML in it as well.

    `start` is where the document begins in a source of one line.
    """
    if len(source.text) > MAX_CHARACTERS:
        message = f"the file has more than {MAX_CHARACTERS:,} characters"
        return Reading(None, [Diagnostic("TG102", message, Span(source, 1, 1, 1, 2))])
    forbidden = FORBIDDEN.search(source.text)
    if forbidden:
        name = unicodedata.name(forbidden[0], "a control character")
        message = f"the character U+{ord(forbidden[0]):04X} ({name}) is not allowed in a spec"
        return Reading(None, [Diagnostic("TG105", message, source.at(forbidden.start()))])
    if tags := _tag_directive(source):
        message = "`%TAG` declares tags, and tags are not allowed in a spec"
        return Reading(None, [Diagnostic("TG104", message, tags, help="remove the line")])
    return compose(source, start)


def _tag_directive(source: Source) -> Span | None:
    """The first `%TAG` above the document: libyaml takes the square of their number in time."""
    for number, line in enumerate(source.lines, 1):
        if line.startswith("%TAG"):
            return Span(source, number, 1, number, len(line) + 1)
        if line.strip() and line[0] not in "%#":
            return None
    return None
