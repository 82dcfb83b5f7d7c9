"""Which word is meant by another, and how words are listed."""

import time

import pytest

from tfgraph.words import did_you_mean, listed


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("matmull", "matmul"),
        ("softmax_crossentropy", "softmax_cross_entropy"),
        ("cross", "softmax_cross_entropy"),
        ("units", "units"),
    ],
)
def test_a_word_that_is_close_is_suggested(word, meant):
    known = ["relu", "units", "matmul", "softmax_cross_entropy"]
    assert did_you_mean(word, known) == f"did you mean `{meant}`?"


@pytest.mark.parametrize("word", ["", "zzz", "x" * 10**6])
def test_nothing_is_suggested_where_nothing_is_close(word):
    assert did_you_mean(word, ["relu", "matmul"]) == ""
    assert did_you_mean(word, []) == ""


def test_words_are_listed_in_back_quotes():
    assert listed(["a", "b"]) == "`a`, `b`"
    assert listed([]) == ""


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("erlu", "`relu`"),  # two letters in the other order
        ("unit", "`units`"),  # it goes on
        ("rlu", "`relu`"),  # it begins so
        ("tuputs", "`outputs` or `inputs`"),  # nothing tells which
        ("ing", ""),  # `padding` is far from it
    ],
)
def test_of_words_that_are_close_the_one_with_the_fewest_slips_is_meant(word, meant):
    known = ["elu", "relu", "init", "units", "inputs", "outputs", "padding"]
    assert did_you_mean(word, known) == (f"did you mean {meant}?" if meant else "")


def test_long_words_take_no_time_to_compare():
    known = [f"{'a' * 90}{number}" for number in range(40)]
    before = time.process_time()
    for number in range(100):
        did_you_mean(f"{'a' * 90}x{number}", known)
    assert time.process_time() - before < 1
