"""The tutorial's models as its time wrote them: placeholders, variables, and a session that is fed.

Nothing of tfgraph is used: these are the independent implementations that `test_parity.py` compares
with. Dropout and corruption are left out. Each model takes its initial weights by the names that
they have in the specs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from tfgraph.lazy import tf

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Model:
    """What a session needs to train: where batches go in, the step, and the variables by name."""

    image: object
    label: object
    step: object
    variables: dict[str, object]


def trained(
    define: Callable[[Arrays], Model], initial: Arrays, batches: Iterable[Arrays]
) -> Arrays:
    """The weights after a step for each batch, run one at a time."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        model = define(initial)
        session.run(tf.compat.v1.global_variables_initializer())
        for batch in batches:
            feeds = {model.image: batch["image"], model.label: batch["label"]}
            session.run(model.step, feed_dict=feeds)
        return session.run(model.variables)


def mlp(initial: Arrays) -> Model:
    image, label = _placeholders([None, 784])
    w = _variables(initial)
    hidden = tf.sigmoid(tf.matmul(image, w["hidden/kernel"]))
    logits = tf.matmul(hidden, w["logits/kernel"])
    optimizer = tf.compat.v1.train.GradientDescentOptimizer(0.05)
    return Model(image, label, optimizer.minimize(_cross_entropy(logits, label)), w)


def deep_mlp(initial: Arrays) -> Model:
    image, label = _placeholders([None, 784])
    w = _variables(initial)
    hidden = tf.nn.relu(tf.matmul(image, w["hidden/kernel"]))
    hidden2 = tf.nn.relu(tf.matmul(hidden, w["hidden2/kernel"]))
    logits = tf.matmul(hidden2, w["logits/kernel"])
    return Model(image, label, _rmsprop().minimize(_cross_entropy(logits, label)), w)


def cnn(initial: Arrays) -> Model:
    image, label = _placeholders([None, 28, 28, 1])
    w = _variables(initial)
    x = image
    for kernel in ("conv/kernel", "conv2/kernel", "conv3/kernel"):
        x = tf.nn.relu(tf.nn.conv2d(x, w[kernel], strides=[1, 1, 1, 1], padding="SAME"))
        x = tf.nn.max_pool2d(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")
    flat = tf.reshape(x, [-1, 4 * 4 * 128])
    hidden = tf.nn.relu(tf.matmul(flat, w["hidden/kernel"]))
    logits = tf.matmul(hidden, w["logits/kernel"])
    return Model(image, label, _rmsprop().minimize(_cross_entropy(logits, label)), w)


def denoising_autoencoder(initial: Arrays) -> Model:
    image, label = _placeholders([None, 784])
    w = _variables(initial)
    code = tf.sigmoid(tf.matmul(image, w["encoder/kernel"]) + w["encoder/bias"])
    decoder = tf.transpose(w["encoder/kernel"])
    restored = tf.sigmoid(tf.matmul(code, decoder) + w["decoder/bias"])
    cost = tf.reduce_sum(tf.pow(image - restored, 2))
    optimizer = tf.compat.v1.train.GradientDescentOptimizer(0.02)
    return Model(image, label, optimizer.minimize(cost), w)


def lstm(initial: Arrays) -> Model:
    """The cell's equations, on input and output side by side, as BasicLSTMCell has them."""
    image, label = _placeholders([None, 28, 28, 1])
    w = _variables(initial)
    kernel = tf.concat([w["lstm/kernel"], w["lstm/recurrent_kernel"]], axis=0)
    rows = tf.reshape(image, [-1, 28, 28])
    h = c = tf.zeros([tf.shape(rows)[0], 28])
    for row in tf.unstack(rows, axis=1):
        gates = tf.matmul(tf.concat([row, h], axis=1), kernel) + w["lstm/bias"]
        i, j, f, o = tf.split(gates, 4, axis=1)
        c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
        h = tf.tanh(c) * tf.sigmoid(o)
    logits = tf.matmul(h, w["logits/kernel"]) + w["logits/bias"]
    return Model(image, label, _rmsprop().minimize(_cross_entropy(logits, label)), w)


MODELS = {define.__name__: define for define in (mlp, deep_mlp, cnn, denoising_autoencoder, lstm)}


def _placeholders(image: list[int | None]) -> tuple[object, object]:
    return (
        tf.compat.v1.placeholder("float", image),
        tf.compat.v1.placeholder("float", [None, 10]),
    )


def _variables(initial: Arrays) -> dict[str, object]:
    return {name: tf.compat.v1.Variable(value) for name, value in initial.items()}


def _cross_entropy(logits: object, one_hot: object) -> object:
    losses = tf.nn.softmax_cross_entropy_with_logits(labels=one_hot, logits=logits)
    return tf.reduce_mean(losses)


def _rmsprop() -> object:
    return tf.compat.v1.train.RMSPropOptimizer(0.001, 0.9)
