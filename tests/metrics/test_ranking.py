"""auc against every pair compared, and against Keras."""

import keras
import numpy as np
import pytest

from tests.metrics.comparisons import assert_figure, figure, keras_figure, refusal

ROWS = 300


def draws(separation, seed=5):
    """Scores, higher by `separation` where the answer is yes."""
    random = np.random.default_rng(seed)
    answers = random.integers(2, size=ROWS).astype("int32")
    return (random.normal(size=ROWS) + separation * answers).astype("float32"), answers


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def by_pairs(scores, answers):
    """The share of pairs of a yes and a no in which the yes scores higher; a tie is half."""
    difference = scores[answers == 1][:, None] - scores[answers == 0]
    return np.mean((difference > 0) + 0.5 * (difference == 0))


def share_in_a_bin(probabilities, answers, bins):
    """The share of pairs that meet in a bin."""
    places = np.minimum((probabilities * np.float32(bins)).astype(int), bins - 1)
    return np.mean(places[answers == 1][:, None] == places[answers == 0])


@pytest.mark.parametrize("separation", [-1, 0, 0.5, 2])
def test_auc_of_logits_is_that_of_all_pairs(separation):
    logits, answers = draws(separation)
    assert_figure("auc", logits, answers, figure("auc", logits, answers), exact=True)
    assert abs(figure("auc", logits, answers) - by_pairs(logits, answers)) < 1e-3
    keras_auc = keras.metrics.AUC(2000, from_logits=True)
    assert abs(figure("auc", logits, answers) - keras_figure(keras_auc, logits, answers)) < 1e-3


@pytest.mark.parametrize("bins", [2, 10, 100])
@pytest.mark.parametrize("separation", [0.5, 3])
def test_the_error_is_at_most_half_the_share_of_pairs_that_meet_in_a_bin(bins, separation):
    logits, answers = draws(separation)
    probabilities = sigmoid(logits)
    entry = {"auc": {"scores": "probabilities", "bins": bins}}
    error = abs(figure(entry, probabilities, answers) - by_pairs(probabilities, answers))
    assert error <= share_in_a_bin(probabilities, answers, bins) / 2 + 1e-12


def test_probabilities_and_their_logits_have_one_auc():
    logits, answers = draws(1)
    as_probabilities = {"auc": {"scores": "probabilities"}}
    ours = figure(as_probabilities, sigmoid(logits), answers)
    assert ours == pytest.approx(figure("auc", logits, answers), abs=1e-4)
    two = np.stack([-logits / 2, logits / 2], -1)
    assert figure("auc", two, answers) == pytest.approx(ours, abs=1e-4)
    two = np.stack([1 - sigmoid(logits), sigmoid(logits)], -1)
    assert figure(as_probabilities, two, answers) == ours


def test_the_answers_may_have_an_axis_of_one():
    logits, answers = draws(1)
    ours = figure("auc", logits, answers)
    assert figure("auc", logits[:, None], answers) == ours
    assert figure("auc", logits[:, None], answers[:, None]) == ours
    assert figure("auc", logits, answers.astype("float32")) == ours


def test_a_perfect_order_is_1_its_reverse_0_and_a_tie_a_half():
    logits, answers = np.array([-30, -1, 1, 30], "float32"), np.array([0, 0, 1, 1])
    assert figure("auc", logits, answers) == 1
    assert figure("auc", -logits, answers) == 0
    assert figure("auc", np.zeros(4, "float32"), answers) == 0.5


def test_the_greatest_probabilities_have_a_bin():
    entry = {"auc": {"scores": "probabilities"}}
    assert figure(entry, np.array([0, 1, 0, 1], "float16"), np.array([0, 0, 1, 1])) == 0.5


def test_with_one_kind_of_answer_it_is_0():
    logits, _ = draws(1)
    assert figure("auc", logits, np.ones(ROWS, "int32")) == 0


def test_what_does_not_fit_is_refused():
    problem = refusal("auc", ((3,), "float32"), ((), "int32"))
    assert problem.message == "`auc` needs [batch], [batch, 1] or [batch, 2], got [batch, 3]"
    problem = refusal("auc", ((2,), "float32"), ((2,), "float32"))
    assert problem.message == "`auc` needs a 0 or 1 for each of [batch, 2], got [batch, 2]"
    problem = refusal("auc", ((1,), "float32"), ((), "int32"), classes=3)
    assert problem.message == "`auc` needs 3 outputs for 3 classes, got [batch, 1]"
