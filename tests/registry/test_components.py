"""What holds for every registered component, whoever's it is."""

import json

import pytest
from jsonschema import Draft202012Validator

from tfgraph.registry import load_registry
from tfgraph.registry.hookspecs import COMPONENT_HOOKS
from tfgraph.registry.registry import split_entry

REGISTRY = load_registry()
COMPONENTS = [
    REGISTRY.types(kind)[name] for kind in COMPONENT_HOOKS for name in REGISTRY.types(kind)
]


def each(component):
    return f"{component.kind}-{component.type}"


@pytest.mark.parametrize("component", COMPONENTS, ids=each)
def test_metadata_are_data_and_say_everything(component):
    metadata = json.loads(json.dumps(component.metadata()))
    assert (metadata["kind"], metadata["type"]) == (component.kind, component.type)
    assert metadata["summary"]
    assert metadata["doc"].startswith(metadata["summary"])
    names = [parameter["name"] for parameter in metadata["parameters"]]
    assert names == list(component.parameters()) == list(component.schema()["properties"])
    assert all(parameter["doc"] and parameter["takes"] for parameter in metadata["parameters"])


@pytest.mark.parametrize("component", COMPONENTS, ids=each)
def test_the_schema_is_one_and_takes_every_default(component):
    schema = json.loads(json.dumps(component.schema()))
    Draft202012Validator.check_schema(schema)
    defaults = {n: p.default for n, p in component.parameters().items() if not p.required}
    problems = list(Draft202012Validator({**schema, "required": []}).iter_errors(defaults))
    assert problems == []


@pytest.mark.parametrize("component", COMPONENTS, ids=each)
def test_a_default_entry_names_a_type_and_parameters_that_it_has(component):
    for parameter in component.parameters().values():
        if parameter.component and not parameter.required and parameter.default is not None:
            kind = parameter.component.kind
            name, values = split_entry(parameter.default, parameter.component)
            schema = REGISTRY.types(kind)[name].schema()
            made = REGISTRY.create(kind, parameter.default)
            assert isinstance(made, parameter.component)
            if isinstance(values, dict):
                assert list(Draft202012Validator(schema).iter_errors(values)) == []


@pytest.mark.parametrize("component", COMPONENTS, ids=each)
def test_defaults_convert_to_what_they_are(component):
    for parameter in component.parameters().values():
        if not parameter.required and not parameter.component:
            assert parameter.convert(parameter.default) == (
                tuple(parameter.default)
                if isinstance(parameter.default, list) and "tuple" in str(parameter.annotation)
                else parameter.default
            )


@pytest.mark.parametrize("component", COMPONENTS, ids=each)
def test_at_most_one_parameter_is_primary(component):
    primary = [p for p in component.parameters().values() if p.primary]
    assert component.primary() == (primary[0] if primary else None)
    assert len(primary) <= 1


@pytest.mark.parametrize("kind", COMPONENT_HOOKS)
def test_a_bare_number_stands_for_a_type_with_a_primary_number(kind):
    base = COMPONENT_HOOKS[kind][1]
    if base.number:
        assert REGISTRY.create(kind, 0.5).parameter_values() == {
            REGISTRY.types(kind)[base.number].primary().name: 0.5
        }
    else:
        with pytest.raises(KeyError):
            REGISTRY.create(kind, 0.5)
