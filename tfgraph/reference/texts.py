r"""Texts: what no declaration says: why a code is an error, what a section is good for.

Each is a Markdown file in `texts/`, called after a code or a subject: prose first, then samples, each
a heading with a fenced block of YAML below it. What stands behind the word `yaml` of a fence:

    --set PATH=VALUE   a setting, as the command line takes it
    escaped            the block holds `\u0008` and the like for characters that nobody can see
    NAME.yaml          the block is another file beside the spec, not the spec
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from tfgraph.diagnostics import Source
from tfgraph.registry import Registry
from tfgraph.spec import Checked, check

FOLDER = Path(__file__).parent / "texts"
#: What the spec of a sample is called where it is printed.
NAME = "model.yaml"
_SAMPLE = re.compile(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```yaml *([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Sample:
    r"""A spec with what belongs to it.

    Args:
        written: the text, characters that nobody can see written as `\u0008`.
        escaped: whether it has such characters.
        settings: `PATH=VALUE`, as `--set` takes them.
        files: the texts of other files, by name.
    """

    written: str
    escaped: bool = False
    settings: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The text as it is read."""
        if not self.escaped:
            return self.written
        return re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), self.written)

    def check(self, registry: Registry) -> Checked:
        """What validation makes of it, in a folder of its own."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in self.files.items():
                Path(folder, name).write_text(text, encoding="utf-8")
            return check(
                Source(NAME, self.text),
                folder=Path(folder),
                default_name=Path(NAME).stem,
                registry=registry,
                settings=self.settings,
            )


@dataclass(frozen=True)
class Text:
    """A file in `texts/`: its prose, and its samples by heading."""

    prose: str
    samples: Mapping[str, Sample]


def text_of(subject: str) -> Text | None:
    """The text of a code or a subject; None where there is none."""
    path = FOLDER / f"{subject}.md"
    return parse(path.read_text(encoding="utf-8")) if path.is_file() else None


def parse(markdown: str) -> Text:
    """A text from its Markdown."""
    prose = _SAMPLE.sub("", markdown).strip()
    return Text(prose, {title: _sample(body) for title, body in _SAMPLE.findall(markdown)})


def _sample(body: str) -> Sample:
    written, escaped, settings, files = "", False, [], {}
    for info, text in _FENCE.findall(body):
        words = info.split()
        if words and words[0].endswith(".yaml"):
            files[words[0]] = text
            continue
        written, escaped = text, "escaped" in words
        settings += [after for word, after in pairwise(words) if word == "--set"]
    return Sample(written, escaped, tuple(settings), files)
