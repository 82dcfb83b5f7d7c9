"""What a layer promises in half precision: it builds what it declares, and can be trained."""

from __future__ import annotations

from typing import Any

from tfgraph.api import Tensor
from tfgraph.graph import Graph, build
from tfgraph.graph.forward import forward
from tfgraph.lazy import np, tf
from tfgraph.registry import Registry
from tfgraph.spec import loads
from tfgraph.testing.case import LAYER, Case, require

_BATCH = 4
_HALF = "bfloat16"


def check_precision(case: Case, registry: Registry, random: Any) -> None:
    """Build the layer of a case under `train.precision`; inputs of other floats choose theirs."""
    plan = loads(case.text(), registry=registry)
    specs = [plan.fields[name].spec for name in plan.inputs]
    if any(spec.floating and spec.dtype != "float32" for spec in specs):
        return
    graph = build(loads(case.text(), registry=registry, set={"train.precision": _HALF}))
    # The parameters that are drawn afterwards stay what they are without this check.
    feeds = dict(zip(plan.inputs, case.arrays(specs, _BATCH, random.spawn(1)[0])))
    y = graph.predict(**feeds)[LAYER]
    require(_finite(y), f"with `precision: {_HALF}` gives what is not finite")
    for name, gradient in _gradients(graph, feeds).items():
        found = _finite(gradient) and gradient.dtype.name == plan.weights[name].dtype
        require(found, f"with `precision: {_HALF}` has no sound gradient of `{name}`")


def _gradients(graph: Graph, feeds: dict[str, Any]) -> dict[str, Any]:
    """The gradients of the layer's output by weight."""
    names = [
        name
        for name, spec in graph.plan.layer(LAYER).created.items()
        if spec.trainable and graph.plan.layer(LAYER).output.floating
    ]

    def step(**fields: Tensor) -> dict[str, Tensor]:
        weights = {name: variable.read_value() for name, variable in graph.weights.items()}
        first = tf.constant(0, tf.int64)
        found, _ = forward(graph.plan, [LAYER], fields, weights, training=True, step=first)
        gradients = tf.gradients(tf.square(found[LAYER]), [weights[name] for name in names])
        return {n: tf.convert_to_tensor(g) for n, g in zip(names, gradients) if g is not None}

    fields = {name: graph.plan.fields[name] for name in feeds}
    signature = {n: tf.TensorSpec(field.spec.shape, field.dtype) for n, field in fields.items()}
    traced = tf.function(step, autograph=False).get_concrete_function(**signature)
    found = traced(**{name: tf.constant(value) for name, value in feeds.items()})
    missing = [name for name in names if name not in found]
    require(not missing, f"with `precision: {_HALF}` has no gradient of {missing}")
    return {name: gradient.numpy() for name, gradient in found.items()}


def _finite(value: Any) -> bool:
    return bool(np.all(np.isfinite(np.asarray(value, dtype="float64"))))
