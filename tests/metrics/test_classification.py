"""Metrics that count against Keras and NumPy, over whole splits cut into batches of any size."""

import keras
import numpy as np
import pytest

from tests.metrics.comparisons import assert_figure, figure, keras_figure, refusal
from tfgraph.builtins import tfgraph_metrics
from tfgraph.errors import GraphError

ROWS, CLASSES = 45, 6
DRAWS = np.random.default_rng(3)
LOGITS = DRAWS.normal(size=(ROWS, CLASSES)).astype("float32")
LOGITS[:, -1] -= 9  # a class that is never guessed, and never true
INDICES = np.where(DRAWS.random(ROWS) < 0.5, LOGITS.argmax(-1), DRAWS.integers(5, size=ROWS))
INDICES = INDICES.astype("int32")
OVER_TIME = DRAWS.normal(size=(ROWS, 3, CLASSES)).astype("float32")
INDICES_OVER_TIME = DRAWS.integers(CLASSES, size=(ROWS, 3)).astype("int64")
SCORES = DRAWS.normal(size=ROWS).astype("float32")
ANSWERS = (SCORES + DRAWS.normal(size=ROWS) > 0.3).astype("int32")
CONFUSION = ["precision", "recall", "f1"]


def one_hot(indices):
    return np.eye(CLASSES, dtype="float32")[indices]


def test_accuracy_is_that_of_keras():
    theirs = keras_figure(keras.metrics.SparseCategoricalAccuracy(), LOGITS, INDICES)
    assert 0.3 < theirs < 0.8
    assert_figure("accuracy", LOGITS, INDICES, theirs, exact=True)
    assert_figure("accuracy", LOGITS, one_hot(INDICES), theirs, exact=True)


def test_accuracy_over_time_counts_every_step():
    theirs = keras_figure(keras.metrics.SparseCategoricalAccuracy(), OVER_TIME, INDICES_OVER_TIME)
    assert_figure("accuracy", OVER_TIME, INDICES_OVER_TIME, theirs, exact=True)


@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_a_single_output_is_right_on_its_side_of_the_threshold(threshold):
    entry = {"accuracy": {"threshold": threshold}}
    theirs = keras_figure(keras.metrics.BinaryAccuracy(threshold=threshold), SCORES, ANSWERS)
    assert_figure(entry, SCORES, ANSWERS, theirs, exact=True)
    for target in (ANSWERS, ANSWERS[:, None], ANSWERS.astype("float32"), ANSWERS.astype("bool")):
        assert figure(entry, SCORES[:, None], target) == pytest.approx(float(theirs))
    for shape in ((15, 3, 1), (15, 3)):
        over_time = figure(entry, SCORES.reshape(15, 3, 1), ANSWERS.reshape(shape))
        assert over_time == pytest.approx(float(theirs))


def test_a_logit_of_0_is_a_no():
    assert figure("accuracy", np.zeros(3, "float32"), np.array([0, 0, 1])) == pytest.approx(2 / 3)


@pytest.mark.parametrize("k", [1, 2, 5, CLASSES])
def test_top_k_accuracy_is_that_of_keras(k):
    theirs = keras_figure(keras.metrics.SparseTopKCategoricalAccuracy(k), LOGITS, INDICES)
    assert_figure({"top_k_accuracy": k}, LOGITS, INDICES, theirs, exact=True)
    assert_figure({"top_k_accuracy": k}, LOGITS, one_hot(INDICES), theirs, exact=True)
    theirs = keras_figure(
        keras.metrics.SparseTopKCategoricalAccuracy(k), OVER_TIME, INDICES_OVER_TIME
    )
    assert_figure({"top_k_accuracy": k}, OVER_TIME, INDICES_OVER_TIME, theirs, exact=True)


def test_a_class_that_ties_with_the_kth_counts_for_it():
    ties = np.array([[2, 1, 1, 0]] * 4, "float32")
    assert figure({"top_k_accuracy": 2}, ties, np.arange(4)) == 0.75


def test_binary_figures_are_those_of_keras():
    probabilities = 1 / (1 + np.exp(-SCORES))
    for threshold in (0.2, 0.5, 0.7):
        theirs = {
            "precision": keras.metrics.Precision(thresholds=threshold),
            "recall": keras.metrics.Recall(thresholds=threshold),
            "f1": keras.metrics.F1Score(threshold=threshold),
        }
        for name, metric in theirs.items():
            expected = keras_figure(metric, probabilities[:, None], ANSWERS[:, None])
            expected = np.squeeze(np.asarray(expected))
            assert expected > 0.3
            entry = {name: {"threshold": threshold}}
            assert_figure(entry, probabilities, ANSWERS, expected, exact=True)
            assert figure(entry, probabilities[:, None], ANSWERS) == pytest.approx(expected)


def test_a_single_logit_is_a_yes_above_0():
    precision = np.mean(ANSWERS[SCORES > 0])
    recall = np.mean(SCORES[ANSWERS == 1] > 0)
    assert_figure("precision", SCORES, ANSWERS, precision, exact=True)
    assert_figure("recall", SCORES, ANSWERS, recall, exact=True)
    assert_figure("f1", SCORES, ANSWERS, 2 * precision * recall / (precision + recall), exact=True)


@pytest.mark.parametrize("average", ["macro", "micro"])
def test_f1_of_several_classes_is_that_of_keras(average):
    theirs = keras_figure(keras.metrics.F1Score(average=average), LOGITS, one_hot(INDICES))
    assert_figure({"f1": {"average": average}}, LOGITS, INDICES, theirs, exact=True)
    assert_figure({"f1": {"average": average}}, LOGITS, one_hot(INDICES), theirs, exact=True)


@pytest.mark.parametrize(
    ("name", "metric"), [("precision", keras.metrics.Precision), ("recall", keras.metrics.Recall)]
)
def test_precision_and_recall_of_several_classes_are_the_mean_of_those_of_keras(name, metric):
    each = [
        float(keras_figure(metric(class_id=label, top_k=1), LOGITS, one_hot(INDICES)))
        for label in range(CLASSES)
    ]
    assert each[-1] == 0 < min(each[:-1])
    assert_figure(name, LOGITS, INDICES, np.mean(each), exact=True)
    assert_figure(name, LOGITS, one_hot(INDICES), np.mean(each), exact=True)


@pytest.mark.parametrize("name", CONFUSION)
def test_over_all_classes_together_every_figure_is_the_accuracy(name):
    accuracy = figure("accuracy", OVER_TIME, INDICES_OVER_TIME)
    entry = {name: {"average": "micro"}}
    assert_figure(entry, OVER_TIME, INDICES_OVER_TIME, accuracy, exact=True)


@pytest.mark.parametrize("name", CONFUSION)
def test_without_any_yes_the_figures_are_0(name):
    assert figure(name, np.full(5, -1, "float32"), np.zeros(5, "int32")) == 0


@pytest.mark.parametrize("name", ["accuracy", *CONFUSION])
def test_targets_that_do_not_fit_are_refused(name):
    problem = refusal(name, ((5,), "float32"), ((5,), "int32"))
    assert problem.message.endswith(
        "needs a class index for each [batch, 5], got [batch, 5] of int32"
    )
    problem = refusal(name, ((5,), "float32"), ((), "float32"))
    assert problem.message.endswith("needs a one-hot class for each [batch, 5], got [batch]")
    problem = refusal(name, ((1,), "float32"), ((2,), "int32"))
    assert problem.message.endswith(
        "needs a 0 or 1 for each of [batch, 1], got [batch, 2] of int32"
    )
    problem = refusal(name, ((1,), "float32"), ((), "int32"), classes=10)
    assert problem.message.endswith("needs 10 outputs for 10 classes, got [batch, 1]")
    assert problem.help == "put `matmul: 10` after `x`: `y` has 10 classes"
    refusal(name, ((5,), "float32"), ((), "int32"), classes=6)


@pytest.mark.parametrize("index", [-1, CLASSES, 2**32])
@pytest.mark.parametrize("batch", [1, ROWS])
@pytest.mark.parametrize("name", ["accuracy", "top_k_accuracy", *CONFUSION])
def test_an_index_that_is_no_class_is_an_error_and_no_figure(name, batch, index):
    indices = INDICES.astype("int64")
    indices[-1] = index
    with pytest.raises(GraphError, match=f"metric `{name}` .*no class index below.*{CLASSES}"):
        figure(name, LOGITS, indices, batch)


def test_there_are_no_more_guesses_than_classes():
    problem = refusal({"top_k_accuracy": 6}, ((5,), "float32"), ((), "int32"))
    assert problem.message == "`top_k_accuracy` cannot take 6 of 5 classes"
    problem = refusal({"top_k_accuracy": 1}, ((1,), "float32"), ((), "int32"))
    assert problem.message == "`top_k_accuracy` needs the scores of several classes, got [batch, 1]"


def test_every_metric_is_compared_here_or_beside():
    beside = {"auc", "mean_squared_error", "mean_absolute_error", "perplexity"}
    here = {"accuracy", "top_k_accuracy", *CONFUSION}
    assert {metric.type for metric in tfgraph_metrics()} == here | beside


def test_less_is_better_of_errors_alone():
    lower = {metric.type for metric in tfgraph_metrics() if metric.better == "lower"}
    assert lower == {"mean_squared_error", "mean_absolute_error", "perplexity"}
    assert {metric.better for metric in tfgraph_metrics()} == {"higher", "lower"}
