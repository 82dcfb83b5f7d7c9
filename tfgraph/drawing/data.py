"""Data: a plan as the plain values that JSON has, for other programs to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfgraph.api import Component, LayerReference, TensorSpec, WeightSpec
from tfgraph.spec.plan import Plan, PlannedLayer, PlannedLoss, PlannedMetric

#: Raised when a key changes its meaning or goes; new keys may come under the same version.
VERSION = 1


def data(plan: Plan) -> dict[str, Any]:
    """The plan as data. The batch, and any other size that only the data says, is None."""
    spec = plan.spec
    return {
        "version": VERSION,
        "name": spec.name,
        "description": spec.description,
        "data": _component(spec.data.component) if spec.data else None,
        "inputs": {name: _tensor(plan.fields[name].spec) for name in plan.inputs},
        "targets": {name: _tensor(plan.fields[name].spec) for name in plan.targets},
        "layers": [_layer(layer) for layer in plan.layers],
        "outputs": {name: _tensor(plan.output_of(name)) for name in plan.outputs},
        "losses": [
            {
                **_comparison(planned, planned.loss),
                "weight": planned.weight,
                "class_weights": _plain(planned.class_weights),
                "sample_weights": planned.sample_weights,
            }
            for planned in plan.losses
        ],
        "metrics": [_comparison(planned, planned.metric) for planned in plan.metrics],
        "optimizer": _component(spec.optimizer.component) if spec.optimizer else None,
        "train": _parameters(spec.training),
        "parameters": plan.parameters,
        "trainable_parameters": plan.trainable_parameters,
        "bytes": sum(weight.bytes for weight in plan.weights.values()),
    }


def _layer(layer: PlannedLayer) -> dict[str, Any]:
    owned = layer.owner == layer.name
    return {
        "name": layer.name,
        **_component(layer.layer),
        "line": layer.span.line,
        "inputs": list(layer.inputs),
        "frozen": layer.frozen,
        "output": _tensor(layer.output),
        "weights": [_weight(layer, name, weight) for name, weight in layer.weights.items()],
        "parameters": sum(weight.size for weight in layer.weights.values()) if owned else 0,
    }


def _weight(layer: PlannedLayer, name: str, weight: WeightSpec) -> dict[str, Any]:
    """A weight; `tied` and `shared` give the full name of the one that holds its values."""
    shared = layer.owner != layer.name and not weight.tied
    return {
        "name": name,
        "shape": list(weight.shape),
        "dtype": weight.dtype,
        "trainable": weight.trainable and not layer.frozen,
        "tied": weight.tied.weight if weight.tied else None,
        "shared": layer.weight_name(name) if shared else None,
    }


def _comparison(planned: PlannedLoss | PlannedMetric, component: Component) -> dict[str, Any]:
    return {
        "name": planned.name,
        **_component(component),
        "of": planned.of,
        "target": planned.target,
    }


def _tensor(spec: TensorSpec) -> dict[str, Any]:
    classes = {} if spec.classes is None else {"classes": spec.classes}
    return {"shape": list(spec.shape), "dtype": spec.dtype, **classes}


def _component(component: Component) -> dict[str, Any]:
    return {"type": component.type, "values": _parameters(component)}


def _parameters(component: Component) -> dict[str, Any]:
    return {name: _plain(value) for name, value in component.parameter_values().items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Component):
        return _component(value)
    if isinstance(value, LayerReference):
        return value.name
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
