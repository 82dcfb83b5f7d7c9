"""A dash, a colon or a blank too few or too many is told where it is, and the help mends it."""

import pytest

import tfgraph
from tests.spec.language import excerpt, problem

HEAD = "tfgraph: 1\ninputs: {x: [4], y: [1]}\nlayers:\n"
REST = "loss: {squared_error: , target: y}\noptimizer: adam\n"


def mended(text, *edits):
    """The text with lines in place of others."""
    lines = text.split("\n")
    for number, line in edits:
        lines[number - 1] = line
    return "\n".join(lines)


# Each: the text, what is marked, the help, and the lines that it leads to.
OUT_OF_LINE = {
    "one too deep": (
        HEAD + "  - matmul: 1\n" + REST + "train:\n  epochs: 5\n   batch_size: 64\n",
        "batch_size",
        "`batch_size` stands beside `epochs`: start it in column 3",
        (9, "  batch_size: 64"),
    ),
    "one too shallow": (
        HEAD + "  - matmul: 1\n" + REST + "train:\n   epochs: 5\n  batch_size: 64\n",
        "batch_size",
        "`batch_size` stands beside `epochs`: start it in column 4",
        (9, "   batch_size: 64"),
    ),
    "below a number": (
        HEAD + "  - matmul: 1\n" + REST + "train:\n  epochs: 5\n\n    batch_size: 64\n",
        "batch_size",
        "`batch_size` stands beside `epochs`: start it in column 3",
        (10, "  batch_size: 64"),
    ),
    "a sibling one too deep": (
        HEAD + "  - matmul: 1\n     name: last\n" + REST,
        "name",
        "`name` stands beside `matmul`: start it in column 5",
        (5, "    name: last"),
    ),
    "a sibling far too deep": (
        HEAD + "  - matmul: 1\n        name: last\n" + REST,
        "name",
        "`name` stands beside `matmul`: start it in column 5",
        (5, "    name: last"),
    ),
    "a sibling one too shallow": (
        HEAD + "  - matmul: 1\n   name: last\n" + REST,
        "name",
        "`name` stands beside `matmul`: start it in column 5",
        (5, "    name: last"),
    ),
    "a sibling in line with the dashes": (
        HEAD + "  - matmul:\n      units: 1\n  # the last one\n  name: last\n" + REST,
        "name",
        "`name` stands beside `matmul`: start it in column 5",
        (7, "    name: last"),
    ),
    "a sibling as an item": (
        HEAD + "  - matmul: 1\n    - name: last\n" + REST,
        "-",
        "write `name: last` without the `-`, under `matmul`, in column 5",
        (5, "    name: last"),
    ),
}
MORE = {
    "a key in column 1": (
        HEAD + "  - matmul: 1\n" + REST + "train:\n  epochs: 3\nbatch_size: 64\n  shuffle: true\n",
        "batch_size",
        "start it in column 3",
        (9, "  batch_size: 64"),
    ),
    "no opening brace": (
        HEAD + "  - dense: units: 3, bias: true}\n  - matmul: 1\n" + REST,
        "u",
        "write `- dense: {units: 3, bias: true}`",
        (4, "  - dense: {units: 3, bias: true}"),
    ),
    "a round bracket for a brace": (
        HEAD + "  - dense: (units: 3, bias: true}\n  - matmul: 1\n" + REST,
        "(",
        "write `- dense: {units: 3, bias: true}`",
        (4, "  - dense: {units: 3, bias: true}"),
    ),
    "a dash without a blank above a name": (
        HEAD + "  -dense: {units: 3}\n    name: a\n  - matmul: 1\n" + REST,
        "-",
        "write `- dense: {units: 3}`",
        (4, "  - dense: {units: 3}"),
    ),
    "an entry in braces above a name": (
        HEAD + "  - {dense: 3}\n    name: a\n  - matmul: 1\n" + REST,
        "{",
        "write `- dense: 3`",
        (4, "  - dense: 3"),
    ),
    "a dash before the first key of a section": (
        HEAD + "  - matmul: 1\n" + REST + "train:\n  - batch_size: 64\n  epochs: 3\n",
        "-",
        "write `batch_size: 64` without the `-`",
        (8, "  batch_size: 64"),
    ),
    "a dash before the last key of a section": (
        HEAD + "  - matmul: 1\n" + REST + "train:\n  batch_size: 64\n  - epochs: 3\n",
        "-",
        "write `epochs: 3` without the `-`",
        (9, "  epochs: 3"),
    ),
    "no blank after the colon before a brace": (
        HEAD + "  - dense:{units: 3, bias: true}\n  - matmul: 1\n" + REST,
        ":",
        "write `- dense: {units: 3, bias: true}`",
        (4, "  - dense: {units: 3, bias: true}"),
    ),
    "no blank after the colon of a name": (
        HEAD + "  - dense: 3\n    name:first\n  - matmul: 1\n" + REST,
        ":",
        "write `name: first`",
        (5, "    name: first"),
    ),
    "an en dash": (
        HEAD + "  - relu\n  \N{EN DASH} matmul: 1\n" + REST,
        "\N{EN DASH}",
        "write `- matmul: 1`",
        (5, "  - matmul: 1"),
    ),
    "two hyphens": (
        HEAD + "  - relu\n  -- matmul: 1\n" + REST,
        "--",
        "write `- matmul: 1`",
        (5, "  - matmul: 1"),
    ),
    "a star": (
        HEAD + "  - relu\n  * matmul: 1\n" + REST,
        "*",
        "write `- matmul: 1`",
        (5, "  - matmul: 1"),
    ),
    "an apostrophe": (
        "description: 'it's small'\n" + HEAD + "  - matmul: 1\n" + REST,
        "'",
        'write `description: "it\'s small"`',
        (1, 'description: "it\'s small"'),
    ),
    "a semicolon for a colon": (
        HEAD + "  - matmul: 1\n" + REST + "description; small\n",
        "description",
        "write `description: small`",
        (7, "description: small"),
    ),
}
DASHES = {
    "none before a key": (
        HEAD + "  - relu\n  matmul: 1\n  - relu\n" + REST,
        "matmul",
        "write `- matmul: 1`",
        (5, "  - matmul: 1"),
    ),
    "none before a word": (
        HEAD + "  - matmul: 1\n  relu # here\n  - relu\n" + REST,
        "relu",
        "write `- relu # here`",
        (5, "  - relu # here"),
    ),
    "none in the list": (
        HEAD + "  relu\n  relu\n  matmul: 1\n" + REST,
        "relu",
        "write `- relu`, and so in the lines below it",
        (4, "  - relu"),
        (5, "  - relu"),
        (6, "  - matmul: 1"),
    ),
    "none in a list of two": (
        HEAD + "  relu\n  matmul: 1\n" + REST,
        "relu",
        "write `- relu`, and `- matmul: 1`",
        (4, "  - relu"),
        (5, "  - matmul: 1"),
    ),
    "no blank after one": (
        HEAD + "  - relu\n  -matmul: 1\n  - relu\n" + REST,
        "-",
        "write `- matmul: 1`",
        (5, "  - matmul: 1"),
    ),
    "no blank after any": (
        HEAD + "  -relu\n  -matmul: 1\n" + REST,
        "-",
        "write `- relu`, and `- matmul: 1`",
        (4, "  - relu"),
        (5, "  - matmul: 1"),
    ),
}
COLONS = {
    "before braces": (
        HEAD + "  - relu\n  - matmul {units: 1, bias: true}\n" + REST,
        "matmul",
        "write `- matmul: {units: 1, bias: true}`",
        (5, "  - matmul: {units: 1, bias: true}"),
    ),
    "before a number": (
        HEAD.replace("tfgraph:", "tfgraph") + "  - matmul: 1\n" + REST,
        "tfgraph",
        "write `tfgraph: 1`",
        (1, "tfgraph: 1"),
    ),
    "before a list": (
        HEAD.replace("layers:", "layers") + "  - relu\n  - matmul: 1\n" + REST,
        "layers",
        "write `layers:`",
        (3, "layers:"),
    ),
    "an equals sign": (
        HEAD + "  - matmul: 1\n" + REST.replace("loss:", "loss ="),
        "loss",
        "write `loss: {squared_error: , target: y}`",
        (5, "loss: {squared_error: , target: y}"),
    ),
    "before what stands below": (
        HEAD + "  - matmul\n      units: 1\n" + REST,
        "matmul",
        "write `- matmul:`, with a colon, where keys follow below it",
        (4, "  - matmul:"),
    ),
    "two in a line": (
        HEAD + "  - matmul: 1\n" + REST + "train: epochs: 3\n",
        ":",
        "write `train: {epochs: 3}`",
        (7, "train: {epochs: 3}"),
    ),
}
BRACES = {
    "an equals sign": (
        HEAD + "  - matmul: {units=1, bias: true}\n" + REST,
        "units=1",
        "write `units: 1`",
        (4, "  - matmul: {units: 1, bias: true}"),
    ),
    "no blank after the colon": (
        HEAD + "  - matmul: 1\n" + REST + "train: {epochs:3}\n",
        "epochs:3",
        "write `epochs: 3`",
        (7, "train: {epochs: 3}"),
    ),
    "a comma for thousands": (
        HEAD + "  - matmul: 1\n" + REST + "train: {batch_size: 1,000, epochs: 3}\n",
        "1,000",
        "write `1000`",
        (7, "train: {batch_size: 1000, epochs: 3}"),
    ),
    "a comma for a point": (
        HEAD + "  - matmul: 1\n" + REST.replace("adam", "{adam: {beta1: 0,5}}"),
        "0,5",
        "write `0.5`",
        (6, "optimizer: {adam: {beta1: 0.5}}"),
    ),
    "closed by another": (
        HEAD + "  - matmul: 1\n" + REST + "train: {epochs: 3]\n",
        "{",
        "write `}` for `]`",
        (7, "train: {epochs: 3}"),
    ),
}
CASES = {
    f"{kind}: {name}": case
    for kind, cases in (
        ("column", OUT_OF_LINE),
        ("dash", DASHES),
        ("more", MORE),
        ("colon", COLONS),
        ("brace", BRACES),
    )
    for name, case in cases.items()
}


@pytest.mark.parametrize("name", CASES)
def test_a_slip_is_marked_where_it_is_and_its_help_mends_it(name):
    text, marked, help, *edits = CASES[name]
    found = problem(text)
    assert (found.code, found.span.line) == ("TG101", edits[0][0])
    assert (excerpt(found.span), found.help) == (marked, help)
    tfgraph.loads(mended(text, *edits))


@pytest.mark.parametrize(
    "text",
    [
        "description: note: two words\n",
        "layers:\n  - relu\n - relu\n",
        "layers: [relu\n  - relu\n",
        "a\nb: 2\n" + "# padding\n" * 6000,
    ],
)
def test_what_may_mean_anything_is_not_taken_for_a_slip(text):
    found = problem(text)
    assert found.code == "TG101"
    assert "`:` is missing" not in found.message
    assert "write `" not in found.help
