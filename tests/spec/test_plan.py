"""The plan of a sound spec: order, names, wiring, weights and sizes."""

import pytest

import tfgraph
from tests.spec.goldens import REGISTRY
from tfgraph.diagnostics import SpecError

HEAD = "tfgraph: 1\ninputs: {x: [4]}\nlayers:\n"


def planned(text):
    return tfgraph.loads(text, registry=REGISTRY)


def names(plan):
    return [layer.name for layer in plan.layers]


def test_layers_without_a_name_are_numbered_by_type():
    plan = planned(f"{HEAD}  - relu\n  - tanh\n  - relu\n")
    assert names(plan) == ["relu_1", "tanh_1", "relu_2"]
    assert plan.outputs == ("relu_2",)


def test_a_named_layer_does_not_count_among_the_unnamed():
    text = f"{HEAD}  - relu\n  - {{relu: , name: between}}\n  - relu\n"
    assert names(planned(text)) == ["relu_1", "between", "relu_2"]


def test_an_unnamed_layer_goes_around_a_name_that_is_taken():
    text = f"{HEAD}  - relu\n  - {{tanh: , name: relu_2}}\n  - relu\n"
    assert names(planned(text)) == ["relu_1", "relu_2", "relu_3"]


def test_a_layer_may_take_one_that_stands_below_it():
    text = f"{HEAD}  - {{relu: , from: last, name: end}}\n  - {{tanh: , from: x, name: last}}\n"
    plan = planned(text)
    assert names(plan) == ["last", "end"]
    assert plan.layer("end").inputs == ("last",)
    assert plan.outputs == ("last",)


@pytest.mark.parametrize("step", [1, -1])
def test_a_stack_may_be_of_any_length_in_either_direction(step):
    order = range(3000)[::step]
    wired = [f"  - {{relu: , name: l{i}, from: {f'l{i - 1}' if i else 'x'}}}\n" for i in order]
    plan = planned(f"{HEAD}{''.join(wired)}outputs: [l2999]\n")
    assert names(plan) == [f"l{i}" for i in range(3000)]


def test_a_layer_of_several_inputs_takes_them_all_where_it_is_first():
    plan = planned("tfgraph: 1\ninputs: {a: [2, 3], b: [2, 3]}\nlayers: [add]\n")
    assert plan.layer("add_1").inputs == ("a", "b") == plan.inputs


def test_several_outputs_and_the_inputs_they_need():
    text = (
        "tfgraph: 1\ninputs: {a: [3], b: [4], unused: [5]}\nlayers:\n"
        "  - {relu: , from: a}\n  - {tanh: , from: b}\noutputs: [tanh_1, a, relu_1]\n"
    )
    plan = planned(text)
    assert plan.outputs == ("tanh_1", "a", "relu_1")
    assert plan.inputs == ("a", "b")
    assert str(plan.output_of("a")) == "[batch, 3]"
    assert str(plan.output_of("tanh_1")) == "[batch, 4]"


def test_a_declared_target_is_no_input_of_the_model():
    text = (
        "tfgraph: 1\ninputs: {x: [4], y: [3]}\nlayers: [{matmul: 3}]\n"
        "loss: {squared_error: , target: y}\noptimizer: {gradient_descent: 0.1}\n"
    )
    plan = planned(text)
    assert (plan.inputs, plan.targets) == (("x",), ("y",))
    assert plan.layer("matmul_1").inputs == ("x",)


def test_a_target_that_a_layer_takes_is_an_input_as_well():
    text = (
        "tfgraph: 1\ninputs: {x: [3], y: [3]}\nlayers: [{add: , from: [x, y]}]\n"
        "loss: {squared_error: , target: y}\noptimizer: {gradient_descent: 0.1}\n"
    )
    plan = planned(text)
    assert (plan.inputs, plan.targets) == (("x", "y"), ())


def test_the_dataset_names_inputs_and_target():
    text = (
        "tfgraph: 1\ndata: pictures\nlayers: [flatten, {matmul: 10}]\n"
        "loss: softmax_cross_entropy\noptimizer: {gradient_descent: 0.1}\nmetrics: [accuracy]\n"
    )
    plan = planned(text)
    assert (plan.inputs, plan.targets) == (("image",), ("label",))
    assert plan.losses[0].of == plan.metrics[0].of == "matmul_1"


def test_a_dataset_field_can_be_chosen_as_the_input():
    text = "tfgraph: 1\ndata: pictures\ninputs: [label]\nlayers: [{embedding: 4}]\n"
    plan = planned(text)
    assert plan.inputs == ("label",)
    assert [weight.shape for weight in plan.weights.values()] == [(10, 4)]


def test_shared_and_tied_weights_are_created_once():
    text = f"""{HEAD}
  - {{matmul: 3, name: a}}
  - {{matmul: 3, name: b, share: a, from: x}}
  - {{matmul: 3, name: c, share: b, from: x}}
  - {{tied_decoder: c, name: back}}
"""
    plan = planned(text)
    assert list(plan.weights) == ["a/kernel", "back/bias"]
    assert plan.layer("c").owner == "a"
    assert plan.layer("back").weights["kernel"].tied.weight == "a/kernel"
    assert plan.parameters == plan.trainable_parameters == 4 * 3 + 4


def test_what_is_not_trained_counts_among_the_parameters_alone():
    plan = planned(f"{HEAD}  - batch_norm\n")
    assert plan.parameters == 16
    assert plan.trainable_parameters == 8


def test_large_sizes_are_counted_exactly():
    plan = planned(f"{HEAD}  - matmul: 10000003\n")
    assert plan.parameters == 4 * 10_000_003


def test_a_size_that_only_the_data_knows_passes_through():
    plan = planned("tfgraph: 1\ninputs: {x: [null, 3]}\nlayers: [{matmul: 5}, relu]\n")
    assert str(plan.output_of("relu_1")) == "[batch, ?, 5]"


def test_losses_and_metrics_of_one_type_have_names_of_their_own():
    text = f"""{HEAD}
  - {{matmul: 4, name: a}}
  - {{matmul: 4, name: b}}
loss:
  - {{squared_error: , of: a, target: x}}
  - {{squared_error: , of: b, target: x, weight: 0.5}}
  - {{squared_error: , of: b, target: x}}
optimizer: {{gradient_descent: 0.1}}
"""
    plan = planned(text)
    assert [loss.name for loss in plan.losses] == [
        "a.squared_error",
        "b.squared_error",
        "b.squared_error_2",
    ]
    assert [loss.weight for loss in plan.losses] == [1.0, 0.5, 1.0]


def test_the_version_may_be_written_as_any_number_that_equals_it():
    assert names(planned("tfgraph: 1.0\ninputs: {x: [4]}\nlayers: [relu]")) == ["relu_1"]


def test_parameters_have_the_type_that_they_declare():
    plan = planned(f"{HEAD}  - matmul: {{units: 3.0, l1: 1, init: 2}}\ntrain: {{epochs: 1e2}}\n")
    layer = plan.layer("matmul_1").layer
    assert (layer.units, type(layer.units)) == (3, int)
    assert (layer.l1, type(layer.l1)) == (1.0, float)
    assert (layer.init.type, layer.init.value) == ("constant", 2.0)
    assert (plan.spec.training.epochs, type(plan.spec.training.epochs)) == (100, int)


def test_predict_needs_only_what_the_outputs_need():
    plan = tfgraph.loads(
        """
        tfgraph: 1
        inputs: {x: [2], z: [2], y: [2]}
        layers:
          - {matmul: 2, name: a, from: x}
          - {matmul: 2, name: b, from: z}
        outputs: [a]
        loss:
          - {squared_error: , of: a, target: y}
          - {squared_error: , of: b, target: y}
        optimizer: {adam: 0.1}
        """
    )
    assert plan.inputs == ("x",)
    assert plan.targets == ("z", "y")


def test_equal_losses_are_told_apart_by_a_number():
    losses = "".join("  - {squared_error: , target: y}\n" for _ in range(3))
    plan = tfgraph.loads(
        "tfgraph: 1\ninputs: {x: [2], y: [2]}\nlayers:\n  - {relu: , from: x}\n"
        f"loss:\n{losses}optimizer: {{adam: 0.1}}\n"
    )
    names = [loss.name for loss in plan.losses]
    assert names == [f"relu_1.squared_error{end}" for end in ("", "_2", "_3")]


def test_a_name_has_no_line_break_at_its_end():
    with pytest.raises(SpecError):
        tfgraph.loads('tfgraph: 1\ninputs: {x: [2]}\nlayers:\n  - {relu: , name: "a\\n"}\n')


@pytest.mark.parametrize("name", ["steps", "self", "class", "lambda", "x-1", "a.b"])
def test_an_input_has_a_name_that_the_functions_of_the_graph_can_take(name):
    with pytest.raises(SpecError) as caught:
        tfgraph.loads(f"tfgraph: 1\ninputs: {{{name}: [2]}}\nlayers: [relu]\n")
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.span.line) == ("TG206", 2)
    assert problem.message == f"`{name}` is no name for an input"
