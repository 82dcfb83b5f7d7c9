"""Paragraphs: a text in lines, with what is not to be broken left whole."""

from __future__ import annotations

import re
import textwrap

#: What is quoted, and shapes.
_WHOLE = re.compile(r"`[^`]+`|\[[^][`]{1,40}\]")


def filled(text: str, width: int, indent: str = "", more: str | None = None) -> list[str]:
    """A paragraph in lines, the first one after `indent`, the others after `more` if it is given.

    What is in back quotes is not broken, nor a shape.
    """
    whole = _WHOLE.sub(lambda m: m[0].replace(" ", "\xa0"), " ".join(text.split()))
    lines = textwrap.wrap(
        whole,
        width,
        initial_indent=indent,
        subsequent_indent=indent if more is None else more,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace("\xa0", " ") for line in lines]
