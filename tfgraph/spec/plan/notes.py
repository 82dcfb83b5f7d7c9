"""Notes: where the shape comes from that a message is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfgraph.diagnostics import Span
from tfgraph.spec.plan.model import PlannedLayer

if TYPE_CHECKING:
    from tfgraph.spec.plan.scope import Scope

#: A chain of more steps is shown by its first one and its last ones.
MAX_STEPS = 5
#: A merge of more inputs is shown without their shapes.
MAX_MERGED = 3


class Chains:
    """How the shapes of a scope's layers came about, from the inputs on."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def of(self, name: str, reader: Span) -> str:
        """The chain that leads to an output or an input, for a message at the place `reader`.

        "input `x` (line 3) is [batch, 28, 28], `flatten_1` (line 8) gives [batch, 784]". It goes
        back to an input, or to the last layer that takes several.
        """
        layers: list[PlannedLayer] = []
        while name in self.scope.planned:
            layer = self.scope.planned[name]
            layers.append(layer)
            if len(layer.inputs) != 1:
                break
            name = layer.inputs[0]
        layers.reverse()
        steps = [self._input(name, reader)] if name in self.scope.fields else []
        if not steps and layers:
            steps.append(self._merge(layers.pop(0), reader))
        if len(steps) + len(layers) > MAX_STEPS:
            # The layers that change nothing explain nothing, but for the one that is asked about.
            layers = [x for x in layers if x is layers[-1] or not _keeps(x)]
        steps += [self._step(layer, reader) for layer in layers]
        if len(steps) > MAX_STEPS:
            steps[1 : 2 - MAX_STEPS] = ["…"]
        return ", ".join(steps)

    def _input(self, name: str, reader: Span) -> str:
        data = self.scope.spec.data
        source = f"data: {data.component.type}, " if data else ""
        where = place(self.scope.field_spans[name], reader)
        return f"input `{name}` ({source}{where}) is {self.scope.fields[name].spec}"

    def _merge(self, layer: PlannedLayer, reader: Span) -> str:
        inputs = zip(layer.inputs, layer.input_specs)
        taken = [
            f"`{name}` {spec}" if len(layer.inputs) <= MAX_MERGED else f"`{name}`"
            for name, spec in inputs
        ]
        if len(taken) > MAX_STEPS:
            taken[2:-1] = ["…"]
        return (
            f"`{layer.name}` ({place(layer.span, reader)}) makes {layer.output} "
            f"of {', '.join(taken)}"
        )

    def _step(self, layer: PlannedLayer, reader: Span) -> str:
        does = "keeps" if _keeps(layer) else "gives"
        return f"`{layer.name}` ({place(layer.span, reader)}) {does} {layer.output}"


def place(span: Span, reader: Span) -> str:
    """A place in words: its line, and its file where that is not the reader's.

    What stands in a block has the line of the block's use as well.
    """
    here = f"line {span.line}" if span.source.name == reader.source.name else str(span)
    uses = [via.span.line for via in span.via if via.span.source.name == reader.source.name]
    return f"{here}, for line {uses[-1]}" if uses else here


def _keeps(layer: PlannedLayer) -> bool:
    return layer.input_specs == (layer.output,)
