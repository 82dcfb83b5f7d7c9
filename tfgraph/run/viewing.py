"""Viewing: what a model makes of the examples of a split, in a form that one can look at."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tfgraph.api import Field
from tfgraph.drawing.images import Image
from tfgraph.drawing.matrix import MOST_CLASSES
from tfgraph.lazy import np, tf
from tfgraph.reports.text import count
from tfgraph.run.splits import examples_in
from tfgraph.spec import Plan
from tfgraph.spec.plan import PlannedLayer, PlannedLoss, PlannedMetric

if TYPE_CHECKING:
    from tfgraph.graph import Graph

#: How many examples are shown, and how large an image may be to be shown whole.
_SHOWN, _MOST_PIXELS = 10, 96
_FIRST_BATCH = 16
#: The layers that leave values in their order.
_RESHAPING = ("flatten", "reshape")
#: How many units are shown.
_MOST_UNITS = 50
#: The least side of an image that is stored as a row of bytes.
_LEAST_SIDE = 8

Compared = PlannedLoss | PlannedMetric


@dataclass(frozen=True)
class Taken:
    """How often which class was taken for which.

    Args:
        target: the field that holds the classes.
        counts: a row for each class, a column for what it was taken for.
        part: says so where they are of a part of the split only.
    """

    target: str
    counts: Sequence[Sequence[int]]
    part: str

    @property
    def answers(self) -> int:
        """The number of answers."""
        return sum(map(sum, self.counts))


def classes_taken(graph: Graph, arrays: Mapping[str, Any], deadline: float) -> Taken | None:
    """Which classes a classifier takes the examples of a split for; None where it is none.

    `deadline` is a time of the monotonic clock: the examples that are left then are left out.
    """
    found = _classifier(graph.plan)
    if found is None:
        return None
    compared, takes = found
    classes = graph.plan.fields[compared.target].classes
    assert classes is not None
    most, examples = graph.plan.spec.training.evaluation_size, examples_in(arrays)
    # How long a batch takes is known after the first one, which is small for that.
    size = min(_FIRST_BATCH, most)
    counts = np.zeros(classes * classes, np.int64)
    done = 0
    while done < examples and (done == 0 or time.monotonic() < deadline):
        values = _values(graph, arrays, (compared.of, compared.target), done, size)
        target = values[compared.target].reshape(-1).astype(np.int64)
        chosen = _chosen(values[compared.of], takes, len(target))
        sound = (target >= 0) & (target < classes) & (chosen < classes)
        pairs = target[sound] * classes + chosen[sound]
        counts += np.bincount(pairs, minlength=classes * classes)
        done = min(done + size, examples)
        size = min(2 * size, most)
    part = "" if done == examples else f"the first {done:,} of {count(examples, 'example')}"
    return Taken(compared.target, counts.reshape(classes, classes).tolist(), part)


def _classifier(plan: Plan) -> tuple[Compared, str] | None:
    """The first loss or metric that compares classes, few enough to be shown."""
    every: list[Compared] = [*plan.losses, *plan.metrics]
    for compared in every:
        classes = plan.fields[compared.target].classes
        facts = _facts(plan, compared)
        whole = not plan.output_of(compared.target).floating
        few = classes is not None and 2 <= classes <= MOST_CLASSES
        if facts.compares == "classes" and facts.takes and whole and few:
            return compared, facts.takes
    return None


def _facts(plan: Plan, compared: Compared) -> Any:
    component = compared.loss if isinstance(compared, PlannedLoss) else compared.metric
    return component.facts(plan.output_of(compared.of), plan.output_of(compared.target))


def _chosen(output: Any, takes: str, answers: int) -> Any:
    """The classes that outputs stand for: the largest of several, or one side of a bound."""
    if output.size > answers:
        return output.reshape(answers, -1).argmax(-1)
    bound = {"probabilities": 0.5, "log_probabilities": math.log(0.5)}.get(takes, 0.0)
    return (output.reshape(-1) > bound).astype(np.int64)


def reconstructions(
    graph: Graph, arrays: Mapping[str, Any]
) -> list[tuple[str, list[Image]]] | None:
    """Images, what the model sees of them, and what it gives back; None for other models."""
    plan = graph.plan
    for compared in plan.losses:
        field = plan.fields[compared.target]
        shape = image_shape(field)
        back = compared.target in plan.above([compared.of])
        if shape and back and _facts(plan, compared).compares == "numbers":
            seen = _seen(plan, compared.target)
            wanted = (compared.target, *([seen] if seen else []), compared.of)
            values = _values(graph, arrays, wanted, 0, _SHOWN)
            given = values[compared.target]
            if seen and np.array_equal(values[seen], given):
                wanted = (compared.target, compared.of)
            said = {compared.target: "given", seen: "seen", compared.of: "gives"}
            low, high = _range(field, given)
            return [
                (said[name], [_image(value, shape, low, high) for value in values[name]])
                for name in wanted
            ]
    return None


def pixel_weights(graph: Graph) -> tuple[str, list[tuple[str, list[Image]]]] | None:
    """The weights of the first layer that weighs every pixel of an image, an image for each unit.

    Also its name. Grey is 0, and white or black the largest weight of the unit. None for a model
    without such a layer.
    """
    for planned in graph.plan.layers:
        kernel, field = planned.weights.get("kernel"), _pixels_of(graph.plan, planned)
        shape = image_shape(field) if field else None
        if not shape or not kernel or kernel.tied or len(kernel.shape) != 2:
            continue
        if kernel.shape[0] == math.prod(shape):
            values = graph.evaluated_weights()[planned.weight_name("kernel")].numpy()
            units = values[:, :_MOST_UNITS].astype(np.float64).T
            images = [_image(unit, shape, -_largest(unit), _largest(unit)) for unit in units]
            rows = range(0, len(images), _SHOWN)
            named = [(f"unit {at} on", images[at : at + _SHOWN]) for at in rows]
            return planned.name, named
    return None


def _pixels_of(plan: Plan, planned: PlannedLayer) -> Field | None:
    """The field whose values a layer takes, at most in another shape or with some of them changed."""
    while len(planned.inputs) == 1:
        (name,) = planned.inputs
        if name in plan.fields:
            return plan.fields[name]
        planned = plan.layer(name)
        facts = planned.layer.facts(*planned.input_specs)
        if planned.weights or not (planned.layer.type in _RESHAPING or facts.elementwise):
            return None
    return None


def _largest(values: Any) -> float:
    return max(float(np.abs(values).max()), 1e-30)


def image_shape(field: Field) -> tuple[int, int, int] | None:
    """Height, width and channels, where a field holds images that one can look at."""
    sizes = [size for size in field.shape if size is not None]
    if len(sizes) != len(field.shape) or not field.spec.floating:
        return None
    if len(sizes) == 1 and field.scale is not None:
        side = math.isqrt(sizes[0])
        sizes = [side, side] if side * side == sizes[0] and side >= _LEAST_SIDE else []
    if len(sizes) == 2:
        sizes.append(1)
    if len(sizes) != 3 or sizes[2] not in (1, 3) or not 1 < max(sizes[:2]) <= _MOST_PIXELS:
        return None
    return sizes[0], sizes[1], sizes[2]


def _seen(plan: Plan, name: str) -> str | None:
    """The layer that takes an input alone and changes its values, but is not learnt."""
    for layer in plan.layers:
        if layer.inputs == (name,) and not layer.weights:
            same = layer.output.shape == plan.fields[name].spec.shape
            if same and layer.layer.facts(*layer.input_specs).elementwise:
                return layer.name
    return None


def _range(field: Field, values: Any) -> tuple[float, float]:
    """The values that are black and white: those of the smallest and the largest byte, if known."""
    if field.scale is not None and field.stored == "uint8":
        return 0.0, 255 * field.scale
    return float(values.min()), max(float(values.max()), float(values.min()) + 1e-9)


def _image(values: Any, shape: tuple[int, int, int], low: float, high: float) -> Image:
    height, width, channels = shape
    scaled = (np.asarray(values, np.float64).reshape(-1) - low) * (255 / (high - low))
    pixels = np.nan_to_num(scaled).clip(0, 255).round().astype(np.uint8).tobytes()
    return Image(width, height, channels, pixels)


def _values(
    graph: Graph, arrays: Mapping[str, Any], names: Sequence[str], start: int, size: int
) -> dict[str, Any]:
    """What inputs and layers hold for some rows, as at evaluation, as NumPy arrays.

    Nothing is traced: that would take longer than computing it once.
    """
    from tfgraph.graph.batches import evaluation_batch
    from tfgraph.graph.forward import forward

    plan = graph.plan
    first = tf.constant(start, tf.int64)
    batch = evaluation_batch(arrays, plan.fields, first, size)
    found, _ = forward(plan, names, batch, graph.evaluated_weights(), training=False, step=first)
    return {name: found[name].numpy() for name in names}
