"""Functions: traced graphs that check what they are fed and name the layer that fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tfgraph.api import TensorSpec
from tfgraph.diagnostics import Span, listed
from tfgraph.errors import GraphError, UsageError
from tfgraph.lazy import tf
from tfgraph.spec.plan import Plan

_NODE = re.compile(r"\{\{(?:function_)?node ([^}]+)\}\}|node ([\w./\-]+)")


def trace(
    plan: Plan, name: str, function: Callable[..., Any], inputs: Mapping[str, TensorSpec]
) -> Any:
    """`function` as a ConcreteFunction that takes `inputs` by name, or in their order."""
    signature = {
        key: tf.TensorSpec([None if s is None else s for s in spec.shape], spec.dtype, name=key)
        for key, spec in inputs.items()
    }
    function.__name__ = name
    concrete = tf.function(function, autograph=False).get_concrete_function(**signature)
    # Still a ConcreteFunction to SavedModel and to isinstance, with the call of this module.
    base: Any = type(concrete)
    concrete.__class__ = _checked(base)
    concrete.tfgraph_plan = plan
    concrete.tfgraph_inputs = dict(inputs)
    return concrete


@cache
def _checked(base: Any) -> Any:
    class CheckedFunction(base):  # type: ignore[misc]
        """A ConcreteFunction that checks its feeds and names the layer that fails."""

        def __call__(self, *values: Any, **named: Any) -> Any:
            if tf.inside_function():
                return super().__call__(*values, **named)
            feeds = feed(self.tfgraph_inputs, values, named)
            try:
                return super().__call__(**feeds)
            except tf.errors.OpError as error:
                raise located(self.tfgraph_plan, error) from error

    return CheckedFunction


def feed(
    inputs: Mapping[str, TensorSpec], values: tuple[Any, ...], named: Mapping[str, Any]
) -> dict[str, Any]:
    """The values as tensors by name; UsageError where one is missing or does not fit."""
    given = {**dict(zip(inputs, values)), **named}
    if len(values) > len(inputs) or not set(given) <= set(inputs):
        extra = sorted(set(given) - set(inputs)) or ["one more value"]
        raise UsageError(f"there is no input {extra[0]!r}", help=f"the inputs are {listed(inputs)}")
    missing = [name for name in inputs if name not in given]
    if missing:
        raise UsageError(f"the input `{missing[0]}` is missing", help=f"it is {inputs[missing[0]]}")
    return {name: _tensor(name, spec, given[name]) for name, spec in inputs.items()}


def _tensor(name: str, spec: TensorSpec, value: Any) -> Any:
    try:
        if tf.is_tensor(value) and value.dtype == spec.dtype:
            tensor = value
        else:
            tensor = _converted(spec, value)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(
            f"the input `{name}` takes {spec.dtype}, and this is not: {error}"
        ) from error
    if not tf.TensorShape(list(spec.shape)).is_compatible_with(tensor.shape):
        raise UsageError(
            f"the input `{name}` is {spec}, got {list(tensor.shape)}",
            help="the first axis is the batch: one example is a batch of one"
            if len(tensor.shape) + 1 == spec.rank
            else "",
        )
    return tensor


def _converted(spec: TensorSpec, value: Any) -> Any:
    import numpy

    array = numpy.asarray(value)
    if array.dtype.kind not in "biuf" and str(array.dtype) != "bfloat16":
        raise TypeError(f"got values of type {array.dtype}")
    whole = spec.dtype not in ("float16", "bfloat16", "float32", "float64")
    if array.dtype.kind == "f" and whole:
        raise TypeError(f"got {array.dtype}")
    return tf.cast(tf.convert_to_tensor(array), spec.dtype)


def located(plan: Plan, error: Exception) -> GraphError:
    """TensorFlow's error, with the layer or loss that it comes from and its line."""
    text = getattr(error, "message", str(error))
    reason = _reason(text) or type(error).__name__
    found = _part(plan, text)
    if found is None:
        return GraphError(f"TensorFlow failed in the graph of `{plan.spec.name}`: {reason}")
    what, span = found
    return GraphError(f"TensorFlow failed in {what} ({span.source.name}:{span.line}): {reason}")


def _reason(text: str) -> str:
    """The line of TensorFlow's message that says what happened."""
    lines = [line.strip() for line in text.strip().splitlines()]
    # In a function it comes after the stack of the Python that made the node, before the node.
    after = next((n for n, line in enumerate(lines) if line.startswith("[[{{node")), 1)
    reason = "".join(lines[max(after - 1, 0) : after])
    return re.sub(r"\{\{function_node [^}]*\}\}\s*|\s*\[\[?\{\{node.*$", "", reason).strip()


def _part(plan: Plan, text: str) -> tuple[str, Span] | None:
    layers = {layer.name: layer.span for layer in plan.layers}
    losses = {loss.name: loss.span for loss in plan.losses}
    metrics = {metric.name: metric.span for metric in plan.metrics}
    for match in _NODE.finditer(text):
        segments = (match[1] or match[2]).split("/")
        for position, segment in enumerate(segments):
            if segment in layers:
                return f"layer `{segment}`", layers[segment]
            following = segments[position + 1] if position + 1 < len(segments) else ""
            if segment == "loss" and following in losses:
                return f"loss `{following}`", losses[following]
            if segment == "metric" and following in metrics:
                return f"metric `{following}`", metrics[following]
    return None
