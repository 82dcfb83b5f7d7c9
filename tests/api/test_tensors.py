"""Shapes and dtypes in arithmetic and in words, and seeds that depend on nothing else."""

import pytest

from tfgraph.api import Field, ShapeError, TensorSpec, Tied, WeightSpec, fans, seed_of, show_shape

IMAGE = TensorSpec((None, 28, 28, 1))


def test_unknown_sizes_are_shown_by_what_they_are():
    assert show_shape((None, 28, None)) == "[batch, 28, ?]"
    assert show_shape((3, None)) == "[3, ?]"
    assert show_shape(()) == "[]"
    assert str(IMAGE) == "[batch, 28, 28, 1]"
    assert str(IMAGE.with_dtype("int32")) == "[batch, 28, 28, 1] of int32"


def test_the_size_of_an_example_is_known_when_every_axis_is():
    assert IMAGE.size == 784
    assert TensorSpec((None,)).size == 1
    assert TensorSpec((None, None, 3)).size is None


def test_another_shape_keeps_the_dtype_and_forgets_the_classes():
    spec = TensorSpec((None,), "int32", classes=10)
    assert spec.with_shape([None, 2]) == TensorSpec((None, 2), "int32")
    assert spec.with_dtype("int64") == TensorSpec((None,), "int64")


@pytest.mark.parametrize(
    ("shape", "axes", "at_least", "message", "help"),
    [
        ((None, 784), "batch height width channels", False,
         "needs [batch, height, width, channels], got [batch, 784]",
         "put a `reshape` to [height, width, channels] before it"),
        ((None, 2, 3), "batch features", False,
         "needs [batch, features], got [batch, 2, 3]", "put `flatten` before it"),
        ((None,), "batch features", True,
         "needs [batch, …, features], got [batch]", "put a `reshape` to [features] before it"),
        ((None, 1, 2, 3, 4), "batch height width channels", False,
         "needs [batch, height, width, channels], got [batch, 1, 2, 3, 4]", ""),
    ],
)  # fmt: skip
def test_a_rank_that_does_not_fit_says_what_would(shape, axes, at_least, message, help):
    with pytest.raises(ShapeError) as caught:
        TensorSpec(shape).expect(axes, at_least=at_least)
    assert (caught.value.message, caught.value.help) == (message, help)


def test_ranks_that_fit_pass():
    IMAGE.expect("batch height width channels")
    IMAGE.expect("batch features", at_least=True)
    IMAGE.expect_floating()


def test_a_size_that_must_be_known_is_asked_for_by_name():
    assert IMAGE.known(-1, "channels") == 1
    with pytest.raises(
        ShapeError, match=r"needs to know the size of the time axis, got \[batch, \?"
    ):
        TensorSpec((None, None, 3)).known(1, "time")
    with pytest.raises(ShapeError, match="needs floating-point values, got bool"):
        IMAGE.with_dtype("bool").expect_floating()


def test_a_weight_counts_its_values_and_a_tied_one_none():
    weight = WeightSpec((3, 4), dtype="float16")
    assert (weight.size, weight.bytes) == (12, 24)
    assert WeightSpec(()).size == 1
    tied = WeightSpec((4, 3), tied=Tied("a/kernel", (1, 0)))
    assert (tied.size, tied.bytes) == (0, 0)


def test_a_field_is_stored_in_one_dtype_and_seen_in_another():
    field = Field((2,), classes=5, stored="uint8", scale=0.5)
    assert field.spec == TensorSpec((None, 2), "float32", 5)
    assert field.stored_spec == TensorSpec((None, 2), "uint8", 5)
    assert Field((2,), "int32").stored_spec == TensorSpec((None, 2), "int32")


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((), (1, 1)), ((5,), (5, 5)), ((3, 4), (3, 4)), ((5, 5, 3, 4), (75, 100))],
)
def test_fans_count_what_one_value_connects(shape, expected):
    assert fans(shape) == expected


def test_a_seed_is_a_pure_function_of_its_parts():
    assert seed_of(0, "hidden/kernel") == 2986247401300190943
    seeds = {seed_of(0, "a"), seed_of(1, "a"), seed_of(0, "b"), seed_of(0, "a", ""), seed_of("0a")}
    assert len(seeds) == 5
    assert all(0 <= seed < 2**63 for seed in seeds)
