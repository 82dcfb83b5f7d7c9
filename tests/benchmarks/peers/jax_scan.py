"""JAX: a turn is one compiled call, a `lax.scan` over steps with all rows in memory.

The weights are donated, so that each step writes where the last one did. XLA runs convolutions
within a loop on one thread on a CPU: there, every step is a compiled call of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn

from tests.benchmarks.peers import RMSPROP, Arrays, Task

Weights = Mapping[str, Any]
#: The share of values to drop, from the spec's: 0 where the comparison is to be exact.
Rate = Callable[[float], float]


def use_threads(threads: int) -> None:
    """Check the number: JAX takes as many threads as there are processors, and cannot be told."""
    assert threads == len(os.sched_getaffinity(0)), threads


class Training:
    def __init__(self, task: Task) -> None:
        self.step = 0
        self.steps_a_call = 1 if task.model == "cnn" else None
        self.rows = {name: jnp.asarray(value) for name, value in rows(task).items()}
        self.values = {name: jnp.asarray(value) for name, value in task.initial.items()}
        self.slots = {name: jnp.ones_like(value) for name, value in self.values.items()}
        many = partial(train, one_step(task))
        self.call = jax.jit(many, static_argnames="steps", donate_argnums=(0, 1))

    def run(self, steps: int) -> None:
        at_once = self.steps_a_call or steps
        for _ in range(steps // at_once):
            self.values, self.slots = self.call(
                self.values, self.slots, self.rows, self.step, steps=at_once
            )
            self.step += at_once
        jax.block_until_ready(self.values)

    def weights(self) -> Arrays:
        return {name: np.asarray(value) for name, value in self.values.items()}


prepare = Training


def rows(task: Task) -> Arrays:
    if task.model == "linear_regression":
        return task.arrays
    labels = {"label": task.arrays["label"].astype(np.int32)} if "label" in task.arrays else {}
    return {"image": task.images(), **labels}


def train(
    one: Callable[..., tuple[Weights, Weights]],
    values: Weights,
    slots: Weights,
    rows: Weights,
    first: Any,
    *,
    steps: int,
) -> tuple[Weights, Weights]:
    if steps == 1:
        return one(values, slots, rows, first)

    def body(state: Any, step: Any) -> Any:
        return one(*state, rows, step), None

    state, _ = lax.scan(body, (values, slots), first + jnp.arange(steps))
    return state


def one_step(task: Task) -> Callable[..., tuple[Weights, Weights]]:
    loss, update = MODELS[task.model]

    def step(values: Weights, slots: Weights, rows: Weights, step: Any) -> tuple[Weights, Weights]:
        start = step % task.epoch * task.batch
        batch = {n: lax.dynamic_slice_in_dim(v, start, task.batch) for n, v in rows.items()}
        key = jax.random.fold_in(jax.random.key(0), step)
        gradients = jax.grad(loss)(values, batch, task.rate, key)
        found = {n: update(values[n], slots[n], gradients[n]) for n in values}
        return {n: v for n, (v, _) in found.items()}, {n: s for n, (_, s) in found.items()}

    return step


def linear_regression(w: Weights, batch: Weights, rate: Rate, key: Any) -> Any:
    return jnp.mean(jnp.square(batch["y"] - w["scale_1/scale"] * batch["x"]))


def logistic_regression(w: Weights, batch: Weights, rate: Rate, key: Any) -> Any:
    return cross_entropy(batch, batch["image"] @ w["matmul_1/kernel"])


def mlp(w: Weights, batch: Weights, rate: Rate, key: Any) -> Any:
    hidden = nn.sigmoid(batch["image"] @ w["hidden/kernel"])
    return cross_entropy(batch, hidden @ w["logits/kernel"])


def deep_mlp(w: Weights, batch: Weights, rate: Rate, key: Any) -> Any:
    x = batch["image"]
    for kernel, own in zip(("hidden/kernel", "hidden2/kernel"), jax.random.split(key)):
        x = dropout(nn.relu(x @ w[kernel]), rate(0.5), own)
    return cross_entropy(batch, x @ w["logits/kernel"])


def denoising_autoencoder(w: Weights, batch: Weights, rate: Rate, key: Any) -> Any:
    kernel = w["encoder/kernel"]
    seen = corrupt(batch["image"], rate(0.3), key)
    code = nn.sigmoid(seen @ kernel + w["encoder/bias"])
    restored = nn.sigmoid(code @ kernel.T + w["decoder/bias"])
    return jnp.sum(jnp.square(batch["image"] - restored))


def lstm(w: Weights, batch: Weights, rate: Rate, key: Any) -> Any:
    images = batch["image"].reshape(-1, 28, 28).transpose(1, 0, 2)
    projected = images @ w["lstm/kernel"] + w["lstm/bias"]

    def cell(state: Any, own: Any) -> Any:
        h, c = state
        i, j, f, o = jnp.split(own + h @ w["lstm/recurrent_kernel"], 4, axis=1)
        c = c * nn.sigmoid(f + 1) + nn.sigmoid(i) * jnp.tanh(j)
        return (jnp.tanh(c) * nn.sigmoid(o), c), None

    start = jnp.zeros((images.shape[1], 28))
    (h, _), _ = lax.scan(cell, (start, start), projected)
    return cross_entropy(batch, h @ w["logits/kernel"] + w["logits/bias"])


def cnn(w: Weights, batch: Weights, rate: Rate, key: Any) -> Any:
    x, keys = batch["image"], jax.random.split(key, 4)
    for kernel, own in zip(("conv/kernel", "conv2/kernel", "conv3/kernel"), keys):
        axes = ("NHWC", "HWIO", "NHWC")
        x = nn.relu(lax.conv_general_dilated(x, w[kernel], (1, 1), "SAME", dimension_numbers=axes))
        window = (1, 2, 2, 1)
        x = lax.reduce_window(x, -jnp.inf, lax.max, window, window, "SAME")
        x = dropout(x, rate(0.2), own)
    x = nn.relu(x.reshape(x.shape[0], -1) @ w["hidden/kernel"])
    return cross_entropy(batch, dropout(x, rate(0.5), keys[3]) @ w["logits/kernel"])


def corrupt(x: Any, rate: float, key: Any) -> Any:
    return x if rate == 0 else jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x, 0)


def dropout(x: Any, rate: float, key: Any) -> Any:
    return corrupt(x, rate, key) / (1 - rate)


def cross_entropy(batch: Weights, logits: Any) -> Any:
    chosen = jnp.take_along_axis(nn.log_softmax(logits), batch["label"][:, None], axis=1)
    return -jnp.mean(chosen)


def descent(learning_rate: float) -> Any:
    return lambda w, slot, gradient: (w - learning_rate * gradient, slot)


def rmsprop(w: Any, square: Any, gradient: Any) -> Any:
    decay = RMSPROP["decay"]
    square = decay * square + (1 - decay) * jnp.square(gradient)
    step = gradient * lax.rsqrt(square + RMSPROP["epsilon"])
    return w - RMSPROP["learning_rate"] * step, square


MODELS: dict[str, tuple[Any, Any]] = {
    "linear_regression": (linear_regression, descent(0.01)),
    "logistic_regression": (logistic_regression, descent(0.05)),
    "mlp": (mlp, descent(0.05)),
    "deep_mlp": (deep_mlp, rmsprop),
    "denoising_autoencoder": (denoising_autoencoder, descent(0.02)),
    "lstm": (lstm, rmsprop),
    "cnn": (cnn, rmsprop),
}
