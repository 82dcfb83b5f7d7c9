"""A loop of `Session.run` with TensorFlow's first API: each batch is a slice of NumPy arrays, fed.

Labels are fed one-hot, shares of dropout are placeholders, and the autoencoder's mask is drawn with
NumPy and fed beside the images: so models were trained when that API was new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from tests.benchmarks.peers import RMSPROP, Arrays, Task

v1 = tf.compat.v1
Tensors = Mapping[str, Any]
Drop = Callable[[Any, float], Any]


def use_threads(threads: int) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


class Training:
    def __init__(self, task: Task) -> None:
        self.task = task
        self.step = 0
        self.random = np.random.default_rng(0)
        self.rows = fed_rows(task)
        self.rates: dict[float, Any] = {}
        with tf.Graph().as_default():
            self.places = {
                name: v1.placeholder(tf.float32, [None, *array.shape[1:]])
                for name, array in self.rows.items()
            }
            if task.model == "denoising_autoencoder":
                self.places["mask"] = v1.placeholder(tf.float32, [None, 784])
            self.variables = {n: v1.Variable(value) for n, value in initial(task).items()}
            define, optimizer = MODELS[task.model]
            loss = define(self.places, self.variables, self.drop)
            self.train = optimizer().minimize(loss)
            self.session = v1.Session()
            self.session.run(v1.global_variables_initializer())

    def drop(self, x: Any, rate: float) -> Any:
        if self.task.rate(rate) == 0:
            return x
        self.rates.setdefault(rate, v1.placeholder(tf.float32, []))
        return v1.nn.dropout(x, rate=self.rates[rate])

    def run(self, steps: int) -> None:
        fixed = {place: rate for rate, place in self.rates.items()}
        for step in range(self.step, self.step + steps):
            start = self.task.at(step)
            stop = start + self.task.batch
            feeds = {self.places[name]: rows[start:stop] for name, rows in self.rows.items()}
            if "mask" in self.places:
                feeds[self.places["mask"]] = self.mask()
            self.session.run(self.train, feed_dict={**feeds, **fixed})
        self.step += steps

    def mask(self) -> np.ndarray:
        drawn = self.random.random((self.task.batch, 784), np.float32)
        return (drawn >= self.task.rate(0.3)).astype(np.float32)

    def weights(self) -> Arrays:
        found = self.session.run(self.variables)
        joined = found.pop("lstm", None)
        if joined is not None:
            found["lstm/kernel"], found["lstm/recurrent_kernel"] = np.split(joined, [28])
        return found


prepare = Training


def fed_rows(task: Task) -> Arrays:
    if task.model == "linear_regression":
        return task.arrays
    if "label" not in task.arrays:
        return {"image": task.images()}
    return {"image": task.images(), "label": np.eye(10, dtype=np.float32)[task.arrays["label"]]}


def initial(task: Task) -> Arrays:
    """The initial weights; those of the LSTM as one kernel, for its input beside its state."""
    found = dict(task.initial)
    if task.model == "lstm":
        parts = (found.pop("lstm/kernel"), found.pop("lstm/recurrent_kernel"))
        found["lstm"] = np.concatenate(parts)
    return found


def linear_regression(places: Tensors, w: Tensors, drop: Drop) -> Any:
    return tf.reduce_mean(tf.square(places["y"] - places["x"] * w["scale_1/scale"]))


def logistic_regression(places: Tensors, w: Tensors, drop: Drop) -> Any:
    return cross_entropy(places, tf.matmul(places["image"], w["matmul_1/kernel"]))


def mlp(places: Tensors, w: Tensors, drop: Drop) -> Any:
    hidden = tf.sigmoid(tf.matmul(places["image"], w["hidden/kernel"]))
    return cross_entropy(places, tf.matmul(hidden, w["logits/kernel"]))


def deep_mlp(places: Tensors, w: Tensors, drop: Drop) -> Any:
    x = places["image"]
    for kernel in ("hidden/kernel", "hidden2/kernel"):
        x = drop(tf.nn.relu(tf.matmul(x, w[kernel])), 0.5)
    return cross_entropy(places, tf.matmul(x, w["logits/kernel"]))


def denoising_autoencoder(places: Tensors, w: Tensors, drop: Drop) -> Any:
    kernel = w["encoder/kernel"]
    seen = places["mask"] * places["image"]
    code = tf.sigmoid(tf.matmul(seen, kernel) + w["encoder/bias"])
    restored = tf.sigmoid(tf.matmul(code, tf.transpose(kernel)) + w["decoder/bias"])
    return tf.reduce_sum(tf.square(places["image"] - restored))


def lstm(places: Tensors, w: Tensors, drop: Drop) -> Any:
    rows = tf.reshape(places["image"], [-1, 28, 28])
    h = c = tf.zeros([tf.shape(rows)[0], 28])
    for row in tf.unstack(rows, axis=1):
        gates = tf.matmul(tf.concat([row, h], 1), w["lstm"]) + w["lstm/bias"]
        i, j, f, o = tf.split(gates, 4, axis=1)
        c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
        h = tf.tanh(c) * tf.sigmoid(o)
    return cross_entropy(places, tf.matmul(h, w["logits/kernel"]) + w["logits/bias"])


def cnn(places: Tensors, w: Tensors, drop: Drop) -> Any:
    x = places["image"]
    for kernel in ("conv/kernel", "conv2/kernel", "conv3/kernel"):
        x = tf.nn.relu(tf.nn.conv2d(x, w[kernel], strides=1, padding="SAME"))
        x = drop(tf.nn.max_pool2d(x, ksize=2, strides=2, padding="SAME"), 0.2)
    x = tf.matmul(tf.reshape(x, [-1, 4 * 4 * 128]), w["hidden/kernel"])
    return cross_entropy(places, tf.matmul(drop(tf.nn.relu(x), 0.5), w["logits/kernel"]))


def cross_entropy(places: Tensors, logits: Any) -> Any:
    losses = tf.nn.softmax_cross_entropy_with_logits(labels=places["label"], logits=logits)
    return tf.reduce_mean(losses)


descent = v1.train.GradientDescentOptimizer
rmsprop = partial(v1.train.RMSPropOptimizer, **RMSPROP)
MODELS = {
    "linear_regression": (linear_regression, partial(descent, 0.01)),
    "logistic_regression": (logistic_regression, partial(descent, 0.05)),
    "mlp": (mlp, partial(descent, 0.05)),
    "deep_mlp": (deep_mlp, rmsprop),
    "denoising_autoencoder": (denoising_autoencoder, partial(descent, 0.02)),
    "lstm": (lstm, rmsprop),
    "cnn": (cnn, rmsprop),
}
