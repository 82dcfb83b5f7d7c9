"""tfgraph: many steps in one call of `Graph.train`, over the arrays as the dataset stores them.

It also makes the tasks, since the initial weights are those of its graphs, and judges the weights
that the peers end with.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

import tfgraph
from tests.benchmarks.peers import LARGER, Arrays, Task
from tests.benchmarks.peers.profiling import profile
from tests.benchmarks.peers.specs import plan_of
from tests.benchmarks.peers.timing import repeated
from tfgraph.lazy import tf
from tfgraph.run.compiling import measured

#: Steps of a run in which no step is too fast for compiling to be worth its time.
LASTING = 10**12


def use_threads(threads: int) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def make_task(
    model: str, file: str, *, masks: bool, rows: int | None = None, batch: int | None = None
) -> dict[str, Any]:
    """Write a task to a file: the dataset's rows, and the weights to start with."""
    plan = plan_of(model, masks=masks)
    graph = tfgraph.build(plan)
    assert plan.spec.data is not None
    loaded = plan.spec.data.component.load("train", plan.spec.training.seed)
    arrays = {name: np.asarray(loaded[name])[:rows] for name in graph.stored}
    batch = batch or plan.spec.training.batch_size
    larger = np.float32(LARGER.get(model, 1.0))
    initial = {name: value * larger for name, value in values(graph).items()}
    Task(model, batch, masks, arrays, initial).save(Path(file))
    return {"batch": batch}


def evaluate(model: str, file: str) -> dict[str, Any]:
    """The figures of the test split with the weights of a file."""
    plan = plan_of(model)
    graph = tfgraph.build(plan)
    with np.load(file) as weights:
        assert set(weights.files) == set(graph.weights)
        for name, variable in graph.weights.items():
            variable.assign(weights[name])
    return {name: float(value) for name, value in tfgraph.evaluate(graph, "test").items()}


def values(graph: tfgraph.Graph) -> Arrays:
    return {name: variable.numpy() for name, variable in graph.weights.items()}


class Training:
    def __init__(self, task: Task) -> None:
        self.graph = tfgraph.build(plan_of(task.model, masks=task.masks, batch=task.batch))
        self.arrays = {name: tf.constant(array) for name, array in task.arrays.items()}
        for name, variable in self.graph.weights.items():
            variable.assign(task.initial[name])

    @property
    def compiled(self) -> bool:
        return self.graph.compiled

    def run(self, steps: int) -> None:
        found = self.graph.train(steps=steps, **self.arrays)
        found["last_loss"].numpy()

    def weights(self) -> Arrays:
        return values(self.graph)


def prepare(task: Task) -> Training:
    """What `compile: auto` makes of it, in a run that is to last."""
    training = Training(task)
    training.graph, _ = measured(training.graph, training.arrays, LASTING)
    return training


def measure_profile(file: str, steps: int, rounds: int) -> dict[str, Any]:
    """Where the time of a task's step goes, so many times, as `compile: auto` makes it."""
    training = prepare(Task.load(Path(file)))
    training.run(steps)
    found = [profile(training.run, steps) for _ in range(rounds)]
    return {"rounds": found, "compiled": training.compiled}


def measure_prediction(model: str, examples: int, seconds: float) -> dict[str, Any]:
    """Seconds of a call of `predict` with so many examples, a NumPy array to NumPy arrays."""
    graph = tfgraph.build(plan_of(model))
    (name,) = graph.plan.inputs
    images = np.ones((examples, *graph.plan.fields[name].shape), np.float32)
    return {"predict": repeated(lambda: list_of_arrays(graph.predict(images)), seconds)}


def list_of_arrays(outputs: Any) -> list[np.ndarray]:
    return [value.numpy() for value in outputs.values()]


def measure_resident(rows: int, *, shuffle: bool, steps: int) -> dict[str, Any]:
    """Seconds of a step of the mlp with so many rows of bytes in memory, after a first call."""
    key = (rows, shuffle)
    if key not in RESIDENT:
        plan = plan_of("mlp", shuffle=shuffle)
        bytes_drawn = np.random.default_rng(0).integers(0, 256, 1 << 20, np.uint8)
        images = np.resize(bytes_drawn, (rows, 784))
        labels = np.arange(rows, dtype=np.uint8) % 10
        arrays = {"image": tf.constant(images), "label": tf.constant(labels)}
        RESIDENT[key] = (tfgraph.build(plan), arrays)
        measure_resident(rows, shuffle=shuffle, steps=steps)
    graph, arrays = RESIDENT[key]
    started = time.perf_counter()
    graph.train(steps=steps, **arrays)["loss"].numpy()
    return {"seconds": (time.perf_counter() - started) / steps}


#: Graphs and arrays that `measure_resident` goes on with.
RESIDENT: dict[tuple[int, bool], tuple[tfgraph.Graph, dict[str, Any]]] = {}


#: Products that are tried for the rate of the matrix unit: rows, inner size, columns.
PRODUCTS = ((128, 784, 640), (512, 512, 512), (1024, 1024, 1024), (2048, 2048, 2048))
#: Bytes of the arrays that are tried for the rate of copying: from within a cache to beyond it.
COPIES = (1 << 18, 1 << 21, 1 << 24, 1 << 26)


def measure_rates(seconds: float = 0.05) -> dict[str, Any]:
    """Floating-point operations and bytes a second: the best of NumPy and TensorFlow, of all sizes.

    Bytes are counted twice, as they are read and as they are written.
    """
    products = {}
    for rows, inner, columns in PRODUCTS:
        a = np.ones((rows, inner), np.float32)
        b = np.ones((inner, columns), np.float32)
        work = 2 * rows * inner * columns
        ours, theirs = tf.constant(a), tf.constant(b)
        rates = (
            repeated(lambda a=ours, b=theirs: tf.linalg.matmul(a, b), seconds),
            repeated(lambda a=a, b=b: a @ b, seconds),
        )
        products[f"{rows} x {inner} x {columns}"] = work / min(rates)
    copies = {}
    for size in COPIES:
        source, target = np.ones(size, np.uint8), np.empty(size, np.uint8)
        taken = repeated(lambda s=source, t=target: np.copyto(t, s), seconds)
        copies[f"{size >> 10} KiB"] = 2 * size / taken
    return {"flops": products, "bytes": copies}
