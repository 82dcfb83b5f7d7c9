"""Facts: what a component may say of itself so that a spec can be advised.

They change nothing of a graph. Each has a default that claims nothing, so a component that declares
none is never warned of. `tfgraph.testing` checks those of a layer against what it computes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

#: What numbers mean: `class_logits` become probabilities by a softmax over the last axis, `logits`
#: by a sigmoid each; `scores` choose a side by their sign.
Meaning = Literal["class_logits", "logits", "probabilities", "log_probabilities", "scores"]


@dataclass(frozen=True)
class LayerFacts:
    """What is known of a layer's output, whatever its weights and inputs are.

    Args:
        output_range: bounds of every value.
        gives: what the values mean.
        passes: outside training the values are the input's, in whatever shape and order.
        elementwise: each value comes of the one at its place in the only input.
        linear: a linear function of the inputs, and constants added; a weight called `bias` is
            added last.
        mixes: a product with a weight called `kernel`: `all` where any linear map over the last
            axis is one, `some` where it has a form (a convolution).
        unchanged: the range of inputs that it leaves as they are.
        flat_at_zero: where its values (before an activation of its own) are 0, it gives 0 and has
            no gradient.
        constant: the output is the same for every input.
        drop_rate: the share of values that it drops in training.
        window: size and step of a window along height and width.
        normalizes_batch: in training it subtracts the mean over the batch and all axes but the
            last.
        parameter: the parameter that decides most of this (`activation`); it is pointed at.
    """

    output_range: tuple[float, float] = (-math.inf, math.inf)
    gives: Meaning | None = None
    passes: bool = False
    elementwise: bool = False
    linear: bool = False
    mixes: Literal["all", "some"] | None = None
    unchanged: tuple[float, float] | None = None
    flat_at_zero: bool = False
    constant: bool = False
    drop_rate: float = 0.0
    window: tuple[tuple[int, int], tuple[int, int]] | None = None
    normalizes_batch: bool = False
    parameter: str = ""


@dataclass(frozen=True)
class ComparisonFacts:
    """What is known of a loss or a metric for an output and a target.

    Args:
        takes: what it takes the output for.
        compares: classes, or numbers that should be close.
        constant: it is the same for every output.
        settings: the values of its parameters by which it takes the output for something else.
    """

    takes: Meaning | None = None
    compares: Literal["classes", "numbers"] | None = None
    constant: bool = False
    settings: Mapping[Meaning, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Stated:
    """A number, and the parameter that it comes from."""

    value: float
    parameter: str


@dataclass(frozen=True)
class ScheduleFacts:
    """What is known of a schedule without running it; None where there is nothing to say.

    Args:
        highest: its highest learning rate.
        rises: the number of steps before it is reached, where that takes any.
        steady: the number of first steps over which the rate hardly moves, of a schedule that
            should move it.
        ends: the step from which on the rate is 0.
    """

    highest: Stated | None = None
    rises: Stated | None = None
    steady: Stated | None = None
    ends: Stated | None = None


@dataclass(frozen=True)
class OptimizerFacts:
    """What is known of an optimizer.

    Args:
        too_high: the learning rate from which on training is all but sure to fail, for losses of
            about 1 and weights below it.
        follows_gradient: the size of a step is that of the gradient, times the learning rate;
            otherwise it is about the learning rate, however large the gradient.
    """

    too_high: float | None = None
    follows_gradient: bool = False


@dataclass(frozen=True)
class InitializerFacts:
    """What is known of first values: the number they all are, if there is one."""

    value: float | None = None
