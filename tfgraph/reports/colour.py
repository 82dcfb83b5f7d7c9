"""Colour: a printed diagnostic with its parts told apart on a terminal."""

from __future__ import annotations

import re

# The codes of ECMA-48, which every terminal knows: bold, and a colour.
_STYLES = {"error": "1;31", "warning": "1;33", "note": "1;32", "help": "1;36"}
_BOLD, _GUTTER = "1", "1;34"
_HEAD = re.compile(r"(?P<severity>error|warning)(?P<code>\[TG\d+\])?(?P<message>: .*)")
_HELP = re.compile(r"(?P<gutter> += )?(?P<word>note|help)(?P<text>: .*)")
_ARROW = re.compile(r"(?P<gutter> *(?:-->|:::))(?P<text> .*)")
_CARETS = re.compile(r"(?P<gutter> +\|)(?P<text>\s+)(?P<carets>\^.*)")
_EXCERPT = re.compile(r"(?P<gutter> *\d+ \|| +\|)(?P<text>.*)")


def paint(text: str) -> str:
    """Printed diagnostics or errors in colour: errors red, warnings yellow.

    It works on the text, line by line: without the colours it is what it was.
    """
    severity, lines = "error", []
    for line in text.split("\n"):
        head = _HEAD.fullmatch(line)
        severity = head["severity"] if head else severity
        lines.append(_line(line, severity))
    return "\n".join(lines)


def _line(line: str, severity: str) -> str:
    if found := _HEAD.fullmatch(line):
        what = severity + (found["code"] or "")
        return _styled(_STYLES[severity], what) + _styled(_BOLD, found["message"])
    if found := _HELP.fullmatch(line):
        word = _styled(_STYLES[found["word"]], found["word"])
        return _styled(_GUTTER, found["gutter"] or "") + word + found["text"]
    if found := _CARETS.fullmatch(line):
        carets = _styled(_STYLES[severity], found["carets"])
        return _styled(_GUTTER, found["gutter"]) + found["text"] + carets
    if found := _ARROW.fullmatch(line) or _EXCERPT.fullmatch(line):
        return _styled(_GUTTER, found["gutter"]) + found["text"]
    return line


def _styled(style: str, text: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if text else ""
