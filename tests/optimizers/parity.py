"""One small model trained by tfgraph and by Keras, on the same batches from the same weights."""

import keras
import numpy as np
import tensorflow as tf

import tfgraph

EXAMPLES, BATCH, STEPS = 20, 8, 50
WEIGHTS = ["hidden/kernel", "hidden/bias", "out/kernel", "out/bias"]

MODEL = """
tfgraph: 1
inputs: {{x: {{shape: [5], dtype: {dtype}}}, y: {{shape: [3], dtype: {dtype}}}}}
layers:
  - dense: {{units: 7, activation: tanh, init: {{normal: 0.5}}, bias_init: {{normal: 0.1}}, l2: {l2}}}
    name: hidden
  - dense: {{units: 3, init: {{normal: 0.5}}}}
    name: out
loss: {{squared_error: {{}}, target: y}}
optimizer: {{{optimizer}}}
train: {{batch_size: 8, shuffle: false, seed: 3}}
"""


def data(dtype="float32"):
    draws = np.random.default_rng(7)
    x, y = draws.normal(size=(EXAMPLES, 5)), draws.normal(size=(EXAMPLES, 3))
    return {"x": x.astype(dtype), "y": y.astype(dtype)}


def build(optimizer, *, l2=0.0, dtype="float32", compiled=False):
    """The graph for an optimizer written as `type: value`."""
    plan = tfgraph.loads(MODEL.format(optimizer=optimizer, l2=l2, dtype=dtype))
    return tfgraph.build(plan, compiled=compiled)


def values(graph):
    return {name: graph.weights[name].numpy() for name in WEIGHTS}


def trained_by_keras(weights, optimizer, *, l2, steps):
    """The weights that Keras comes to from the given ones, by name."""
    penalty = keras.regularizers.L2(l2) if l2 else None
    hidden = keras.layers.Dense(7, "tanh", kernel_regularizer=penalty)
    out = keras.layers.Dense(3)
    model = keras.Sequential([keras.layers.Input([5]), hidden, out])
    model.set_weights([weights[name] for name in WEIGHTS])
    variables = model.trainable_variables
    optimizer.build(variables)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.add_n([tf.reduce_mean(tf.square(model(x) - y)), *model.losses])
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        optimizer.apply(gradients, variables)

    x, y = data().values()
    starts = range(0, EXAMPLES, BATCH)
    for number in range(steps):
        start = starts[number % len(starts)]
        step(tf.constant(x[start : start + BATCH]), tf.constant(y[start : start + BATCH]))
    return dict(zip(WEIGHTS, model.get_weights()))


def assert_trains_like_keras(optimizer, keras_optimizer, *, l2=0.0, steps=STEPS, compiled=False):
    """Differences are measured against the largest value of a weight: small ones cancel out."""
    graph = build(optimizer, l2=l2, compiled=compiled)
    before = values(graph)
    graph.train(steps=steps, **data())
    theirs = trained_by_keras(before, keras_optimizer, l2=l2, steps=steps)
    for name, ours in values(graph).items():
        assert np.abs(ours - before[name]).max() > 1e-3, f"{name} has hardly moved"
        difference = np.abs(ours - theirs[name]).max()
        assert difference <= 1e-5 * np.abs(theirs[name]).max(), name
