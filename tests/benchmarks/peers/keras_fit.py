"""Keras: `Model.fit` with NumPy arrays, compiled with its defaults; a turn is one call of `fit`.

The images are laid out as float32 before, so that nothing is converted in a step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tests.benchmarks.peers import RMSPROP, Arrays, Task
from tests.benchmarks.peers.timing import repeated

layers = keras.layers


def use_threads(threads: int) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


class Training:
    def __init__(self, task: Task) -> None:
        self.task = task
        self.step = 0
        self.x, self.y = rows(task)
        make, loss, optimizer = MODELS[task.model]
        self.model = make(task)
        for variable, value in zip(self.model.trainable_variables, ordered(task), strict=True):
            variable.assign(value)
        self.optimizer = optimizer()
        self.model.compile(optimizer=self.optimizer, loss=loss())
        self.optimizer.build(self.model.trainable_variables)
        for slot in self.optimizer.variables:
            if slot.name.endswith("velocity"):
                slot.assign(np.ones(slot.shape, np.float32))

    def run(self, steps: int) -> None:
        done = 0
        while done < steps:
            start = self.task.at(self.step)
            most = self.task.epoch - start // self.task.batch
            count = min(steps - done, most)
            epochs = max((steps - done) // count, 1) if count == self.task.epoch else 1
            span = slice(start, start + count * self.task.batch)
            self.model.fit(
                self.x[span],
                self.y[span],
                batch_size=self.task.batch,
                epochs=epochs,
                shuffle=False,
                verbose=0,
            )
            done += count * epochs
            self.step += count * epochs

    def weights(self) -> Arrays:
        names = NAMES[self.task.model]
        found = {n: np.array(v) for n, v in zip(names, self.model.trainable_variables, strict=True)}
        return regated(found, -1.0) if self.task.model == "lstm" else found


prepare = Training


def measure_prediction(model: str, examples: int, seconds: float) -> dict[str, Any]:
    """Seconds of a prediction of so many examples, NumPy to NumPy, in all of Keras's ways."""
    shape = (28, 28, 1) if model in ("cnn", "lstm") else (784,)
    network = MODELS[model][0](Task(model, examples, True, {}, {}))
    images = np.ones((examples, *shape), np.float32)
    function = tf.function(network)
    return {
        "model.predict": repeated(lambda: network.predict(images, verbose=0), seconds),
        "predict_on_batch": repeated(lambda: network.predict_on_batch(images), seconds),
        "tf.function": repeated(lambda: function(images).numpy(), seconds),
        "model(x)": repeated(lambda: network(images).numpy(), seconds),
    }


def rows(task: Task) -> tuple[np.ndarray, np.ndarray]:
    if task.model == "linear_regression":
        return task.arrays["x"], task.arrays["y"]
    images = task.images()
    return images, task.arrays["label"].astype(np.int32) if "label" in task.arrays else images


def ordered(task: Task) -> list[np.ndarray]:
    initial = regated(dict(task.initial), 1.0) if task.model == "lstm" else task.initial
    return [initial[name] for name in NAMES[task.model]]


def regated(weights: dict[str, np.ndarray], forget: float) -> dict[str, np.ndarray]:
    """The LSTM's weights with their second and third gate exchanged, and the forget bias moved.

    Keras has the gates in the order i, f, j, o, and adds nothing to the forget gate.
    """
    for name in ("lstm/kernel", "lstm/recurrent_kernel", "lstm/bias"):
        i, second, third, o = np.split(weights[name], 4, axis=-1)
        if name == "lstm/bias":
            second, third = (second, third + forget) if forget > 0 else (second + forget, third)
        weights[name] = np.concatenate([i, third, second, o], axis=-1)
    return weights


class Scale(layers.Layer):
    """y = weight · x."""

    def build(self, shape: Any) -> None:
        self.scale = self.add_weight(shape=(), name="scale")

    def call(self, x: Any) -> Any:
        return self.scale * x


class Corrupt(layers.Layer):
    """Sets a share of the values to 0."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate
        self.seeds = keras.random.SeedGenerator(0)

    def call(self, x: Any) -> Any:
        drawn = keras.random.uniform(keras.ops.shape(x), seed=self.seeds)
        return x * keras.ops.cast(drawn >= self.rate, x.dtype)


class Decoder(layers.Layer):
    """Back through the kernel of another layer, with a bias of its own."""

    def __init__(self, encoder: layers.Dense) -> None:
        super().__init__()
        self.encoder = encoder

    def build(self, shape: Any) -> None:
        self.bias = self.add_weight(shape=(784,), name="bias")

    def call(self, x: Any) -> Any:
        kernel = keras.ops.transpose(self.encoder.kernel)
        return keras.ops.sigmoid(keras.ops.matmul(x, kernel) + self.bias)


class SumSquaredError(keras.losses.Loss):
    """The sum over pixels and examples."""

    def __init__(self) -> None:
        super().__init__(reduction="sum")

    def call(self, wanted: Any, found: Any) -> Any:
        return keras.ops.sum(keras.ops.square(wanted - found), axis=-1)


def linear_regression(task: Task) -> keras.Model:
    return keras.Sequential([keras.Input(()), Scale()])


def logistic_regression(task: Task) -> keras.Model:
    return keras.Sequential([keras.Input((784,)), dense(10)])


def mlp(task: Task) -> keras.Model:
    return keras.Sequential([keras.Input((784,)), dense(625, "sigmoid"), dense(10)])


def deep_mlp(task: Task) -> keras.Model:
    rate = task.rate(0.5)
    first = (dense(625, "relu"), layers.Dropout(rate))
    second = (dense(625, "relu"), layers.Dropout(rate))
    return keras.Sequential([keras.Input((784,)), *first, *second, dense(10)])


def denoising_autoencoder(task: Task) -> keras.Model:
    image = keras.Input((784,))
    encoder = layers.Dense(500, "sigmoid")
    code = encoder(Corrupt(task.rate(0.3))(image))
    return keras.Model(image, Decoder(encoder)(code))


def lstm(task: Task) -> keras.Model:
    return keras.Sequential(
        [keras.Input((28, 28, 1)), layers.Reshape((28, 28)), layers.LSTM(28), layers.Dense(10)]
    )


def cnn(task: Task) -> keras.Model:
    stages = [
        layer
        for filters in (32, 64, 128)
        for layer in (
            layers.Conv2D(filters, 3, padding="same", activation="relu", use_bias=False),
            layers.MaxPooling2D(2, padding="same"),
            layers.Dropout(task.rate(0.2)),
        )
    ]
    head = [layers.Flatten(), dense(625, "relu"), layers.Dropout(task.rate(0.5)), dense(10)]
    return keras.Sequential([keras.Input((28, 28, 1)), *stages, *head])


def dense(units: int, activation: str | None = None) -> layers.Dense:
    return layers.Dense(units, activation, use_bias=False)


def cross_entropy() -> keras.losses.Loss:
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def descent(rate: float) -> Callable[[], keras.optimizers.Optimizer]:
    return lambda: keras.optimizers.SGD(rate)


def rmsprop() -> keras.optimizers.Optimizer:
    return keras.optimizers.RMSprop(
        RMSPROP["learning_rate"], rho=RMSPROP["decay"], epsilon=RMSPROP["epsilon"]
    )


MODELS: dict[str, tuple[Callable[[Task], keras.Model], Callable[[], Any], Callable[[], Any]]] = {
    "linear_regression": (linear_regression, keras.losses.MeanSquaredError, descent(0.01)),
    "logistic_regression": (logistic_regression, cross_entropy, descent(0.05)),
    "mlp": (mlp, cross_entropy, descent(0.05)),
    "deep_mlp": (deep_mlp, cross_entropy, rmsprop),
    "denoising_autoencoder": (denoising_autoencoder, SumSquaredError, descent(0.02)),
    "lstm": (lstm, cross_entropy, rmsprop),
    "cnn": (cnn, cross_entropy, rmsprop),
}
#: The weights by their names in the specs, in the order that Keras keeps them in.
NAMES = {
    "linear_regression": ["scale_1/scale"],
    "logistic_regression": ["matmul_1/kernel"],
    "mlp": ["hidden/kernel", "logits/kernel"],
    "deep_mlp": ["hidden/kernel", "hidden2/kernel", "logits/kernel"],
    "denoising_autoencoder": ["encoder/kernel", "encoder/bias", "decoder/bias"],
    "lstm": [
        "lstm/kernel",
        "lstm/recurrent_kernel",
        "lstm/bias",
        "logits/kernel",
        "logits/bias",
    ],
    "cnn": ["conv/kernel", "conv2/kernel", "conv3/kernel", "hidden/kernel", "logits/kernel"],
}
