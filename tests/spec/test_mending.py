"""A value that does not fit is told as what it was meant to be, by what its parameter takes."""

import pytest

from tests.spec.language import problem, spec

IMAGES = "{x: [8, 8, 3]}"


@pytest.mark.parametrize(
    ("layer", "help"),
    [
        ('matmul: "64"', "write `64` without quotes"),
        ("matmul: 1_000", "write `1000`"),
        ("matmul: 1,000", "write `1000`"),
        ("matmul: 64,", "write `64`"),
        ("matmul: [64]", "write `64`"),
        ("matmul: {units: 3, bias: yes}", "write `true`"),
        ("matmul: {units: 3, bias: Off}", "write `false`"),
        ('matmul: {units: 3, bias: "true"}', "write `true` without quotes"),
        ("matmul: {units: 3, bias: 1}", "write `true`"),
        ("matmul: {units: 3, init: [0.1]}", "write `0.1`"),
        ("dropout: 20", "write `0.2`"),
        ("dropout: 50%", "write `0.5`"),
        ("dropout: 0,5", "write `0.5`"),
        ("dropout: '1e-1'", "write `0.1`"),
        ("reshape: 192", "write `[192]`"),
        ("reshape: (64, 3)", "write `[64, 3]`"),
        ("reshape: '[64, 3]'", "write `[64, 3]` without quotes"),
        ("reshape: 64x3", "write `[64, 3]`"),
        ("reshape: ['64', '3']", "write `[64, 3]`"),
        ("conv2d: {filters: 3, padding: SAME}", "write `same`"),
        ("conv2d: {filters: 3, kernel_size: [3, 3, 3]}", "write `3`"),
        ("relu:\n    name: my layer", "write `my_layer`"),
        ("relu:\n    repeat: '3'", "write `3` without quotes"),
        ("relu:\n    name: [first]", "write `first`"),
    ],
)
def test_help_says_what_to_write(layer, help):
    assert problem(spec(f"  - {layer}", inputs=IMAGES)).help == help


@pytest.mark.parametrize(
    "layer",
    [
        "matmul: -3",
        "matmul: 0",
        "matmul: '-3'",
        "matmul: many",
        "matmul: 64.5",
        "matmul: {units: {a: 1}}",
        "matmul: {units: 3, bias: perhaps}",
        "matmul: {units: 3, bias: 2}",
        "matmul: [3, 4]",
        "dropout: 120",
        "dropout: 1",
        "dropout: true",
        "dropout: .nan%",
        "reshape: []",
        "reshape: [a, b]",
        "conv2d: {filters: 3, padding: full}",
        "matmul: '" + "9" * 5000 + "'",
    ],
)
def test_what_may_mean_anything_gets_no_such_help(layer):
    assert "write `" not in problem(spec(f"  - {layer}", inputs=IMAGES)).help


@pytest.mark.parametrize(
    ("shape", "help"),
    [
        ("64", "write `[64]`"),
        ("28x28", "write `[28, 28]`"),
        ("28 28", "write `[28, 28]`"),
        ("[None, 64]", "leave the batch out: write `[64]`"),
        ("[64, None]", "write `[64, null]`: Shape of one example, without the batch; null for"),
    ],
)
def test_a_shape_is_told_as_a_list(shape, help):
    assert problem(spec("  - relu", inputs=f"{{x: {shape}}}")).help.startswith(help)


def test_the_version_is_told_as_a_number():
    text = spec("  - relu").replace("tfgraph: 1", "tfgraph: '1'")
    assert problem(text).help == "write `1` without quotes"
