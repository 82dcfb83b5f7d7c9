"""Metrics of specs, evaluated over arrays."""

from __future__ import annotations

import json

import numpy as np
import pytest

import tfgraph


def plan(entry, x, y, classes=None, batch=None):
    """The plan of a metric between two inputs, each a shape with its dtype."""
    (x_shape, x_dtype), (y_shape, y_dtype) = x, y
    target = {"shape": list(y_shape), "dtype": y_dtype, "classes": classes}
    spec = {
        "tfgraph": 1,
        "inputs": {
            "x": {"shape": list(x_shape), "dtype": x_dtype},
            "y": {name: value for name, value in target.items() if value is not None},
        },
        "layers": [{"relu": None, "from": "x"}],
        "metrics": [
            {**({entry: None} if isinstance(entry, str) else entry), "of": "x", "target": "y"}
        ],
        "train": {"evaluate_batch_size": batch} if batch else {},
    }
    return tfgraph.loads(json.dumps(spec))


def figure(entry, output, target, batch=None):
    """The metric over all rows, `batch` at a time."""
    output, target = np.asarray(output), np.asarray(target)
    shapes = [(array.shape[1:], str(array.dtype)) for array in (output, target)]
    graph = tfgraph.build(plan(entry, *shapes, batch=batch))
    (value,) = graph.evaluate(x=output, y=target).values()
    return value.numpy()


def assert_figure(entry, output, target, expected, *, exact=False, tolerance=1e-6):
    """The expected figure however the rows are cut; cuts change nothing if it comes of counts."""
    cuts = [figure(entry, output, target, batch) for batch in (1, 7, len(output))]
    np.testing.assert_allclose(cuts, float(expected), rtol=tolerance, atol=1e-12)
    if exact:
        assert len(set(cuts)) == 1
    else:
        np.testing.assert_allclose(cuts, cuts[0], rtol=1e-12)


def keras_figure(metric, output, target):
    """What a Keras metric says of all rows."""
    metric.update_state(target, output)
    return metric.result()


def refusal(entry, x, y, classes=None):
    """The diagnostic of a metric that does not fit."""
    with pytest.raises(tfgraph.SpecError) as caught:
        plan(entry, x, y, classes)
    (problem,) = caught.value.diagnostics
    assert problem.code == "TG305"
    return problem
