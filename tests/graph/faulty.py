"""Layers, a loss, a metric and an optimizer that fail: in the graph, in its gradient, in the making."""

import sys

import tfgraph
import tfgraph.builtins
from tfgraph.api import Layer, Loss, Metric, Optimizer, TensorSpec, hookimpl
from tfgraph.lazy import tf
from tfgraph.registry import Plugin, Registry


def checked(x, message):
    """`x`, unless one of its values is 10 or more."""
    with tf.control_dependencies([tf.debugging.assert_less(x, 10.0, message)]):
        return tf.identity(x)


class Same(Layer):
    """Abstract: gives its input."""

    def infer(self, x):
        return x


class FailsForward(Same):
    type = "fails_forward"

    def build(self, x, weights, ctx):
        return checked(x, "too large forward")


class FailsBackward(Same):
    type = "fails_backward"

    def build(self, x, weights, ctx):
        @tf.custom_gradient
        def same(x):
            return tf.identity(x), lambda gradient: checked(gradient + 10.0, "too large backward")

        return same(x)


class FailsInTheMaking(Same):
    type = "fails_in_the_making"

    def build(self, x, weights, ctx):
        return x + tf.zeros([5, 5, 5, 7])


class FailingLoss(Loss):
    type = "failing_loss"

    def check(self, output, target):
        pass

    def build(self, output, target):
        return checked(tf.reduce_mean(output, -1), "too large a loss")


class FailingMetric(Metric):
    type = "failing_metric"

    def check(self, output, target):
        pass

    def state(self, output, target):
        return {"total": TensorSpec(())}

    def update(self, state, output, target):
        return {"total": checked(tf.reduce_sum(output), "too large a metric")}

    def result(self, state):
        return state["total"]


class FailingOptimizer(Optimizer):
    type = "failing_optimizer"

    def update(self, variable, gradient, slots, learning_rate, step):
        return variable.assign(checked(gradient + 10.0, "too large an update")).op


class Any(Loss):
    """Abstract: takes any output and target."""

    def check(self, output, target):
        pass


class ScalarLoss(Any):
    type = "scalar_loss"

    def build(self, output, target):
        return tf.reduce_mean(tf.square(output - target))


class LossOfEachValue(Any):
    type = "loss_of_each_value"

    def build(self, output, target):
        return tf.square(output - target)


class CountingLoss(Any):
    type = "counting_loss"

    def build(self, output, target):
        return tf.cast(output[:, 0] > 0, tf.int32)


class LossWithoutReturn(Any):
    type = "loss_without_return"

    def build(self, output, target):
        pass


class Total(FailingMetric):
    """A metric of the output's sum, its state float32."""

    type = "total"

    def update(self, state, output, target):
        return {"total": state["total"] + tf.reduce_sum(output)}


class WiderState(Total):
    type = "wider_state"

    def update(self, state, output, target):
        return {"total": tf.cast(tf.reduce_sum(output), tf.float64)}


class LargerState(Total):
    type = "larger_state"

    def update(self, state, output, target):
        return {"total": state["total"] + output[0]}


class OtherState(Total):
    type = "other_state"

    def update(self, state, output, target):
        return {"sum": state["total"]}


class VectorResult(Total):
    type = "vector_result"

    def result(self, state):
        return tf.stack([state["total"]] * 2)


class CalledLoss(Total):
    """Its type is the word that the objective is reported by."""

    type = "loss"


@hookimpl
def tfgraph_layers():
    return [FailsForward, FailsBackward, FailsInTheMaking]


@hookimpl
def tfgraph_losses():
    return [FailingLoss, ScalarLoss, LossOfEachValue, CountingLoss, LossWithoutReturn]


@hookimpl
def tfgraph_metrics():
    return [FailingMetric, WiderState, LargerState, OtherState, VectorResult, CalledLoss]


@hookimpl
def tfgraph_optimizers():
    return [FailingOptimizer]


REGISTRY = Registry(
    {
        Plugin("builtins", "tfgraph"): tfgraph.builtins,
        Plugin("faulty", "tests"): sys.modules[__name__],
    }
)


def build(text):
    """The graph of a spec that may use them."""
    return tfgraph.build(tfgraph.loads(text, registry=REGISTRY))
