"""Which word is meant by another, and how words are listed."""

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
