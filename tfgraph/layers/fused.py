"""The steps of an lstm in fused ops: all of them in one forward, one a step backward."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tfgraph.api import Tensor
from tfgraph.layers.kernels import product_back
from tfgraph.layers.recurrence import UNROLLED_STEPS
from tfgraph.lazy import tf

#: In the order in which they are given to what has a gradient of its own.
_WEIGHTS = ("kernel", "recurrent_kernel", "bias")


def lstm(
    by_time: Tensor,
    weights: Mapping[str, Tensor],
    forget_bias: float,
    *,
    sequence: bool,
) -> Tensor:
    """The outputs [time, batch, units] for float32 [time, batch, features], or the last of them.

    The states before the first step are zeros, the gates stand in the order i, j, f, o. In the
    gradient of up to `UNROLLED_STEPS` steps each has an op and a product with the recurrent kernel,
    and there is one product over all steps for each kernel; TensorFlow's own makes three products
    in every step, and takes twice the time for 128 units (batch of 128, two cores).
    """
    steps = by_time.shape[0]
    if steps is None or steps > UNROLLED_STEPS:
        found = _forward(by_time, _cell(**weights), forget_bias).h
        if sequence:
            return found
        start = tf.zeros([1, tf.shape(found)[1], found.shape[2]])  # there may be no step at all
        return tf.concat([start, found], 0)[-1]

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def outputs(
        by_time: Tensor, kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor
    ) -> tuple[Tensor, Callable[[Tensor], tuple[Tensor, ...]]]:
        cell = _cell(kernel, recurrent_kernel, bias)
        found = _forward(by_time, cell, forget_bias)

        def gradient(of_outputs: Tensor) -> tuple[Tensor, ...]:
            of_each = tf.unstack(of_outputs) if sequence else [None] * (steps - 1) + [of_outputs]
            of_gates = _backward(by_time, found, cell, of_each)
            later = of_gates[tf.shape(by_time)[1] :]
            return (
                tf.reshape(product_back(of_gates, kernel), tf.shape(by_time)),
                tf.matmul(_flat(by_time), of_gates, transpose_a=True),
                tf.matmul(_flat(found.h[:-1]), later, transpose_a=True),
                tf.reduce_sum(of_gates, 0),
            )

        return found.h if sequence else found.h[-1], gradient

    return outputs(by_time, *(weights[name] for name in _WEIGHTS))


def _cell(kernel: Tensor, recurrent_kernel: Tensor, bias: Tensor) -> dict[str, Any]:
    """What the ops take of the weights; they could have peepholes."""
    unused = tf.zeros([recurrent_kernel.shape[0]])
    return {
        "w": tf.concat([kernel, recurrent_kernel], 0),
        "b": bias,
        "wci": unused,
        "wcf": unused,
        "wco": unused,
        "use_peephole": False,
    }


def _forward(by_time: Tensor, cell: Mapping[str, Any], forget_bias: float) -> Any:
    nothing = tf.zeros([tf.shape(by_time)[1], cell["wci"].shape[0]])
    return tf.raw_ops.BlockLSTM(
        seq_len_max=tf.shape(by_time, out_type=tf.int64)[0],
        x=by_time,
        cs_prev=nothing,
        h_prev=nothing,
        forget_bias=forget_bias,
        cell_clip=-1.0,
        **cell,
    )


def _backward(
    by_time: Tensor, found: Any, cell: Mapping[str, Any], of_outputs: Sequence[Tensor | None]
) -> Tensor:
    """The gradient with respect to what enters the gates, [time · batch, 4 units].

    From those with respect to the output of each step, None where it has no use.
    """
    made = {name: tf.unstack(getattr(found, name)) for name in ("i", "cs", "f", "o", "ci", "co")}
    x, h = tf.unstack(by_time), tf.unstack(found.h)
    nothing = tf.zeros_like(h[0])
    recurrent_kernel = cell["w"][by_time.shape[2] :]
    of_gates: list[Tensor] = []
    of_h, of_cs = of_outputs[-1], nothing
    for step in reversed(range(len(x))):
        if of_gates:
            through, own = product_back(of_gates[-1], recurrent_kernel), of_outputs[step]
            of_h = through if own is None else own + through
        gradients = tf.raw_ops.LSTMBlockCellGrad(
            x=x[step],
            h_prev=h[step - 1] if step else nothing,
            cs_prev=made["cs"][step - 1] if step else nothing,
            cs_grad=of_cs,
            h_grad=of_h,
            **{name: values[step] for name, values in made.items()},
            **cell,
        )
        of_cs = gradients.cs_prev_grad
        of_gates.append(gradients.dicfo)
    return tf.concat(of_gates[::-1], 0)


def _flat(by_time: Tensor) -> Tensor:
    return tf.reshape(by_time, [-1, by_time.shape[2]])
