"""The parts of a step, what is measured of them, and the recorded result."""

from __future__ import annotations

from pathlib import Path

import pytest

import tfgraph
from tests.benchmarks import page, profile
from tests.benchmarks.peers import TURNS, Task
from tests.benchmarks.peers.graph import Training, make_task
from tests.benchmarks.peers.profiling import BETWEEN, PARTS, Event, by_part, covered
from tests.benchmarks.peers.profiling import profile as profiled

BODY = "while/body/_1/while"


@pytest.mark.parametrize(
    ("operation", "part"),
    [
        ("layer/hidden/MatMul:_MklMatMul", "products"),
        ("gradients/while/layer/lstm/BlockLSTM_grad/BlockLSTMGrad:BlockLSTMGrad", "products"),
        ("layer/sigmoid_1/Sigmoid:_MklNativeFusedMatMul", "products"),
        (
            "layer/dropout_1/stateless_random_uniform:StatelessRandomUniformFullInt",
            "random numbers",
        ),
        ("layer/dropout_1/mul_2:Mul", "other layers"),
        ("gradients/while/layer/relu_1/Relu_grad/ReluGrad:ReluGrad", "other layers"),
        ("gradients/while/loss/softmax_cross_entropy/mul:Mul", "loss"),
        ("optimizer/rmsprop/ResourceApplyRMSProp:ResourceApplyRMSProp", "update"),
        ("Cast:Cast", "batch"),
        ("gradients/while/layer/hidden/MatMul_grad/MatMul_1:dot", "products"),
        ("optimizer/rmsprop/sub_1:fusion", "update"),
        ("stateless_random_uniform:fusion", "random numbers"),
    ],
)
def test_an_operation_belongs_to_a_part(operation: str, part: str) -> None:
    found = by_part([Event(f"{BODY}/{operation}", 3, 10)])
    assert found == {**dict.fromkeys(PARTS, 0), part: 7}


def test_time_in_which_two_operations_run_is_covered_once() -> None:
    side_by_side = [Event("a:A", 0, 10), Event("b:B", 5, 12), Event("c:C", 6, 7)]
    assert covered([Event("d:D", 20, 21), *side_by_side]) == 13


def test_a_traced_step_consists_of_its_parts_and_of_what_lies_between() -> None:
    result = profile.measure(["mlp"], rounds=1, share=0.1)
    found = result["results"]["mlp"]["parts"]
    whole, between = found.pop("step"), found.pop(BETWEEN)
    assert list(found) == list(PARTS)
    assert all(found[part] > 0 for part in ("products", "update", "loss", "other layers", "batch"))
    assert found["random numbers"] == 0
    assert 0 < between < whole <= sum(found.values()) + between + 0.1
    assert "mlp" in profile.text(result)


def test_what_is_compiled_is_traced_by_the_operations_it_computes(tmp_path: Path) -> None:
    make_task("deep_mlp", str(tmp_path / "task.npz"), masks=True)
    training = Training(Task.load(tmp_path / "task.npz"))
    training.graph = tfgraph.build(training.graph.plan, compiled=True)
    training.run(3)
    found = profiled(training.run, 20)
    assert all(found[part] > 0 for part in PARTS)
    assert found["products"] > sum(found[part] for part in PARTS if part != "products") / 2
    assert 0 < found[BETWEEN] < found["step"]


def test_the_recorded_result_is_the_page() -> None:
    recorded = page.recorded("profile")
    readme = page.README.read_text(encoding="utf-8")
    assert list(recorded["results"]) == list(TURNS)
    assert page.section(readme, "profile") == profile.text(recorded), f"run `{profile.REFRESH}`"
