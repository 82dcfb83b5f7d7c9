"""Intended: what the value of a parameter was meant to be, as its declaration tells.

`mending.py` reads a value by a schema alone. Here the declaration is known too: that of a group, of a
number with a unit, of an input.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from collections.abc import Mapping as AbstractMapping
from typing import Any

from jsonschema import Draft202012Validator

from tfgraph.api import Component
from tfgraph.api.parameters import Parameter, is_quantity
from tfgraph.api.quantities import Quantity
from tfgraph.api.tensors import DTYPES
from tfgraph.spec.examples import example_values
from tfgraph.spec.language import InputField
from tfgraph.spec.meaning import called, parameter_names
from tfgraph.spec.mending import MAX_WRITTEN, as_item, mend, merged
from tfgraph.spec.training import Training
from tfgraph.spec.wording import flow

_NOUGHT = re.compile(r"0*\.?0* ?([a-z]*)")
_QUANTITY = re.compile(r"(?:(?:every|each) )?(\d*\.?\d*) ?([a-z]*)")
#: What stands first in a shape where other tools count the batch.
_BATCH = (None, -1, "batch", "batch_size", "b", "n", "?")


def intended(
    component: type[Component],
    parameter: Parameter,
    given: AbstractMapping[str, Any],
    written: str,
    variables: Collection[str],
) -> str:
    """Help that says what to write for the value of a parameter that does not fit, or nothing.

    `given` are all values of the component as they stand, `written` and `variables` those of
    `mending.mend`.
    """
    from tfgraph.spec.elsewhere import missing_choice

    value, schema = given[parameter.name], parameter.schema()
    if component is InputField and (help := _of_input(parameter.name, given)):
        return help
    if parameter.component and parameter.component.grouped and value is not None:
        return _as_group(parameter.component, value, parameter.nullable)
    quantities = list(filter(is_quantity, parameter.alternatives))
    if meant := [text for kind in quantities if (text := _as_quantity(kind, value))]:
        return "write " + " or ".join(f"`{text}`" for text in meant)
    if quantities and (nought := _NOUGHT.fullmatch(str(value).strip().lower())):
        ones = [text for kind in quantities if (text := _as_quantity(kind, f"1 {nought[1]}"))]
        if ones:
            return "it must be above 0: write " + " or ".join(f"`{text}`" for text in ones)
    choices = schema.get("enum", ())
    if _is_other_dtype(value, choices) and not parameter.required:
        default = parameter.default
        return f"leave it out for `{default}`: a layer computes in the dtype of its inputs"
    if (help := missing_choice(value, choices)) or (
        help := mend(schema, value, written, variables)
    ):
        return help + (f": {parameter.doc}" if "null" in help else "")
    if value is None and not parameter.required:
        return f"write `{flow(parameter.default)}`, the default"
    if value is None or (value is True and str in parameter.alternatives):
        shown = example_values(component).get(parameter.name)
        return f"like `{parameter.name}: {flow(shown)}`" if shown is not None else ""
    return ""


def _is_other_dtype(value: Any, choices: Collection[Any]) -> bool:
    """Whether a value is a dtype, or called one elsewhere, that is none of some dtypes."""
    from tfgraph.spec.elsewhere import missing_dtype

    dtypes = set(DTYPES)
    if not isinstance(value, str) or not choices or not set(choices) <= dtypes:
        return False
    return (missing_dtype(value) or value) in dtypes - set(choices)


def intended_section(name: str, value: Any) -> str:
    """The same for the value of a section that holds parameters, inputs or blocks."""
    if name == "inputs":
        return _as_inputs(value)
    if name == "blocks":
        return _as_blocks(value)
    if name == "class_weights" and isinstance(value, str):
        # A word such as `balanced`.
        return 'write `{"0": 2}`, with each class whose factor is not 1: classes are not counted'
    return _as_group(Training, value, nullable=False) if name == Training.type else ""


def _as_blocks(value: Any) -> str:
    """How the blocks of a list are written; of longer ones how the first one is."""
    first = value[0] if isinstance(value, list) and value else None
    if not isinstance(first, dict):
        return ""
    whole = merged(value)
    if "name" not in first and whole and len(text := flow(whole, MAX_WRITTEN)) <= MAX_WRITTEN:
        return f"write `{text}`"
    name = first.get("name", next(iter(first), None))
    return f"a block stands below its name, without a `-`: write `{name}:`" if name else ""


# ---- groups


def _as_group(group: type[Component], value: Any, nullable: bool) -> str:
    if value is False and nullable:
        return "write `null`"
    validator = Draft202012Validator(group.schema())
    fitting = (meant for meant in _groups(group, value) if validator.is_valid(meant))
    meant = next(fitting, None)
    return "" if meant is None else f"write `{flow(meant)}`"


def _groups(group: type[Component], value: Any) -> Iterator[dict[str, Any]]:
    """The mappings that may be meant by what is none, the likeliest first."""
    if value is True:
        yield {}
    if isinstance(value, list) and (whole := merged(value)):
        yield whole
    if isinstance(value, str):
        examples = example_values(group)
        if value in examples:
            yield {value: examples[value]}
        # A number of epochs is the parameter `epochs`.
        number, _, unit = value.partition(" ")
        if found := called(unit, parameter_names(group)):
            yield {found[0]: as_item(number)}
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        for name, parameter in group.parameters().items():
            quantities = [kind for kind in parameter.alternatives if is_quantity(kind)]
            units = (_as_quantity(kind, value) for kind in quantities)
            if meant := next(filter(None, units), ""):
                yield {name: meant}
            if not isinstance(value, str):
                yield {name: value}


# ---- numbers with a unit


def _as_quantity(kind: type[Quantity], value: Any) -> str:
    """A number with its unit in full; the first of the units for a number alone."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    found = _QUANTITY.fullmatch(flow(value).strip("\"' ").lower())
    if not found or not any(found.groups()):
        return ""
    number, word = found[1] or "1", found[2].removesuffix("s") or found[2]
    unit = next((unit for unit in kind.units if _is_short_for(word, unit)), "")
    text = f"{number} {unit}" + ("" if number == "1" else "s")
    return text if re.match(kind.pattern, text) else ""


def _is_short_for(word: str, unit: str) -> bool:
    """Whether a word has letters of a unit in their order, the first one first: `hr`."""
    letters = iter(unit)
    return unit.startswith(word[:1]) and all(letter in letters for letter in word)


# ---- inputs


def _as_inputs(value: Any) -> str:
    """A mapping of names to shapes, for a shape without a name or a list of inputs."""
    items = value if isinstance(value, list) else [value]
    if items and all(type(size) is int and size > 0 for size in items):
        return f"write `{{x: {flow(items)}}}`"
    found: dict[str, Any] = {}
    for item in items:
        rest = dict(item) if isinstance(item, dict) else {}
        name = rest.pop("name", None)
        if isinstance(name, str) and name not in found and rest:
            declared = _as_input(rest)
            if declared is None:
                return ""
            found[name] = declared
        elif len(rest) == 1 and name is None and not found.keys() & rest.keys():
            found |= rest
        else:
            return ""
    return f"write `{flow(found)}`" if found else ""


def _as_input(given: dict[str, Any]) -> Any:
    """An input as it is declared here: its shape, or a mapping where it has more; None for none."""
    from tfgraph.spec.elsewhere import NO_TEXT, missing_dtype

    parameters, found = InputField.parameters(), {}
    for word, value in given.items():
        # What is no parameter of an input here is one of a dataset elsewhere: it is left out.
        if names := called(word, parameter_names(InputField)):
            found[names[0]] = value
    if found.get("dtype") not in DTYPES:
        dtype = missing_dtype(found.pop("dtype", None))
        if dtype == NO_TEXT:
            return None
        found |= {"dtype": dtype} if dtype else {}
    if found.get("dtype") == parameters["dtype"].default:
        del found["dtype"]
    shape = found.get("shape")
    if isinstance(shape, list) and len(shape) > 1 and _is_batch(shape[0]):
        found["shape"] = shape[1:]
    if not Draft202012Validator(InputField.schema()).is_valid(found):
        return None
    return found["shape"] if list(found) == ["shape"] else found


def _of_input(name: str, given: AbstractMapping[str, Any]) -> str:
    from tfgraph.spec.elsewhere import NO_TEXT, missing_dtype

    value = given[name]
    if name == "dtype" or (name == "shape" and isinstance(value, str)):
        dtype = missing_dtype(value)
        whole = name == "shape" and dtype and dtype != NO_TEXT
        if dtype == NO_TEXT:
            return NO_TEXT
        if whole:
            return f"write `{flow({'shape': [], 'dtype': dtype})}`"
        return f"write `{dtype}`" if dtype else ""
    if name != "shape":
        return ""
    if value == 1 and given.get("classes"):
        return "write `[]`: the class of an example is one number"
    if isinstance(value, list) and value and _is_batch(value[0]):
        sizes = [as_item(size) for size in value[1:]]
        rest = [None if isinstance(size, str) else size for size in sizes]
        if Draft202012Validator(InputField.parameters()["shape"].schema()).is_valid(rest):
            return f"leave the batch out: write `{flow(rest)}`"
    return ""


def _is_batch(size: Any) -> bool:
    size = as_item(size)
    return (size.lower() if isinstance(size, str) else size) in _BATCH
