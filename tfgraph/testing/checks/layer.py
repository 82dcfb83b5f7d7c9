"""What a layer promises: the shapes and weights it declares are those it builds, purely."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfgraph.api import Context, Tensor, TensorSpec, show_shape
from tfgraph.graph import Graph, build
from tfgraph.graph.forward import forward, own_weights
from tfgraph.lazy import np, tf
from tfgraph.registry import Registry
from tfgraph.spec import loads
from tfgraph.spec.plan import PlannedLayer
from tfgraph.testing.case import LAYER, Case, require
from tfgraph.testing.checks.facts import check_layer_facts

_BATCH = 4


def check_layer(case: Case, registry: Registry, random: Any) -> None:
    """Build the layer of a case for evaluation and for training and compare."""
    graph = build(loads(case.text(), registry=registry))
    planned = graph.plan.layer(LAYER)
    check_weights(graph, planned)
    fields = [graph.plan.fields[name].spec for name in graph.plan.inputs]
    feeds = dict(zip(graph.plan.inputs, case.arrays(fields, _BATCH, random)))
    built = _Built(graph, planned)
    first, again = built(feeds, step=3), built(feeds, step=3)

    check_shape("predicts", graph.predict.structured_outputs[LAYER], planned.output)
    for mode in ("evaluated", "trained"):
        check_value(mode, first[mode], planned.output)
        _require_equal(first[mode], again[mode], f"{mode} twice in one step gives two outputs")
    _require_equal(first["trained"], first["trained_again"], "built twice gives two outputs")
    predicted = graph.predict(**feeds)[LAYER]
    _require_equal(built(feeds, step=0)["evaluated"], predicted, "built twice gives two outputs")
    for name, gradient in first["gradients"].items():
        require(np.all(np.isfinite(gradient)), f"has a gradient of `{name}` that is not finite")
    if not built.draws:
        check_batches(graph, feeds, predicted)
    own = own_weights(planned, {name: v.read_value() for name, v in graph.weights.items()})
    check_layer_facts(planned, first["inputs"], own)


def check_weights(graph: Graph, planned: PlannedLayer) -> None:
    """The variables are those that the layer declares."""
    for name, declared in planned.weights.items():
        if declared.tied:
            seen = graph.weight(f"{planned.name}/{name}")
        else:
            seen = graph.weights[planned.weight_name(name)]
            require(seen.trainable == declared.trainable, f"has `{name}` trainable or not at odds")
        found = (tuple(seen.shape), seen.dtype.name)
        wanted = (declared.shape, declared.dtype)
        require(found == wanted, f"declares the weight `{name}` as {wanted} and has {found}")


def check_shape(doing: str, tensor: Tensor, declared: TensorSpec) -> None:
    """What the graph knows of a tensor is what was declared of it."""
    require(tensor.shape.rank is not None, f"{doing} a tensor of unknown rank, not {declared}")
    found = TensorSpec(tuple(tensor.shape), tensor.dtype.name)
    require(
        (found.shape, found.dtype) == (declared.shape, declared.dtype),
        f"declares {declared}, and {doing} {found}",
    )


def check_value(mode: str, value: Any, declared: TensorSpec) -> None:
    """A tensor's shape fits what was declared of it, and its values are finite."""
    fits = len(value.shape) == declared.rank and all(
        wanted in (None, size) for size, wanted in zip(value.shape, declared.shape)
    )
    require(
        fits and value.shape[0] == _BATCH and value.dtype == declared.dtype,
        f"declares {declared}, and {mode} with a batch of {_BATCH} gives "
        f"{show_shape(value.shape)} of {value.dtype}",
    )
    require(np.all(np.isfinite(value)), f"{mode} gives values that are not finite")


def check_batches(graph: Graph, feeds: Mapping[str, Any], whole: Any) -> None:
    """The output of an example does not depend on the examples beside it."""
    parts = [
        graph.predict_from(first, {name: value[first:stop] for name, value in feeds.items()})[LAYER]
        for first, stop in ((0, 1), (1, None))
    ]
    require(
        np.allclose(np.concatenate(parts), whole, rtol=1e-4, atol=1e-5),
        "predicts an example differently in another batch",
    )


def _require_equal(a: Any, b: Any, message: str) -> None:
    require(np.array_equal(a, b), message)


class _Built:
    """A layer, built once for evaluation and twice for training; calls give arrays by name."""

    def __init__(self, graph: Graph, planned: PlannedLayer) -> None:
        self.graph = graph
        self.planned = planned
        #: Whether what it draws at evaluation depends on the batch.
        self.draws = False
        specs = {
            name: tf.TensorSpec(graph.plan.fields[name].spec.shape, graph.plan.fields[name].dtype)
            for name in graph.plan.inputs
        }
        traced = tf.function(self.build, autograph=False)
        self.function = traced.get_concrete_function(step=tf.TensorSpec([], tf.int64), **specs)

    def __call__(self, feeds: Mapping[str, Any], step: int) -> dict[str, Any]:
        tensors = {name: tf.constant(value) for name, value in feeds.items()}
        found = self.function(step=tf.constant(step, tf.int64), **tensors)
        return tf.nest.map_structure(lambda tensor: tensor.numpy(), found)  # type: ignore[no-any-return]

    def build(self, step: Tensor, **feeds: Tensor) -> dict[str, Any]:
        """The outputs of the three builds, and the gradients of the layer's weights."""
        weights = {name: variable.read_value() for name, variable in self.graph.weights.items()}
        before, _ = forward(
            self.graph.plan, self.planned.inputs, feeds, weights, training=False, step=step
        )
        xs = [before[name] for name in self.planned.inputs]
        own = own_weights(self.planned, weights)
        used: set[str] = set()
        evaluated, _ = self.one(xs, own, used, training=False, step=step)
        trained, updates = self.one(xs, own, used, training=True, step=step)
        again, _ = self.one(xs, own, used, training=True, step=step)
        for name in own:
            require(name in used or name in updates, f"declares the weight `{name}` for nothing")
        return {
            "inputs": xs,
            "evaluated": evaluated,
            "trained": trained,
            "trained_again": again,
            "gradients": self.gradients(trained, own),
        }

    def one(
        self,
        xs: list[Tensor],
        own: dict[str, Tensor],
        used: set[str],
        *,
        training: bool,
        step: Tensor,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """One build's output and its updates."""
        context = _RecordingContext(LAYER, training, step)
        y = self.planned.layer.build(*xs, _Recording(own, used), context)
        check_shape("builds", y, self.planned.output)
        require(training or not context.updates, "updates its weights at evaluation")
        self.draws |= context.drew and not training
        for name, value in context.updates.items():
            declared = self.planned.weights.get(name)
            require(declared is not None, f"updates `{name}`, which it does not declare")
            assert declared is not None
            require(not declared.trainable, f"updates the trainable weight `{name}` itself")
            fits = tuple(value.shape) == declared.shape and value.dtype.name == declared.dtype
            require(fits, f"updates `{name}` with {value.shape} of {value.dtype.name}")
        return y, context.updates

    def gradients(self, y: Tensor, own: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The gradients of the trainable weights."""
        trained = [n for n in own if self.planned.weights[n].trainable and y.dtype.is_floating]
        found = dict(zip(trained, tf.gradients(tf.square(y), [own[name] for name in trained])))
        for name, gradient in found.items():
            require(gradient is not None, f"has no gradient of `{name}`")
        return {name: tf.convert_to_tensor(gradient) for name, gradient in found.items()}


class _RecordingContext(Context):
    """A context that knows whether the layer drew."""

    drew = False

    def seed(self, purpose: str = "") -> Tensor:
        self.drew = True
        return super().seed(purpose)


class _Recording(dict[str, Tensor]):
    """The weights of a layer, and which of them were asked for."""

    def __init__(self, weights: Mapping[str, Tensor], used: set[str]) -> None:
        super().__init__(weights)
        self.used = used

    def __getitem__(self, name: str) -> Tensor:
        self.used.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The weight, if it is there."""
        self.used.add(name)
        return super().get(name, default)
