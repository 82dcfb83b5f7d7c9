"""Feeds: what a function is called with, as tensors that fit its inputs.

One rule says what a number means. Whole numbers are taken as the dataset stores them, and scaled
where it says so (bytes of an image from 0 to 255); floating-point numbers are taken as the model
sees them (from 0 to 1). Training and evaluation take the arrays of a dataset, and so only what is
stored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tfgraph.api import Field, TensorSpec
from tfgraph.errors import UsageError
from tfgraph.graph.numbers import bounds, is_whole, misfit, prepare, taken_as
from tfgraph.lazy import np, tf
from tfgraph.words import listed


def feed(
    inputs: Mapping[str, TensorSpec],
    values: tuple[Any, ...],
    named: Mapping[str, Any],
    *,
    least: int = 0,
    fields: Mapping[str, Field] | None = None,
) -> dict[str, Any]:
    """The values as tensors by name; UsageError where one is missing or does not fit.

    `least` is the number of examples that are needed. `fields` are those of inputs that whole
    numbers are scaled for.
    """
    in_order = dict(zip(inputs, values))
    given = {**in_order, **named}
    help = f"the inputs are {listed(inputs)}"
    if len(values) > len(inputs):
        raise UsageError(f"{len(values)} values for {len(inputs)} inputs", help=help)
    for name in named:
        if name not in inputs:
            raise UsageError(f"there is no input `{name}`", help=help)
        if name in in_order:
            raise UsageError(f"the input `{name}` is given twice", help=help)
    missing = [name for name in inputs if name not in given]
    if missing:
        raise UsageError(f"the input `{missing[0]}` is missing", help=f"it is {inputs[missing[0]]}")
    tensors = {
        name: _tensor(name, spec, given[name], (fields or {}).get(name))
        for name, spec in inputs.items()
    }
    _check_batch({n: int(t.shape[0]) for n, t in tensors.items() if inputs[n].rank}, least)
    return tensors


def _check_batch(sizes: Mapping[str, int], least: int) -> None:
    fewest = min(sizes.values(), default=least)
    if fewest < least:
        few = f"{fewest} examples are fewer than one batch of {least}"
        raise UsageError(few if fewest else "there are no examples")
    if len(set(sizes.values())) > 1:
        shown = ", ".join(f"`{name}` {size}" for name, size in sizes.items())
        raise UsageError(f"the inputs differ in their number of examples: {shown}")


def _tensor(name: str, spec: TensorSpec, value: Any, field: Field | None) -> Any:
    try:
        if tf.is_tensor(value) and value.dtype == spec.dtype:
            tensor = value
        else:
            tensor = _converted(name, spec, np.asarray(value), field)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"the input `{name}` takes {spec.dtype}: {error}") from error
    if not tf.TensorShape(list(spec.shape)).is_compatible_with(tensor.shape):
        raise UsageError(
            f"the input `{name}` is {spec}, got {list(tensor.shape)}",
            help=shape_help(spec, tensor.shape),
        )
    return tensor


def _converted(name: str, spec: TensorSpec, array: Any, field: Field | None) -> Any:
    if array.dtype.kind not in "biuf" and str(array.dtype) != "bfloat16":
        raise TypeError(f"got values of type {array.dtype}")
    whole = is_whole(array)
    if field is not None and spec.dtype == field.dtype:
        stored = taken_as(field, whole=whole)
        if stored != field.dtype:
            _refuse_beyond(name, array, stored, "scaled values are floating-point numbers")
            return prepare(field, tf.convert_to_tensor(array.astype(stored)))
    if not spec.floating and not whole:
        raise UsageError(
            f"the input `{name}` takes {spec.dtype}: got values of type {array.dtype}",
            help=stored_help(spec.dtype) if field and field.scale is not None else "",
        )
    if not spec.floating:
        _refuse_beyond(name, array, spec.dtype, "")
        return tf.convert_to_tensor(array.astype(spec.dtype))
    return tf.cast(tf.convert_to_tensor(array), spec.dtype)


def shape_help(spec: TensorSpec, came: Sequence[int]) -> str:
    """How an array becomes one that an input takes, where the number of its values says so."""
    wanted = spec.shape[1:]
    if None in wanted or spec.rank == 0:
        return ""
    size, shown = math.prod(wanted), ", ".join(map(str, wanted))  # type: ignore[arg-type]
    if math.prod(came) == size and tuple(came[1:]) != tuple(wanted):
        one = f"reshape({', '.join(filter(None, ('1', shown)))})"
        return f"the first axis is the batch: one example is a batch of one, `{one}`"
    if len(came) > 0 and came[0] and math.prod(came) == came[0] * size:
        return f"an example has as many values: `reshape({', '.join(filter(None, ('-1', shown)))})`"
    if len(came) + 1 == spec.rank:
        return "the first axis is the batch: one example is a batch of one"
    return ""


def stored_help(stored: str) -> str:
    """What to do where scaled numbers come for a field that is scaled in the graph."""
    return f"give them as the dataset stores them, {bounds(stored)}: the graph scales them itself"


def _refuse_beyond(name: str, array: Any, dtype: str, help: str) -> None:
    found = misfit(array, dtype)
    if found is not None:
        raise UsageError(f"the input `{name}` holds {found}", help=help)
