"""Contract: components are called here, and what they return is checked.

What a component raises as a ComponentError is a mistake in the spec. Anything else it raises, and
a result that is not what its kind promises, is a fault of its plugin.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from tfgraph.api import (
    Component,
    Dataset,
    Field,
    Initializer,
    Optimizer,
    TensorSpec,
    Tied,
    WeightSpec,
)
from tfgraph.api.tensors import DTYPES, FLOATS
from tfgraph.diagnostics import Span
from tfgraph.errors import ComponentError, PluginError, TfgraphError
from tfgraph.registry.origins import origin_of
from tfgraph.words import listed

#: Weights name variables and entries of checkpoints.
WEIGHT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
#: Dtypes in which a weight is updated through a copy in float32, and the slot that holds it.
HALVES = ("float16", "bfloat16")
WIDE = "float32"
#: What a plugin returned is shown up to this length.
MAX_SHOWN = 100


class Caller:
    """Calls the methods of one component, and names it where it fails.

    Args:
        component: what to call.
        span: where it stands in the spec.
        name: its own name, where it has one.
    """

    def __init__(self, component: Component, span: Span, name: str = "") -> None:
        self.component = component
        self.span = span
        self.name = name

    def call(self, method: str, *args: Any, **named: Any) -> Any:
        """What a method returns; ComponentError as it comes, PluginError for all else it raises."""
        try:
            return getattr(self.component, method)(*args, **named)
        except (ComponentError, TfgraphError):
            raise
        except (Exception, SystemExit) as error:
            reason = f"`{method}` raised {type(error).__name__}: {error}"
            raise self.failure(reason.rstrip(": ")) from error

    def failure(self, reason: str) -> PluginError:
        """The error for a component that does not do what its kind promises."""
        kind, type_name = self.component.kind, self.component.type
        name = f"`{self.name}` at " if self.name else ""
        return PluginError(
            f"the {kind} `{type_name}` of {origin_of(type(self.component))} failed for "
            f"{name}{self.span}: {reason}",
            help="this is a fault of the plugin, not of the spec; `tfgraph --debug …` shows where",
        )

    def refuse(self, method: str, reason: str) -> NoReturn:
        """Raise PluginError for what a method returned."""
        raise self.failure(f"`{method}` returned {reason}")


def infer(caller: Caller, xs: Sequence[TensorSpec]) -> TensorSpec:
    """The output of a layer."""
    found = caller.call("infer", *xs)
    if not isinstance(found, TensorSpec):
        caller.refuse("infer", f"{shown(found)}, not a TensorSpec")
    shape = found.shape
    if not isinstance(shape, tuple) or shape[:1] != (None,):
        caller.refuse("infer", f"the shape {shown(shape)}, not a tuple that starts with None")
    if not all(size is None or _is_size(size) for size in shape):
        caller.refuse("infer", f"the shape {shown(shape)}, whose sizes must be int or None")
    _check_dtype(caller, "infer", "an output", found.dtype)
    if found.classes is not None and not _is_size(found.classes):
        caller.refuse("infer", f"an output of {shown(found.classes)} classes")
    return found


def weights(caller: Caller, xs: Sequence[TensorSpec]) -> dict[str, WeightSpec]:
    """The weights of a layer, their initializers asked whether they can fill them."""
    found = caller.call("weights", *xs)
    if not isinstance(found, Mapping):
        caller.refuse("weights", f"{shown(found)}, not a dict of WeightSpecs")
    for name, spec in found.items():
        check_weight(caller, "weights", name, spec)
        if isinstance(spec.initializer, Initializer):
            Caller(spec.initializer, caller.span, caller.name).call("check", spec.shape)
    return dict(found)


def check_ties(
    caller: Caller, found: Mapping[str, WeightSpec], created: Mapping[str, WeightSpec]
) -> None:
    """Raise PluginError where a tied weight is not the one it names, seen through its permutation."""
    for name, spec in found.items():
        if spec.tied is None:
            continue
        other = created.get(spec.tied.weight)
        if other is None:
            caller.refuse(
                "weights",
                f"`{name}` tied to `{spec.tied.weight}`, no weight of a layer that it names",
            )
        axes = spec.tied.permutation
        if sorted(axes) != list(range(len(other.shape))):
            caller.refuse("weights", f"`{name}` tied through {shown(axes)}, no order of its axes")
        seen = tuple(other.shape[axis] for axis in axes), other.dtype
        if (spec.shape, spec.dtype) != seen:
            caller.refuse(
                "weights",
                f"`{name}` as {list(spec.shape)} of {spec.dtype}, tied to `{spec.tied.weight}`, "
                f"which is {list(seen[0])} of {seen[1]} in that order of axes",
            )


def slots(caller: Caller, weight: WeightSpec) -> dict[str, WeightSpec]:
    """The slots that are kept for a weight: the optimizer's, and `WIDE` in half precision."""
    assert isinstance(caller.component, Optimizer)
    half = weight.dtype in HALVES
    wide = replace(weight, dtype="float32") if half else weight
    found = caller.call("slots", wide)
    if not isinstance(found, Mapping):
        caller.refuse("slots", f"{shown(found)}, not a dict of WeightSpecs")
    for name, spec in found.items():
        check_weight(caller, "slots", name, spec)
        if name == WIDE:
            caller.refuse("slots", f"a slot `{name}`: the name is taken")
    return {**found, **({WIDE: wide.slot(0.0)} if half else {})}


def check_weight(caller: Caller, method: str, name: Any, spec: Any) -> None:
    """Raise PluginError unless `spec` describes a weight that can be created."""
    if not isinstance(name, str) or not WEIGHT_NAME.fullmatch(name):
        caller.refuse(method, f"a weight called {shown(name)}: letters, digits and _ are allowed")
    if not isinstance(spec, WeightSpec):
        caller.refuse(method, f"{shown(spec)} for `{name}`, not a WeightSpec")
    if not isinstance(spec.shape, tuple) or not all(map(_is_size, spec.shape)):
        caller.refuse(method, f"the shape {shown(spec.shape)} for `{name}`, not a tuple of int")
    _check_dtype(caller, method, f"`{name}`", spec.dtype)
    initializer = spec.initializer
    if not isinstance(initializer, Initializer) and not _is_number(initializer):
        caller.refuse(
            method, f"the initializer {shown(initializer)} for `{name}`: an Initializer or a number"
        )
    if spec.tied is not None and not isinstance(spec.tied, Tied):
        caller.refuse(method, f"`{name}` tied to {shown(spec.tied)}, not to a Tied")
    if spec.trainable and spec.dtype not in FLOATS:
        caller.refuse(method, f"a trainable weight `{name}` of {spec.dtype}")
    for term in (spec.l1, spec.l2):
        if not _is_number(term) or term < 0:
            caller.refuse(method, f"the regularisation {shown(term)} for `{name}`")


def fields(caller: Caller) -> dict[str, Field]:
    """The fields of a dataset, among which its inputs and its target are."""
    dataset = caller.component
    assert isinstance(dataset, Dataset)
    found = caller.call("fields")
    if not isinstance(found, Mapping) or not found:
        caller.refuse("fields", f"{shown(found)}, not a dict of Fields")
    for name, field in found.items():
        if not isinstance(name, str) or not isinstance(field, Field):
            caller.refuse("fields", f"{shown(field)} for {shown(name)}, not a Field")
        sizes = field.shape
        if not isinstance(sizes, tuple) or not all(x is None or _is_size(x) for x in sizes):
            caller.refuse("fields", f"the shape {shown(sizes)} for `{name}`")
        _check_dtype(caller, "fields", f"`{name}`", field.dtype)
        if field.stored is not None:
            _check_dtype(caller, "fields", f"`{name}` in memory", field.stored)
    target = caller.call("target")
    named = {"inputs": caller.call("inputs"), "target": () if target is None else (target,)}
    for method, names in named.items():
        if not isinstance(names, Iterable):
            caller.refuse(method, f"{shown(names)}, not names of fields")
        for name in names:
            if not isinstance(name, str) or name not in found:
                caller.refuse(method, f"{shown(name)}, which is none of its fields {listed(found)}")
    return dict(found)


def splits(caller: Caller) -> dict[str, int]:
    """The number of examples in each split of a dataset."""
    found = caller.call("splits")
    if not isinstance(found, Mapping) or not all(map(_is_size, found.values())):
        caller.refuse("splits", f"{shown(found)}, not a dict of numbers of examples")
    return dict(found)


def shown(value: Any) -> str:
    """A value as Python writes it, of bounded length."""
    try:
        text = repr(value)
    except Exception as error:
        text = f"a {type(value).__name__} whose repr raises {type(error).__name__}"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def _check_dtype(caller: Caller, method: str, what: str, dtype: Any) -> None:
    if dtype not in DTYPES:
        caller.refuse(method, f"{what} of dtype {shown(dtype)}: it is one of {listed(DTYPES)}")


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value)
