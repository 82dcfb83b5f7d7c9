"""Layout: a page as lines of text, in colour where asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tfgraph.reference.pages import Block, Heading, Lines, Page, Printed, Prose, Spec, Table
from tfgraph.reference.paragraphs import filled

#: Longer lines are hard to read, however wide the terminal is.
MAX_WIDTH = 100
MIN_WIDTH = 40
INDENT = "  "
#: Longer names push their text to the next line.
MAX_NAME = 20

# The codes of ECMA-48, which every terminal knows.
_BOLD, _CYAN, _DIM = "1", "36", "2"
_QUOTED = re.compile(r"`[^`]+`")
#: How the message of a diagnostic starts, and its notes and help.
_SAID = re.compile(r"(?=(?:error|warning)\[)| *= (?:note|help): ")
#: What stands beside carets.
_LABEL = re.compile(r"( *\| )( *\^+) (.+)")
_KEY = re.compile(r"^(\s*(?:- )?)([A-Za-z_][\w.]*)(?=:)", re.MULTILINE)


def layout(page: Page, width: int, paint: Callable[[str], str] | None = None) -> str:
    """The page as text of at most `width` columns; `paint` colours what tfgraph printed.

    Nothing is in colour without `paint`. Specs are never broken, nor what tfgraph shows of
    one.
    """
    return "\n".join(_Layout(min(max(width, MIN_WIDTH), MAX_WIDTH), paint).page(page))


class _Layout:
    def __init__(self, width: int, paint: Callable[[str], str] | None) -> None:
        self.width = width
        self.paint = paint

    def page(self, page: Page) -> Iterator[str]:
        for line in self.filled(f"{page.title}: {page.what}", ""):
            yield self.styled(_BOLD, line)
        for block in page.blocks:
            yield ""
            yield from self.block(block)

    def block(self, block: Block) -> Iterator[str]:
        if isinstance(block, Heading):
            yield self.styled(_BOLD, block.text)
        elif isinstance(block, Prose):
            yield from map(self.quoted, self.filled(block.text, ""))
        elif isinstance(block, Lines):
            for line in block.lines:
                yield from map(self.quoted, self.filled(line, INDENT, INDENT * 2))
        elif isinstance(block, Spec):
            for line in block.text.rstrip("\n").split("\n"):
                yield INDENT + self.keys(line)
        elif isinstance(block, Printed):
            lines = [part for line in block.text.split("\n") for part in self.printed(line)]
            text = "\n".join(lines)
            for line in (self.paint(text) if self.paint else text).split("\n"):
                yield (INDENT + line).rstrip()
        else:
            yield from self.table(block)

    def printed(self, line: str) -> list[str]:
        """A line of a diagnostic: what it says is broken, what it shows of a spec is not."""
        width = self.width - len(INDENT)
        if len(line) <= width:
            return [line]
        if label := _LABEL.fullmatch(line):
            # Under its carets there is no room: as far to the right as it goes.
            gutter, carets, text = label.groups()
            return [gutter + carets, gutter + text.rjust(width - len(gutter))]
        said = _SAID.match(line)
        if not said:
            return [line]
        more = INDENT + " " * (len(said[0]) or 4)
        lines = self.filled(line[said.end() :], INDENT + said[0], more)
        return [text.removeprefix(INDENT) for text in lines]

    def table(self, table: Table) -> Iterator[str]:
        column = min(max(len(row.name) for row in table.rows), MAX_NAME) + 2
        indent = INDENT + " " * column
        for row in table.rows:
            lines = self.filled(row.text, indent)
            if table.brief and len(lines) > 1:
                lines = [self.brief(lines[0])]
            lines += self.filled(row.more, indent) if row.more else []
            name = self.styled(_CYAN, row.name)
            if len(row.name) + 2 > column:
                yield INDENT + name
            else:
                first, *lines = lines
                yield INDENT + name + self.quoted(first[len(INDENT) + len(row.name) :])
            yield from map(self.quoted, lines)

    def filled(self, text: str, indent: str, more: str | None = None) -> list[str]:
        return filled(text, self.width, indent, more)

    def brief(self, line: str) -> str:
        """The first line of a text that goes on."""
        short = line[: self.width - 2].rpartition(" ")[0] if len(line) > self.width - 2 else line
        return short.rstrip(" ,;:(") + " …"

    def quoted(self, line: str) -> str:
        return _QUOTED.sub(lambda m: self.styled(_CYAN, m[0]), line)

    def keys(self, line: str) -> str:
        if line.lstrip().startswith("#"):
            return self.styled(_DIM, line)
        return _KEY.sub(lambda m: m[1] + self.styled(_CYAN, m[2]), line)

    def styled(self, style: str, text: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.paint and text else text
