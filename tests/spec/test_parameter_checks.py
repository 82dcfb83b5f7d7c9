"""Parameters that contradict each other are diagnostics, like those that are wrong alone."""

import pytest

import tfgraph
from tfgraph.registry import load_registry
from tfgraph.spec import loads

MODEL = """\
tfgraph: 1
inputs: {x: [2], y: [1]}
layers:
  - matmul: 1
loss: {squared_error: {}, target: y}
optimizer:
  gradient_descent:
"""

PLUGIN = '''
from tfgraph.api import Layer, ParameterError, hookimpl, param


class Band(Layer):
    """Values between two bounds."""

    type = "band"
    low: float = param("Lower bound.", default=0.0)
    high: float = param("Upper bound.", default=1.0)

    def check_parameters(self):
        if self.low == self.high:
            raise ParameterError("has no width")
        if self.low > self.high:
            raise ParameterError("needs low below high", parameter="low")

    def infer(self, x):
        return x

    def build(self, x, weights, ctx):
        return x


@hookimpl
def tfgraph_layers():
    return [Band]
'''


def problems(text, registry=None):
    with pytest.raises(tfgraph.SpecError) as caught:
        loads(text, registry=registry)
    return caught.value.diagnostics


@pytest.fixture
def registry(tmp_path):
    file = tmp_path / "band.py"
    file.write_text(PLUGIN)
    return load_registry([str(file)])


def test_a_contradiction_stands_on_the_parameter_it_names():
    (problem,) = problems(f"{MODEL}    {{learning_rate: 1, nesterov: true}}\n")
    assert problem.render() == "\n".join(
        [
            "error[TG206]: optimizer `gradient_descent` has no use for `nesterov` without `momentum`",
            "  --> <spec>:8:34",
            "   |",
            " 8 |     {learning_rate: 1, nesterov: true}",
            "   |                                  ^^^^",
            "   = help: `momentum: 0.9` is usual",
        ]
    )


def test_an_entry_inside_another_is_checked_where_it_stands():
    text = "    learning_rate: {piecewise: {boundaries: [10, 20], values: [0.1, 0.01]}}\n"
    (problem,) = problems(MODEL + text)
    assert problem.code == "TG206"
    assert problem.message == (
        "schedule `piecewise` needs one value more than boundaries, got 2 values and 2 boundaries"
    )
    assert (problem.span.line, problem.span.column) == (8, text.index("[0.1") + 1)


@pytest.mark.parametrize(
    ("entry", "at"),
    [
        ("band: {low: 1}", "band"),  # names no parameter
        ("band: {high: -1}", "band"),  # names one that is left at its default
        ("band: {low: 2}", "2"),
    ],
)
def test_without_a_parameter_in_the_text_a_contradiction_stands_on_the_type(registry, entry, at):
    line = f"  - {entry}"
    (problem,) = problems(f"tfgraph: 1\ninputs: {{x: [2]}}\nlayers:\n{line}\n", registry)
    assert (problem.code, problem.span.line) == ("TG206", 4)
    assert problem.span.column == line.index(at) + 1
    assert problem.span.end_column == problem.span.column + len(at)


def test_every_contradiction_of_a_spec_is_reported(registry):
    layers = "layers: [band: {low: 1}, unknown, band: {low: 3}]"
    found = problems(f"tfgraph: 1\ninputs: {{x: [2]}}\n{layers}\n", registry)
    assert [problem.code for problem in found] == ["TG206", "TG202", "TG206"]


def test_consistent_parameters_pass(registry):
    text = "tfgraph: 1\ninputs: {x: [2]}\nlayers: [band: {low: -1, high: 2}]\n"
    band = loads(text, registry=registry).layers[0].layer
    assert (band.low, band.high) == (-1, 2)


def test_a_parameter_beside_a_type_with_a_value_is_one_mistake_and_the_value_is_kept():
    with pytest.raises(tfgraph.SpecError) as caught:
        tfgraph.loads("tfgraph: 1\ninputs: {x: [4]}\nlayers:\n  - dense: 64\n    bias: true\n")
    (found,) = caught.value.diagnostics
    assert found.code == "TG207"
    assert found.help == "write `dense: {units: 64, bias: true}`"
