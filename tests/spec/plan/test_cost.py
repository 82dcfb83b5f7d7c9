"""The memory of a model, counted by hand."""

import pytest

import tfgraph
from tests.spec.goldens import REGISTRY
from tfgraph.spec.plan.cost import cost, show_bytes

MLP = """\
tfgraph: 1
data: {pictures: {flatten: true}}
layers:
  - dense: 300
  - dense: 10
loss: softmax_cross_entropy
optimizer: {adam: 0.001}
train: {batch_size: 64}
"""
WEIGHTS = 4 * (784 * 300 + 300 + 300 * 10 + 10)


def cost_of(text):
    return cost(tfgraph.loads(text, registry=REGISTRY))


def test_training_takes_weights_slots_gradients_activations_and_data():
    found = cost_of(MLP)
    assert found.weights == found.gradients == WEIGHTS
    assert found.slots == 2 * WEIGHTS
    # The fields and both outputs are kept; the way back begins with the gradients of the last
    # layer, and is fullest at the first one, whose input is large.
    kept = 784 + 1 + 300
    assert found.activations == 64 * 4 * (kept + 300 + 784)
    assert found.data == 100 * (784 + 4)
    assert found.peak == 4 * WEIGHTS + found.activations + found.data
    assert str(found) == (
        "weights 954 kB, optimizer slots 1.9 MB, gradients 954 kB, activations (batch 64) "
        "555.3 kB, data 78.8 kB"
    )


def test_a_batch_is_not_larger_than_the_data():
    assert cost_of(MLP.replace("batch_size: 64", "batch_size: 1000000")).batch == 100


def test_evaluation_counts_where_it_takes_more_than_a_step():
    digits = MLP.replace("pictures", "mnist")
    found = cost(
        tfgraph.loads(
            digits.replace("batch_size: 64", "batch_size: 64, evaluate_batch_size: 99999")
        )
    )
    # An input and its output, of no more examples than the test split has.
    assert (found.evaluates, found.batch, found.gradients) == (True, 10_000, 0)
    assert found.activations == 10_000 * 4 * (784 + 300)
    assert "activations of evaluation (batch 10,000) 43.4 MB" in str(found)
    assert not cost(tfgraph.loads(digits)).evaluates
    # Nothing but `train` is never evaluated.
    assert not cost_of(MLP.replace("batch_size: 64", "evaluate_batch_size: 99999")).evaluates


def test_arrays_of_python_code_count_in_evaluation_where_its_batch_is_given():
    given = MLP.replace("data: {pictures: {flatten: true}}", "inputs: {x: [784], y: [10]}")
    given = given.replace("- dense: 300", "- {dense: 300, from: x}")
    given = given.replace("softmax_cross_entropy", "{squared_error: , target: y}")
    assert not cost_of(given).evaluates
    large = cost_of(given.replace("batch_size: 64", "evaluate_batch_size: 100000"))
    assert (large.evaluates, large.batch) == (True, 100_000)


def test_a_slot_counts_for_each_trained_weight_alone():
    text = MLP.replace("  - dense: 10\n", "  - batch_norm\n  - dense: 10\n")
    found = cost_of(text)
    assert found.weights == WEIGHTS + 4 * 4 * 300
    assert found.gradients == WEIGHTS + 2 * 4 * 300
    assert found.slots == 2 * found.gradients


def test_weights_that_are_shared_or_tied_count_once():
    text = """\
tfgraph: 1
inputs: {x: [10]}
layers:
  - {matmul: 5, name: a}
  - {matmul: 5, name: b, share: a, from: x}
  - {tied_decoder: {encoder: a, bias: false}, from: b}
"""
    assert cost_of(text).weights == 4 * 10 * 5


def test_prediction_keeps_a_value_until_its_last_use():
    layers = "".join("  - relu\n" for _ in range(50))
    chain = cost_of(f"tfgraph: 1\ninputs: {{x: [8]}}\nlayers:\n{layers}train: {{batch_size: 1}}\n")
    assert chain.activations == 2 * 4 * 8
    skip = "  - {add: , from: [x, relu_50]}\n"
    skipped = cost_of(
        f"tfgraph: 1\ninputs: {{x: [8]}}\nlayers:\n{layers}{skip}train: {{batch_size: 1}}\n"
    )
    assert skipped.activations == 3 * 4 * 8
    assert (chain.slots, chain.gradients, chain.data) == (0, 0, 0)


def test_smaller_dtypes_take_less():
    text = "tfgraph: 1\ninputs: {{x: {{shape: [8], dtype: {}}}}}\nlayers: [matmul: 8]\n"
    sizes = [cost_of(text.format(dtype)).weights for dtype in ("float16", "float32", "float64")]
    assert sizes == [128, 256, 512]


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (2_560_000, "2.6 MB"),
        (10**12, "1 TB"),
        (10**15, "1 PB"),
        (2**63, "9.2 EB"),
        (10**23, "100,000 EB"),
        (10**400 // 10**100, "over a million EB"),
    ],
)
def test_bytes_are_shown_in_the_unit_that_one_says(size, shown):
    assert show_bytes(size) == shown


def test_averages_take_as_much_as_the_trained_weights():
    found = cost_of(MLP.replace("{batch_size: 64}", "{batch_size: 64, ema: 0.99}"))
    assert found.averages == WEIGHTS
    assert found.peak == cost_of(MLP).peak + WEIGHTS
    assert "averages 954 kB" in str(found)


def test_a_batch_in_parts_takes_the_activations_of_one_and_the_gradients_twice():
    found = cost_of(MLP.replace("{batch_size: 64}", "{batch_size: 64, gradient_accumulation: 5}"))
    assert found.batch == 13
    assert found.activations == cost_of(MLP.replace("64", "13")).activations
    assert found.gradients == 2 * WEIGHTS
