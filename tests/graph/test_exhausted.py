"""What is said where TensorFlow finds no memory for a tensor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tfgraph
from tfgraph.errors import GraphError
from tfgraph.graph.exhausted import fitting_batch
from tfgraph.spec.plan.cost import cost

WIDE = """\
tfgraph: 1
inputs: {x: [1], y: [1]}
layers:
  - matmul: 4000
    name: wide
    from: x
  - matmul: 1
    name: out
loss: {squared_error: , target: y}
optimizer: {gradient_descent: 0.1}
train: {batch_size: 12500000}
"""
OVERCOMMIT = Path("/proc/sys/vm/overcommit_memory")


@pytest.mark.skipif(
    not OVERCOMMIT.exists() or OVERCOMMIT.read_text().strip() == "1",
    reason="memory that is not there is refused here only when it is used",
)
def test_the_largest_tensors_are_named_and_a_batch_that_fits() -> None:
    graph = tfgraph.build(tfgraph.loads(WIDE))
    data = np.zeros((12_500_000, 1), np.float32)
    with pytest.raises(GraphError) as caught:
        graph.train(steps=1, x=data, y=data)
    message = caught.value.message
    assert message.startswith("the memory does not suffice in layer `wide` (<spec>:4): ")
    assert "the output of `wide` for 12,500,000 examples takes 200 GB (<spec>:4:5)" in message
    assert caught.value.help.startswith("try `--set train.batch_size=")
    assert caught.value.settings == ("train.batch_size",)


def test_a_batch_fits_where_the_rest_does() -> None:
    found = cost(tfgraph.loads(WIDE))
    assert fitting_batch(found, None) == 4194304
    each = found.activations / found.batch
    for memory in (10**10, 10**11, 10**12):
        fits = fitting_batch(found, memory)
        assert fits is not None
        assert fits * each <= 0.8 * memory
        assert fits == 4194304 or 2 * fits * each > 0.8 * memory - (found.peak - found.activations)
    assert fitting_batch(found, 10**4) is None
