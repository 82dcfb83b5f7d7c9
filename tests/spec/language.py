"""What the tests of the language share: a small spec, and what is wrong with a text."""

from __future__ import annotations

import pytest

import tfgraph


def spec(layers: str, *, more: str = "", inputs: str = "{x: [4]}") -> str:
    """A spec with these layers, written as items of a list."""
    return f"tfgraph: 1\ninputs: {inputs}\n{more}\nlayers:\n{layers}\n"


def problems(text: str, **more) -> list:
    """The diagnostics of a text that has errors."""
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads(text, **more)
    return list(caught.value.diagnostics)


def problem(text: str, **more):
    """The only one."""
    found = problems(text, **more)
    assert len(found) == 1, [d.message for d in found]
    return found[0]


def excerpt(span) -> str:
    """The text that a span marks."""
    return span.source.line(span.line)[span.column - 1 : span.end_column - 1]
