"""Graph: a plan with its variables and its three functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

from tfgraph.api import Tensor, TensorSpec
from tfgraph.errors import UsageError
from tfgraph.graph.averages import averages_of, read_averaged
from tfgraph.graph.definition import graph_definition
from tfgraph.graph.evaluation import evaluation_loop, prediction
from tfgraph.graph.examination import examination, finite_values
from tfgraph.graph.exhausted import BatchBy
from tfgraph.graph.functions import trace
from tfgraph.graph.scaling import Scaling, scaling_of
from tfgraph.graph.training import training_loop
from tfgraph.graph.variables import Variables, variable
from tfgraph.lazy import tf
from tfgraph.spec.plan import Plan
from tfgraph.spec.plan.contract import Caller, slots
from tfgraph.words import did_you_mean, listed


class Graph(tf.Module):  # type: ignore[misc]
    """The TensorFlow graphs of a spec, and the variables they share.

    `predict`, `evaluate` and `train` are ConcreteFunctions, traced when they are first asked
    for. The initial weights depend on the spec's seed and on their own names alone.
    """

    def __init__(self, plan: Plan, compiled: bool | None = None) -> None:
        super().__init__()
        self.plan = plan
        #: Whether the steps of training are compiled with XLA.
        self.compiled = plan.spec.training.compile is True if compiled is None else compiled
        with tf.init_scope():
            self._weights = {
                name: variable(name, spec, plan.spec.training.seed)
                for name, spec in plan.weights.items()
            }
            #: The number of training steps made, an int64 variable.
            self.step = tf.Variable(0, dtype=tf.int64, trainable=False, name="step")
            #: The sum of the objectives of all steps since it was last set to 0, of float64.
            self.loss_sum = tf.Variable(0.0, dtype=tf.float64, trainable=False, name="loss_sum")

    @property
    def weights(self) -> Mapping[str, Any]:
        """The variables by full name (`hidden/kernel`); tied weights are their owner's."""
        return MappingProxyType(self._weights)

    @cached_property
    def slots(self) -> Mapping[str, Mapping[str, Any]]:
        """The optimizer's variables: for each trainable weight, its slots by name.

        For a weight in half precision they are of float32, as its own copy `float32` is.
        """
        if self.plan.spec.optimizer is None:
            raise UsageError(
                f"the spec `{self.plan.spec.name}` has no optimizer: there is nothing to train",
                help="add `loss` and `optimizer`",
            )
        optimizer = self.plan.spec.optimizer
        caller = Caller(optimizer.component, optimizer.span)
        with tf.init_scope():
            made = {
                weight: {
                    slot: variable(f"optimizer/{weight}/{slot}", slot_spec)
                    for slot, slot_spec in slots(caller, spec).items()
                }
                for weight, spec in self.plan.weights.items()
                if spec.trainable
            }
        self._slots = made  # tracked, so that TensorFlow's own checkpoints hold them
        return made

    @cached_property
    def averages(self) -> Mapping[str, Any]:
        """The moving averages of the trainable weights, by full name; empty without `ema`.

        From the first update on, `evaluate` and `predict` take them in place of the weights.
        """
        with tf.init_scope():
            made = averages_of(self.plan)
        self._averages = made
        return made

    @cached_property
    def _scaling(self) -> Scaling | None:
        with tf.init_scope():
            made = scaling_of(self.plan)
        self._scaling_variables = made.variables if made else {}
        return made

    @property
    def state(self) -> Mapping[str, Any]:
        """All variables that training changes, by name: what a checkpoint holds.

        `step`, `loss_sum`, `weights/NAME`, `slots/WEIGHT/SLOT` and, with `ema`,
        `averages/WEIGHT`, with `precision: float16` also `loss_scale`, `good_steps` and
        `skipped_steps`. Training goes on from them bit for bit.
        """
        found = {**self.evaluated_state, "loss_sum": self.loss_sum}
        if self.plan.spec.optimizer is not None:
            for weight, own in self.slots.items():
                found |= {f"slots/{weight}/{slot}": variable for slot, variable in own.items()}
        found |= self._scaling.variables if self._scaling else {}
        return MappingProxyType(found)

    @property
    def evaluated_state(self) -> Mapping[str, Any]:
        """What evaluation and prediction take of the state: `step`, `weights/NAME`, `averages/WEIGHT`.

        No variable is made for the rest of it.
        """
        found = {"step": self.step}
        found |= {f"weights/{name}": variable for name, variable in self._weights.items()}
        found |= {f"averages/{name}": variable for name, variable in self.averages.items()}
        return MappingProxyType(found)

    @cached_property
    def predict(self) -> Any:
        """ConcreteFunction: the model's inputs by name -> its outputs by name.

        Whole numbers are taken as the dataset stores them, and scaled where it says so (bytes of
        an image); floating-point numbers are taken as they are. The batch counts as the first of
        its data, which matters to layers that draw at evaluation; `tfgraph.predict` goes on
        through the rows of an array.
        """
        function = prediction(self.plan, self.evaluated_weights)
        return trace(self.plan, "predict", function, self._seen, batch_by="the caller")

    def predict_from(self, first_row: int, inputs: Mapping[str, Any]) -> dict[str, Tensor]:
        """`predict` for a batch whose first example stands at `first_row` of the data."""
        name, function = self._predict_from
        found: dict[str, Tensor] = function(**{**inputs, name: first_row})
        return found

    @cached_property
    def _predict_from(self) -> tuple[str, Any]:
        name = "first_row"
        while name in self.plan.fields:
            name += "_"
        function = prediction(self.plan, self.evaluated_weights, name)
        inputs = {**self._seen, name: TensorSpec((), "int64")}
        by: BatchBy = "train.evaluate_batch_size"
        return name, trace(self.plan, "predict", function, inputs, batch_by=by)

    @property
    def _seen(self) -> dict[str, TensorSpec]:
        return {name: self.plan.fields[name].spec for name in self.plan.inputs}

    @cached_property
    def evaluate(self) -> Any:
        """ConcreteFunction: the arrays of a split by field -> loss and metrics by name."""
        if not (self.plan.losses or self.plan.metrics):
            raise UsageError(
                f"the spec `{self.plan.spec.name}` has neither loss nor metrics to evaluate"
            )
        function = evaluation_loop(self.plan, self.evaluated_weights)
        by: BatchBy = "train.evaluate_batch_size"
        return trace(self.plan, "evaluate", function, self.stored, batch_by=by, least=1)

    @cached_property
    def train(self) -> Any:
        """ConcreteFunction: `steps` and the arrays of a split by field -> mean loss.

        It makes whole steps in one call, from `step` on, and moves `step` and `loss_sum`: their
        sum is the same however the steps are cut into calls.
        """
        function = training_loop(
            self.plan,
            Variables(
                self.step,
                self.loss_sum,
                self._weights,
                self.slots,
                self.averages,
                self._scaling,
            ),
            compiled=self.compiled,
        )
        inputs = {"steps": TensorSpec((), "int64"), **self.stored}
        training = self.plan.spec.training
        least = training.batch_size if training.drop_remainder else 1
        by: BatchBy = "train.batch_size"
        return trace(self.plan, "train", function, inputs, batch_by=by, least=least)

    @cached_property
    def examine(self) -> Any:
        """ConcreteFunction: the arrays of a split by field -> what of the next step is finite.

        Batch, outputs of layers, loss and gradients, by name; nothing changes.
        """
        function = examination(
            self.plan, self._weights, self.step, self._scaling, compiled=self.compiled
        )
        by: BatchBy = "train.batch_size"
        return trace(self.plan, "examine", function, self.stored, batch_by=by, least=1)

    def not_finite(self) -> str | None:
        """The first variable of `state` that holds an infinity or a NaN; None where none does.

        `loss_sum`, from which nothing is computed, may do so.
        """
        names, function = self._finite
        finite = function()["finite"].numpy()
        return None if finite.all() else names[int(finite.argmin())]

    @cached_property
    def _finite(self) -> tuple[Sequence[str], Any]:
        variables = {name: v for name, v in self.state.items() if name != "loss_sum"}
        function = finite_values(variables)
        return list(variables), trace(self.plan, "finite", function, {}, batch_by="the caller")

    def learning_rate(self, made: int) -> float:
        """The optimizer's `learning_rate` of the update after so many that were made."""
        constant, function = self._learning_rate
        if constant is not None:
            return constant
        return float(function(tf.constant(made, tf.int64))["learning_rate"])

    @cached_property
    def _learning_rate(self) -> tuple[float | None, Any]:
        optimizer = self.plan.spec.optimizer
        assert optimizer is not None  # there is no training without

        def learning_rate(made: Tensor) -> dict[str, Tensor]:
            return {"learning_rate": optimizer.component.learning_rate.build(made)}

        inputs = {"made": TensorSpec((), "int64")}
        function = trace(self.plan, "learning_rate", learning_rate, inputs, batch_by="the caller")
        constant = tf.get_static_value(function.outputs[0])
        return None if constant is None else float(constant), function

    @property
    def stored(self) -> dict[str, TensorSpec]:
        """The fields that training and evaluation take, as they are in memory."""
        names = [n for n in self.plan.fields if n in (*self.plan.inputs, *self.plan.targets)]
        return {name: self.plan.fields[name].stored_spec for name in names}

    def evaluated_weights(self) -> dict[str, Tensor]:
        """The values of the weights that evaluation and prediction take: with `ema` the averages."""

        def made() -> Tensor:
            step = self.step.read_value()
            return self._scaling.updates_before(step) if self._scaling else step

        return read_averaged(self._weights, self.averages, made)

    def weight(self, name: str) -> Tensor:
        """The value of a weight by full name, a tied one as its layer uses it.

        It is the one that training goes on from; with `ema`, `averages` holds the one that
        evaluation and prediction take.
        """
        if name in self._weights:
            return self._weights[name].read_value()
        seen = {
            f"{layer.name}/{n}": (layer, n) for layer in self.plan.layers for n in layer.weights
        }
        if name not in seen:
            help = did_you_mean(name, seen) or (f"there are {listed(seen)}" if seen else "")
            raise UsageError(f"there is no weight `{name}`", help=help)
        planned, weight_name = seen[name]
        spec = planned.weights[weight_name]
        if spec.tied is None:
            return self.weight(planned.weight_name(weight_name))
        return tf.transpose(self._weights[spec.tied.weight], spec.tied.permutation)

    def graph_def(self, function: str) -> bytes:
        """The GraphDef of `predict`, `evaluate` or `train`; equal specs give equal bytes."""
        if function not in ("predict", "evaluate", "train"):
            raise UsageError(f"there is no function `{function}`: predict, evaluate or train")
        return graph_definition(getattr(self, function))


def build(plan: Plan, *, compiled: bool | None = None) -> Graph:
    """The graph of a plan, its variables initialized; functions are traced on first use.

    `compiled` says whether the steps of training are compiled with XLA; None: where the spec has
    `compile: true`.
    """
    return Graph(plan, compiled)
