"""The language: the sections of a file and the siblings of an entry, each said once."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import Any, Literal

from tfgraph.api import Component, Dim, Field, param
from tfgraph.api.tensors import DTYPES

VERSION = 1
# `$` alone also matches before a line break at the end.
NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_.-]*$(?!\n)"
NAME_RULE = "letters, digits and `_ . -`, a letter first"
#: Inputs are arguments of the graph's functions too, where `steps` is the number of steps.
INPUT_RULE = "letters, digits and `_`, a letter first, and neither `steps` nor a word of Python's"
#: Names become those of folders and files too.
MAX_NAME = 200
NAME = {"type": "string", "pattern": NAME_PATTERN, "maxLength": MAX_NAME}
#: What the loss of an example is multiplied by.
FACTOR = {"type": "number", "minimum": 0}


@dataclass(frozen=True)
class Part:
    """A section of the file, or a sibling of an entry: its schema, and what it takes in words."""

    schema: dict[str, Any]
    takes: str
    doc: str
    #: What others call it.
    also: tuple[str, ...] = ()
    #: What an item of a list or of a mapping is.
    items: str = "a name"


_ENTRY = {"type": ["string", "object"]}
_ENTRIES = {"type": "array"}  # their items are left to the validators of their types

SECTIONS: dict[str, Part] = {
    "tfgraph": Part(
        {"const": VERSION}, f"{VERSION}", "Version of the spec language.", also=("version",)
    ),
    "name": Part(NAME, "a name", "Name of the model; the file's name if not given."),
    "description": Part({"type": "string"}, "a string", "What the model is."),
    "extends": Part(
        {"type": "string", "minLength": 1},
        "a path",
        "Another spec that this one builds on: mappings merge, lists and scalars replace.",
        also=("base", "include", "inherits", "defaults"),
    ),
    "vars": Part(
        {"type": "object"},
        "a mapping of names to values",
        "Variables: `$name` is replaced by the value, `$(name * 2)` by what it comes to.",
        also=("variables", "constants", "define"),
    ),
    "blocks": Part(
        {"type": "object"},
        "a mapping of names to blocks",
        "Layer types of this spec's own, made of layers.",
        also=("macros", "modules", "templates"),
    ),
    "data": Part(
        _ENTRY,
        "a dataset",
        "The dataset: names the inputs, the target, the splits.",
        also=("dataset",),
    ),
    "inputs": Part(
        {
            "anyOf": [
                {"type": "array", "items": NAME, "minItems": 1},
                {"type": "object", "minProperties": 1},
            ]
        },
        "a mapping of names to shapes, or a list of the dataset's fields",
        "Inputs that no dataset gives, or a choice among its fields.",
    ),
    "layers": Part(
        {**_ENTRIES, "minItems": 1},
        "a list of layers",
        "The model: each layer takes the one before it, unless `from` says else.",
        also=("model", "network", "architecture", "sequential"),
    ),
    "outputs": Part(
        {"type": "array", "items": NAME, "minItems": 1},
        "a list of names of layers",
        "What the model gives; the last layer if not given.",
    ),
    "loss": Part(
        {"anyOf": [_ENTRY, {**_ENTRIES, "minItems": 1}]},
        "a loss, or a list of losses",
        "What training makes small; a list is summed by `weight`.",
        also=("criterion", "objective", "losses"),
    ),
    "optimizer": Part(
        _ENTRY, "an optimizer", "How gradients become new weights.", also=("optim", "solver")
    ),
    "metrics": Part(_ENTRIES, "a list of metrics", "Figures over a whole split.", also=("metric",)),
    "train": Part(
        {"type": "object"},
        "a mapping",
        "How long and in which order to train.",
        also=("fit", "training", "trainer"),
    ),
}
#: Sections that are of no more use once a spec is resolved.
SPENT = ("extends", "vars", "blocks")
REQUIRED_SECTIONS = ("tfgraph", "layers")

LAYER_SIBLINGS: dict[str, Part] = {
    "name": Part(
        NAME, "a name", "Name of the layer; its type and a number if not given.", also=("id",)
    ),
    "from": Part(
        {"anyOf": [NAME, {"type": "array", "items": NAME, "minItems": 1}]},
        "a name, or a list of names",
        "The layers or inputs it takes; the layer before it if not given.",
        also=("input", "inputs", "bottom"),
    ),
    "share": Part(
        NAME, "the name of a layer", "The layer whose weights it uses.", also=("shared", "tied_to")
    ),
    "repeat": Part(
        {"type": "integer", "minimum": 1},
        "an integer of at least 1",
        "How many of it stand one after the other.",
        also=("times", "repeats"),
    ),
    "freeze": Part(
        {"type": "boolean"},
        "true or false",
        "Whether its weights stay as they are in training; beside a block, those of all its layers.",
        also=("frozen",),
    ),
}
BLOCK_PARTS: dict[str, Part] = {
    "params": Part(
        {"type": "object"},
        "a mapping of names to defaults",
        "Its parameters, the first one primary; null for one that each use must give.",
        also=("parameters", "args", "arguments", "vars", "variables"),
    ),
    "layers": Part(
        {**_ENTRIES, "minItems": 1},
        "a list of layers",
        "Its layers; `input` is what the block takes, the last one's output is the block's.",
        also=("body",),
    ),
}
METRIC_SIBLINGS: dict[str, Part] = {
    "of": Part(
        NAME,
        "the name of a layer",
        "The output; the only one if not given.",
        also=("output", "y_pred"),
    ),
    "target": Part(
        NAME,
        "the name of a field",
        "What to compare with; the dataset's target.",
        also=("label", "labels", "y_true"),
    ),
}
LOSS_SIBLINGS: dict[str, Part] = {
    **METRIC_SIBLINGS,
    "weight": Part(
        {"type": "number"},
        "a number",
        "Its factor in the sum; 1 if not given.",
        also=("loss_weight", "coefficient"),
    ),
    "class_weights": Part(
        {
            "anyOf": [
                {"type": "array", "items": FACTOR, "minItems": 1},
                {"type": "object", "additionalProperties": FACTOR, "minProperties": 1},
            ]
        },
        "a list of numbers, or a mapping of classes to numbers",
        "Factors of the loss of an example, by its class: all in order, or those that are not 1.",
        items="a number of at least 0",
        also=("class_weight",),
    ),
    "sample_weights": Part(
        NAME,
        "the name of a field",
        "The field with a factor of the loss for each example.",
        also=("sample_weight", "example_weights"),
    ),
}


def is_input_name(name: str) -> bool:
    """Whether an input may have the name."""
    taken = keyword.iskeyword(name) or name in ("self", "steps")
    sound = len(name) <= MAX_NAME and re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name) is not None
    return sound and not taken


class InputField(Component):
    """An input that the spec itself declares."""

    kind = "input"
    type = "input"

    shape: list[int | None] = param(
        "Shape of one example, without the batch; null for a size that only the data knows.",
        primary=True,
        minimum=1,
    )
    dtype: Literal[DTYPES] = param(  # type: ignore[valid-type]
        "Its dtype.", default="float32", also=("type", "data_type")
    )
    classes: int | None = param(
        "For class indices, how many classes there are.", default=None, minimum=1
    )

    def field(self) -> Field:
        """The input as a field."""
        shape: tuple[Dim, ...] = tuple(self.shape)
        return Field(shape, self.dtype, self.classes)


#: What a layer of a block, or the first one of all, calls what it takes from outside.
INPUT = "input"


def file_schema(required: tuple[str, ...] = REQUIRED_SECTIONS) -> dict[str, Any]:
    """The JSON Schema of a file, entries left to the validators of their types."""
    return {
        "type": "object",
        "properties": {name: part.schema for name, part in SECTIONS.items()},
        "required": list(required),
        "additionalProperties": False,
    }


def sibling_schema(siblings: dict[str, Part]) -> dict[str, Any]:
    """The JSON Schema of the siblings of an entry."""
    return {
        "type": "object",
        "properties": {name: part.schema for name, part in siblings.items()},
    }
