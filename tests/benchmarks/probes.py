"""Processes that are measured from their start: `python -m tests.benchmarks.probes NAME ARGUMENT…`.

Each prints one line of JSON when it has done what it is named after, and ends.
"""

from __future__ import annotations

import importlib
import itertools
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WIDTH = 64
#: What comes before a first step, in its order, and the step.
START = (
    "import tfgraph",
    "read the spec",
    "import tensorflow",
    "build",
    "load the data",
    "trace",
    "step",
)


def nothing() -> dict[str, Any]:
    """TensorFlow imported."""
    import tensorflow as tf

    return {"version": tf.version.VERSION}


def first_step(model: str) -> dict[str, Any]:
    """Milliseconds of what comes before a tutorial's first step, and of the step itself."""
    times = [time.perf_counter()]
    import tfgraph
    from tests.benchmarks.peers.specs import plan_of

    times.append(time.perf_counter())
    plan = plan_of(model)
    times.append(time.perf_counter())
    from tfgraph.lazy import tf

    assert tf.version.VERSION
    times.append(time.perf_counter())
    graph = tfgraph.build(plan)
    times.append(time.perf_counter())
    from tfgraph.run.splits import load_split

    rows = load_split(graph, "train")
    times.append(time.perf_counter())
    train = graph.train
    times.append(time.perf_counter())
    train(steps=1, **rows)["loss"].numpy()
    times.append(time.perf_counter())
    return stages(START, times)


def depth_of_tfgraph(layers: str) -> dict[str, Any]:
    """Milliseconds of each stage to the first step of so many layers, after the imports."""
    import numpy as np

    import tfgraph
    from tfgraph.lazy import tf

    tf.constant(0.0)
    tfgraph.build(tfgraph.loads("tfgraph: 1\ninputs: {x: [2]}\nlayers: [relu]\n"))
    text = deep(int(layers))
    arrays = {name: np.ones((32, size), np.float32) for name, size in (("x", WIDTH), ("y", 1))}
    times = [time.perf_counter()]
    plan = tfgraph.loads(text)
    times.append(time.perf_counter())
    graph = tfgraph.build(plan)
    times.append(time.perf_counter())
    graph.train(steps=1, **arrays)["loss"].numpy()
    times.append(time.perf_counter())
    return stages(("validate", "build", "first step"), times)


def depth_of_keras(layers: str) -> dict[str, Any]:
    """The same with Keras: the model made and compiled, and a step of `fit`."""
    import keras
    import numpy as np
    import tensorflow as tf

    tf.constant(0.0)
    keras.Sequential([keras.Input((2,)), keras.layers.ReLU()])
    x, y = np.ones((32, WIDTH), np.float32), np.ones((32, 1), np.float32)
    sys.setrecursionlimit(100_000)  # the default is too low for 1,000 layers
    times = [time.perf_counter()]
    pairs = int(layers) // 2
    kinds = (lambda: keras.layers.Dense(WIDTH), keras.layers.ReLU)
    hidden = [make() for _ in range(pairs) for make in kinds]
    model = keras.Sequential([keras.Input((WIDTH,)), *hidden, keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.001), loss="mean_squared_error")
    times.append(time.perf_counter())
    model.fit(x, y, batch_size=32, verbose=0)
    times.append(time.perf_counter())
    return stages(("build", "first step"), times)


def trained(peer: str, file: str, steps: str) -> dict[str, Any]:
    """Bytes of memory that a process has held at most, when it has trained for some steps."""
    from tests.benchmarks.peers import MODULES, Task

    module = importlib.import_module(f"tests.benchmarks.peers.{MODULES[peer]}")
    module.Training(Task.load(Path(file))).run(int(steps))
    return {"bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}


def deep(layers: int) -> str:
    """A spec of so many layers, products and rectifiers by turns, and one that gives a number."""
    pair = f"  - dense: {WIDTH}\n  - relu\n"
    return (
        f"tfgraph: 1\ninputs: {{x: [{WIDTH}], y: [1]}}\nlayers:\n{pair * (layers // 2)}"
        "  - dense: 1\nloss:\n  squared_error:\n  target: y\n"
        "optimizer: {gradient_descent: 0.001}\ntrain: {batch_size: 32}\n"
    )


def stages(names: tuple[str, ...], times: list[float]) -> dict[str, Any]:
    """The milliseconds between moments, by what was done in them."""
    taken = (1000 * (end - start) for start, end in itertools.pairwise(times))
    return dict(zip(names, taken, strict=True))


PROBES: dict[str, Callable[..., dict[str, Any]]] = {
    probe.__name__: probe
    for probe in (nothing, first_step, depth_of_tfgraph, depth_of_keras, trained)
}

if __name__ == "__main__":
    print(json.dumps(PROBES[sys.argv[1]](*sys.argv[2:])), flush=True)
