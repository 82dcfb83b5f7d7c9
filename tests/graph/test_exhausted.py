"""What is said where TensorFlow finds no memory for a tensor."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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
#: More than all that the tests need beside it, and less than the tensors that are not to fit.
ROOM = 64 << 30


@pytest.fixture
def bounded() -> Iterator[None]:
    """A process whose addresses are bounded, so that the system refuses what is far too large.

    Else it may grant all that is asked for, and end the process that uses it.
    """
    resource = pytest.importorskip("resource", reason="only POSIX can bound a process's addresses")
    if not Path("/proc/self/statm").exists():
        pytest.skip("only Linux keeps a process to the bound of its addresses")
    before = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + ROOM, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def exhausted(call: Callable[[], object]) -> GraphError:
    with pytest.raises(GraphError) as caught:
        call()
    message = caught.value.message
    assert message.startswith("the memory does not suffice in layer `wide` (<spec>:4): ")
    assert "the output of `wide` for 12,500,000 examples takes 200 GB (<spec>:4:5)" in message
    return caught.value


@pytest.mark.usefixtures("bounded")
def test_the_largest_tensors_are_named_and_a_batch_that_fits() -> None:
    graph = tfgraph.build(tfgraph.loads(WIDE))
    data = np.zeros((12_500_000, 1), np.float32)
    error = exhausted(lambda: graph.train(steps=1, x=data, y=data))
    assert error.help.startswith("try `--set train.batch_size=")
    assert error.settings == ("train.batch_size",)


@pytest.mark.usefixtures("bounded")
def test_what_is_evaluated_at_a_time_is_made_smaller_where_evaluation_does_not_fit() -> None:
    plan = tfgraph.loads(WIDE.replace("batch_size", "batch_size: 8, evaluate_batch_size"))
    graph = tfgraph.build(plan)
    data = np.zeros((12_500_000, 1), np.float32)
    for call in (
        lambda: graph.evaluate(x=data, y=data),
        lambda: tfgraph.predict(graph, {"x": data}),
    ):
        error = exhausted(call)
        path = "train.evaluate_batch_size"
        assert error.settings == (path,)
        match = re.match(rf"try `--set {path}=(\d+)`: [\d,]+ examples take ", error.help)
        assert match
        assert 128 < int(match[1]) < 12_500_000
        tfgraph.loads(WIDE, set={path: int(match[1])})


@pytest.mark.usefixtures("bounded")
def test_who_calls_predict_gives_it_fewer_examples_where_they_do_not_fit() -> None:
    graph = tfgraph.build(tfgraph.loads(WIDE))
    error = exhausted(lambda: graph.predict(x=np.zeros((12_500_000, 1), np.float32)))
    assert error.settings == ()
    assert re.match(r"give it [\d,]+ examples at a time: [\d,]+ take ", error.help)


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
