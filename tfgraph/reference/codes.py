"""Pages of the codes: why something is an error, a spec that has it, and the spec mended."""

from __future__ import annotations

from collections.abc import Iterator

from tfgraph.codes import CODES
from tfgraph.diagnostics import render_all
from tfgraph.reference.pages import Block, Heading, Page, Printed, Prose, Spec
from tfgraph.reference.texts import Sample, text_of
from tfgraph.registry import Registry

FAILS, MENDED = "Fails", "Mended"


def code_page(registry: Registry, code: str) -> Page:
    """The explanation of a code; what its spec prints is what it prints now."""
    meaning = CODES[code]
    data = {"code": code, "meaning": meaning}
    text = text_of(code)
    if text is None:
        return Page(code, meaning, (), data)
    fails, mended = text.samples[FAILS], text.samples[MENDED]
    found = fails.check(registry).diagnostics
    printed = render_all(found)
    blocks: list[Block] = [Prose(paragraph) for paragraph in text.prose.split("\n\n")]
    blocks += [Heading("A spec that has it"), *_shown(fails)]
    blocks += [Heading("What tfgraph says"), Printed(printed)]
    blocks += [Heading("The spec mended"), *_shown(mended)]
    data |= {"why": text.prose, "fails": fails.text, "printed": printed, "mended": mended.text}
    return Page(code, meaning, tuple(blocks), data)


def _shown(sample: Sample) -> Iterator[Block]:
    """A sample as it is written, with what belongs to it."""
    if sample.escaped:
        yield Prose("`\\u0008` stands for a character that cannot be seen:")
    yield Spec(sample.written)
    for setting in sample.settings:
        yield Prose(f"validated with `--set {setting}`")
    for name, content in sample.files.items():
        yield Prose(f"`{name}`:")
        yield Spec(content)
