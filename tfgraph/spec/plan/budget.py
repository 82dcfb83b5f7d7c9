"""Budget: tensors that TensorFlow cannot make, and models that no memory holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tfgraph.api import Dim, TensorSpec, WeightSpec, show_shape
from tfgraph.diagnostics import Span
from tfgraph.spec.model import LayerEntry
from tfgraph.spec.plan.cost import Cost, cost, show_bytes
from tfgraph.spec.plan.memory import machine_memory
from tfgraph.spec.plan.model import Plan
from tfgraph.spec.plan.scope import Scope

#: What all tensors of a model may take together, in bytes. A model is trained in the memory of one
#: machine, and what a spec may be does not depend on which one it is: the bound is beyond nearly
#: all of them, and far below where arithmetic in 64 bits ends.
MAX_MEMORY = 10**12
#: TensorFlow's tensors have no more axes, the batch among them.
MAX_RANK = 254


def check_field(scope: Scope, name: str) -> None:
    """Report an input whose examples are too large; it has failed then."""
    spec = scope.fields[name].spec
    problem = _problem(spec.shape, spec.least_bytes)
    if problem:
        scope.failed.add(name)
        code, message = problem
        span = scope.field_spans[name]
        scope.report(code, f"the input `{name}` {message}", span, help=_help(code))


def check_layer(
    scope: Scope, entry: LayerEntry, output: TensorSpec, weights: Mapping[str, WeightSpec]
) -> bool:
    """Whether the output of one example and each weight can be; reported if not."""
    sizes: dict[str, tuple[Sequence[Dim], int]] = {
        f"the weight `{name}` of `{entry.name}`": (spec.shape, spec.bytes)
        for name, spec in weights.items()
    }
    sizes[f"the output of `{entry.name}`"] = (output.shape, output.least_bytes)
    for what, (shape, size) in sizes.items():
        problem = _problem(shape, size)
        if problem:
            code, message = problem
            parameter = _parameter_of(entry, shape)
            span = entry.spans.get(parameter, entry.span)
            scope.report(code, f"{what} {message}", span, help=_help(code, parameter))
            return False
    return True


def _problem(shape: Sequence[Dim], size: int) -> tuple[str, str] | None:
    """Code and message for a tensor that cannot be."""
    if len(shape) > MAX_RANK:
        return "TG301", f"has {len(shape)} axes, and a tensor at most {MAX_RANK}"
    if size > MAX_MEMORY:
        return "TG307", f"is {show_shape(shape)} and takes {show_bytes(size)}"
    return None


def _help(code: str, parameter: str = "") -> str:
    if code != "TG307":
        return ""
    smaller = f"make `{parameter}` smaller" if parameter else "make its sizes smaller"
    return f"{smaller}: a model may take {show_bytes(MAX_MEMORY)} in all"


def _parameter_of(entry: LayerEntry, shape: Sequence[Dim]) -> str:
    """The parameter of a layer that gives a shape its largest size; empty where none does."""
    largest = max((size for size in shape if size is not None), default=None)
    values = entry.component.parameter_values()
    given = [name for name, value in values.items() if name in entry.spans]
    return next((name for name in given if _holds(values[name], largest)), "")


def _holds(value: Any, size: int | None) -> bool:
    values = value if isinstance(value, (list, tuple)) else [value]
    return any(isinstance(x, int) and not isinstance(x, bool) and x == size for x in values)


def check_total(scope: Scope, plan: Plan) -> None:
    """Report a model that takes too much in all: for tfgraph an error, for this machine a warning."""
    found = cost(plan)
    span, help = _largest_part(plan, found)
    doing = "evaluation" if found.evaluates else "training" if found.gradients else "the model"
    notes = (str(found),)
    if found.peak > MAX_MEMORY:
        message = f"{doing} takes {show_bytes(found.peak)}, more than the {show_bytes(MAX_MEMORY)} allowed"
        scope.report("TG307", message, span, notes=notes, help=help)
        return
    memory = machine_memory()
    if memory is not None and found.peak > memory:
        message = f"{doing} takes {show_bytes(found.peak)}, more than this machine has"
        scope.report("TG440", message, span, notes=notes, help=help, severity="warning")


def _largest_part(plan: Plan, found: Cost) -> tuple[Span, str]:
    """The place that most of the memory is due to, and what would make it less."""
    spec = plan.spec
    if spec.data and found.data > found.peak / 2:
        return spec.data.span, "fewer examples, or smaller ones"
    if found.activations > found.peak / 2:
        size = "evaluate_batch_size" if found.evaluates else "batch_size"
        place = f"train.{size}"
        largest = max(plan.layers, key=lambda layer: plan.built_by(layer).least_bytes)
        span = spec.place(place) if place in spec.spans else largest.span
        return span, f"a smaller `{size}`, or smaller outputs"
    heaviest = max(plan.layers, key=lambda layer: sum(w.bytes for w in layer.created.values()))
    return heaviest.span, f"make `{heaviest.name}` smaller: it has the most weights"
