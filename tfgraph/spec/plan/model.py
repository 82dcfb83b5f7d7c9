"""Plan: what is known of a model before TensorFlow loads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tfgraph.api import Field, Layer, Loss, Metric, TensorSpec, WeightSpec
from tfgraph.diagnostics import Span
from tfgraph.spec.model import Spec
from tfgraph.spec.plan.contract import HALVES


@dataclass(frozen=True)
class PlannedLayer:
    """A layer with its wiring, its shapes and its weights.

    `weights` are by their name within the layer, as it declares them; `owner` is the layer whose
    weights they are: the layer itself, or the one that it shares with. Those of a frozen layer
    stay as they are.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    input_specs: tuple[TensorSpec, ...]
    output: TensorSpec
    weights: Mapping[str, WeightSpec]
    owner: str
    span: Span
    frozen: bool = False

    def weight_name(self, weight: str) -> str:
        """The full name of one of its weights."""
        return f"{self.owner}/{weight}"

    @property
    def created(self) -> Mapping[str, WeightSpec]:
        """The weights that are its own, by full name: neither tied ones nor another layer's."""
        if self.owner != self.name:
            return {}
        own = {n: spec for n, spec in self.weights.items() if spec.tied is None}
        if self.frozen:
            own = {name: replace(spec, trainable=False) for name, spec in own.items()}
        return {self.weight_name(name): spec for name, spec in own.items()}

    @property
    def learns(self) -> bool:
        """Whether training changes weights of its own, or those that it shares."""
        own = (spec for spec in self.weights.values() if spec.tied is None)
        return not self.frozen and any(spec.trainable for spec in own)

    @property
    def keeps_state(self) -> bool:
        """Whether it has weights that change without a gradient, such as moving averages."""
        return any(not spec.trainable for spec in self.weights.values())


@dataclass(frozen=True)
class PlannedLoss:
    """A loss, the layer or input it is of, the field it compares with, its factor.

    `class_weights` has a factor for each class of the target, `sample_weights` is the field with
    one for each example: the loss of an example is multiplied by both.
    """

    name: str
    loss: Loss
    of: str
    target: str
    weight: float
    span: Span
    class_weights: tuple[float, ...] | None = None
    sample_weights: str | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """What it reads beside the output: the target, and the weights of the examples."""
        return (self.target, *([self.sample_weights] if self.sample_weights else []))


@dataclass(frozen=True)
class PlannedMetric:
    """A metric under the name it is reported by."""

    name: str
    metric: Metric
    of: str
    target: str
    span: Span

    @property
    def fields(self) -> tuple[str, ...]:
        """What it reads beside the output."""
        return (self.target,)


@dataclass(frozen=True)
class Plan:
    """A spec with every shape, name and weight known.

    `layers` stand in an order in which each comes after what it takes. `inputs` are the fields
    that the outputs need, `targets` those that only losses and metrics need. `weights`
    are the ones to create, by full name: neither tied ones nor those of a layer that shares.
    """

    spec: Spec
    fields: Mapping[str, Field]
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    layers: tuple[PlannedLayer, ...]
    outputs: tuple[str, ...]
    losses: tuple[PlannedLoss, ...] = ()
    metrics: tuple[PlannedMetric, ...] = ()
    weights: Mapping[str, WeightSpec] = field(default_factory=dict)

    def layer(self, name: str) -> PlannedLayer:
        """The layer of that name; KeyError if there is none."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)

    def output_of(self, name: str) -> TensorSpec:
        """The spec of a layer's output or of an input."""
        if name in self.fields:
            return self.fields[name].spec
        return self.layer(name).output

    def precision_of(self, layer: PlannedLayer) -> str:
        """The dtype in which a layer computes what it declares as float32."""
        return "float32" if layer.layer.needs_float32 else self.spec.training.precision

    def taken_by(self, layer: PlannedLayer) -> tuple[TensorSpec, ...]:
        """What a layer takes, in the dtype that it computes in."""
        return tuple(self._computed(layer, spec) for spec in layer.input_specs)

    def built_by(self, layer: PlannedLayer) -> TensorSpec:
        """What a layer builds: its output, in the dtype that it computes in."""
        return self._computed(layer, layer.output)

    def _computed(self, layer: PlannedLayer, spec: TensorSpec) -> TensorSpec:
        return spec.with_dtype(self.precision_of(layer)) if spec.dtype == "float32" else spec

    def above(self, names: Iterable[str]) -> set[str]:
        """The layers and inputs that some depend on, themselves included."""
        return above({layer.name: layer for layer in self.layers}, names)

    @property
    def averages(self) -> Mapping[str, WeightSpec]:
        """The moving averages that `ema` keeps, by the full names of their weights.

        They are of float32 where the weights are in half precision.
        """
        if self.spec.training.ema is None:
            return {}
        trained = {name: spec for name, spec in self.weights.items() if spec.trainable}
        dtypes = {n: "float32" if s.dtype in HALVES else s.dtype for n, s in trained.items()}
        return {
            name: WeightSpec(spec.shape, 0.0, dtypes[name], trainable=False)
            for name, spec in trained.items()
        }

    @property
    def parameters(self) -> int:
        """The number of values in all weights; tied and shared ones are counted once."""
        return sum(weight.size for weight in self.weights.values())

    @property
    def trainable_parameters(self) -> int:
        """The number of values that training changes by gradient."""
        return sum(weight.size for weight in self.weights.values() if weight.trainable)


def above(layers: Mapping[str, PlannedLayer], names: Iterable[str]) -> set[str]:
    """The layers and inputs that some of `layers` depend on, themselves included."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            if name in layers:
                waiting += layers[name].inputs
    return seen
