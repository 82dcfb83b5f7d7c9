"""Evaluation and prediction: losses and metrics over every example exactly, and outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tfgraph.api import Tensor, TensorSpec
from tfgraph.graph.batches import evaluation_batch
from tfgraph.graph.faults import check_result, check_state
from tfgraph.graph.forward import forward
from tfgraph.graph.functions import part
from tfgraph.graph.objective import example_losses, regularisation, wanted_by_evaluation
from tfgraph.lazy import tf
from tfgraph.spec.plan import Plan, PlannedMetric

#: Reads the weights in the graph that is traced: their values by full name.
Read = Callable[[], Mapping[str, Tensor]]


def evaluation_loop(plan: Plan, read: Read) -> Callable[..., dict[str, Tensor]]:
    """A function `evaluate(**arrays)` to trace: the loss and every metric over all rows.

    `read` gives the values of the weights, where the function is traced.
    `loss` is the objective over the split, the losses of the examples weighted as in training;
    where there are several losses, each stands under its own name too. Figures are accumulated in 64 bits.
    """
    size = plan.spec.training.evaluation_size

    def evaluate(**arrays: Tensor) -> dict[str, Tensor]:
        examples = tf.shape(next(iter(arrays.values())), out_type=tf.int64)[0]
        values = read()
        sums = {planned.name: tf.constant(0.0, tf.float64) for planned in plan.losses}
        declared = {planned.name: _state(plan, planned) for planned in plan.metrics}
        states = {
            metric: {name: tf.zeros(spec.shape, spec.dtype) for name, spec in specs.items()}
            for metric, specs in declared.items()
        }

        def body(start: Tensor, sums: Any, states: Any) -> tuple[Tensor, Any, Any]:
            batch = evaluation_batch(arrays, plan.fields, start, size)
            outputs, _ = forward(
                plan, wanted_by_evaluation(plan), batch, values, training=False, step=start
            )
            outputs = {**batch, **outputs}
            new_sums = {
                loss.name: sums[loss.name]
                + tf.reduce_sum(tf.cast(example_losses(loss, outputs), tf.float64))
                for loss in plan.losses
            }
            new_states = {}
            for planned in plan.metrics:
                with part("metric", planned.name, planned.span):
                    state = planned.metric.update(
                        states[planned.name], outputs[planned.of], outputs[planned.target]
                    )
                    check_state(planned, declared[planned.name], state)
                    new_states[planned.name] = dict(state)
            return start + size, new_sums, new_states

        _, sums, states = tf.while_loop(
            lambda start, *_: start < examples,
            body,
            [tf.constant(0, tf.int64), sums, states],
        )
        return figures(plan, values, sums, states, examples)

    return evaluate


def _state(plan: Plan, planned: PlannedMetric) -> dict[str, TensorSpec]:
    """The accumulators that a metric declares."""
    with part("metric", planned.name, planned.span):
        specs = planned.metric.state(plan.output_of(planned.of), plan.output_of(planned.target))
        return dict(specs)


def figures(
    plan: Plan, weights: Mapping[str, Tensor], sums: Any, states: Any, examples: Tensor
) -> dict[str, Tensor]:
    """The objective, each loss where there are several, and each metric."""
    found = {}
    if plan.losses:
        total = tf.constant(0.0, tf.float64)
        for planned in plan.losses:
            value = sums[planned.name]
            if planned.loss.reduction == "mean":
                value = value / tf.cast(examples, tf.float64)
            total += planned.weight * value
            if len(plan.losses) > 1:
                found[planned.name] = value
        penalty = regularisation(plan, weights)
        found = {
            "loss": total if penalty is None else total + tf.cast(penalty, tf.float64),
            **found,
        }
    for metric in plan.metrics:
        with part("metric", metric.name, metric.span):
            result = metric.metric.result(states[metric.name])
            check_result(metric, result)
            found[metric.name] = tf.cast(result, tf.float64)
    return found


def prediction(plan: Plan, read: Read, first_row: str = "") -> Callable[..., dict[str, Tensor]]:
    """A function `predict(**inputs)` to trace: the outputs of one batch by name.

    With `first_row` it takes one more argument of that name, the position of the batch in the
    data, which is 0 otherwise.
    """

    def predict(**inputs: Tensor) -> dict[str, Tensor]:
        values = read()
        step = inputs.pop(first_row, tf.constant(0, tf.int64))
        outputs, _ = forward(plan, plan.outputs, inputs, values, training=False, step=step)
        return {name: tf.identity(outputs[name], name=f"output/{name}") for name in plan.outputs}

    return predict
