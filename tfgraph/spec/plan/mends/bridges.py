"""Bridges: layers that give one of several inputs the shape of another one.

What stands in a block is written once for all its uses: a size that a parameter of the block gives
is written as that parameter, and a bridge that would break another use is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tfgraph.api import Shape, TensorSpec
from tfgraph.spec.model import LayerEntry
from tfgraph.spec.plan.mends import wording
from tfgraph.spec.plan.mends.trial import up

if TYPE_CHECKING:
    from tfgraph.spec.plan.scope import Scope


@dataclass(frozen=True)
class Bridge:
    """A layer on the way to an input, as a spec writes it.

    Args:
        layer: what to write.
        sizes: the shape it gives, `None` for a size that a parameter of the block decides.
        stride: that of its window, where it is the same in all uses.
    """

    layer: str
    sizes: Shape
    stride: tuple[int, int] | None = None

    def of(self, x: TensorSpec, wanted: TensorSpec) -> TensorSpec:
        """What it gives for an input where another one is `wanted`."""
        given = [size or other for size, other in zip(self.sizes, wanted.shape)]
        if self.stride:
            given[1:3] = (size and -(-size // n) for size, n in zip(x.shape[1:3], self.stride))
        return replace(x, shape=tuple(given))


def bridges(
    scope: Scope, entry: LayerEntry, inputs: tuple[str, ...], index: int
) -> Iterator[tuple[Bridge, int]]:
    """The bridges for one input of a layer, each with the number of the input that it follows."""
    specs = [scope.spec_of(name) for name in inputs]
    x = specs[index]
    seen = {x}
    for number, wanted in enumerate(specs):
        if x is None or wanted is None or wanted in seen or x.dtype != wanted.dtype:
            continue
        seen.add(wanted)
        size = wanted.shape[-1]
        if not x.floating:
            return
        if x.rank != wanted.rank and x.size == wanted.size is not None:
            yield Bridge(wording.sizes(wanted.shape), wanted.shape), number
        elif x.rank == wanted.rank == 4 and x.shape[-1]:
            stride = _stride(x, wanted)
            if stride and size:
                yield _convolution(scope, entry, inputs[number], size, stride), number
        elif x.shape[:-1] == wanted.shape[:-1] and x.shape[-1] and size:
            units = _written(scope, entry, inputs[number], "", size)
            fixed = None if units.startswith("$") else size
            yield Bridge(f"`matmul: {units}`", (*[None] * (x.rank - 1), fixed)), number


def _convolution(
    scope: Scope, entry: LayerEntry, other: str, size: int, stride: tuple[int, int]
) -> Bridge:
    filters = _written(scope, entry, other, "filters", size)
    step = stride[0] if stride[0] == stride[1] else list(stride)
    strides = _written(scope, entry, other, "stride", step)
    values = {"filters": filters, "kernel_size": "1"}
    values |= {"stride": strides} if strides != "1" else {}
    return Bridge(
        f"`{wording.mapping('conv2d', values)}`",
        (None, None, None, None if filters.startswith("$") else size),
        None if strides.startswith("$") else stride,
    )


def _written(
    scope: Scope, entry: LayerEntry, other: str, parameter: str, value: int | list[int]
) -> str:
    """A value as its block says it, where a layer of that block gives it to another input."""
    block = entry.name.rpartition(".")[0]
    for layer in up(scope, other) if block else ():
        if layer.name.rpartition(".")[0] != block:
            break
        primary = layer.layer.primary()
        name = parameter or (primary.name if primary else "")
        span = scope.entries[layer.name].spans.get(name)
        if span and getattr(layer.layer, name) == value and span.text.startswith("$"):
            return span.text
    return wording.value(value)


def _stride(x: TensorSpec, wanted: TensorSpec) -> tuple[int, int] | None:
    """The stride with which windows of one pixel make the sizes of one image of another's."""
    strides = []
    for have, want in zip(x.shape[1:3], wanted.shape[1:3]):
        if have is None or want is None:
            if have is not want:
                return None
            strides.append(1)
            continue
        stride = -(-have // want) if want else 0
        if not stride or -(-have // stride) != want:
            return None
        strides.append(stride)
    return strides[0], strides[1]
