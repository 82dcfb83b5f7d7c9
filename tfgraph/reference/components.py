"""Pages of components, of their parameters, and of the kinds there are."""

from __future__ import annotations

from collections.abc import Iterator

from tfgraph.api import Component
from tfgraph.api.parameters import Parameter
from tfgraph.reference.docstrings import blocks_of
from tfgraph.reference.examples import example_of
from tfgraph.reference.pages import Block, Heading, Page, Prose, Row, Spec, Table
from tfgraph.registry import Registry
from tfgraph.registry.hookspecs import COMPONENT_HOOKS
from tfgraph.spec.wording import flow, plural
from tfgraph.words import listed


def component_page(registry: Registry, component: type[Component]) -> Page:
    """What a component is, its parameters, and an example."""
    kind, name = component.kind, component.type
    metadata = component.metadata()
    owner = registry.owner(kind, name)
    blocks = list(blocks_of(metadata["doc"]))
    if names := component.other_names():
        blocks.append(Prose(f"Known elsewhere as {listed(names)}."))
    if component.parameters():
        blocks += [Heading("Parameters"), parameter_table(component)]
    else:
        blocks.append(Prose(f"`{name}` has no parameters."))
    if component.example:
        metadata["example"] = example_of(component)
        blocks += [Heading("Example"), Spec(metadata["example"])]
    built_in = owner.name == "builtins"
    blocks.append(Prose("Comes with tfgraph." if built_in else f"Comes with {owner.origin}."))
    return Page(name, kind, tuple(blocks), {**metadata, "origin": owner.origin})


def parameter_table(component: type[Component]) -> Table:
    """A row a parameter, those first that must be given."""
    ordered = sorted(component.parameters().values(), key=lambda p: (not p.required, not p.primary))
    return Table(tuple(Row(p.name, "; ".join(_terms(component, p)), p.doc) for p in ordered))


def parameter_page(
    registry: Registry, component: type[Component], parameter: Parameter, of: str
) -> Page:
    """What one parameter takes, and the types it can be made of; `of` says whose it is."""
    default = "none: it must be given" if parameter.required else flow(parameter.default)
    rows = [Row("Takes", parameter.describe()), Row("Default", default)]
    if short := _short(component, parameter):
        rows.append(Row("In short", f"{short} sets it"))
    if parameter.also:
        rows.append(Row("Elsewhere", listed(parameter.also)))
    blocks: list[Block] = [Prose(parameter.doc), Table(tuple(rows))]
    if parameter.component and parameter.component.grouped:
        blocks += [Heading("Parameters"), parameter_table(parameter.component)]
    elif parameter.component:
        kind = parameter.component.kind
        blocks += [Heading(plural(kind).capitalize()), type_table(registry, kind)]
    described = next(d for d in component.metadata()["parameters"] if d["name"] == parameter.name)
    data = {**described, "of": component.type, "schema": parameter.schema()}
    return Page(parameter.name, f"parameter of {of}", tuple(blocks), data)


def kind_page(registry: Registry, kind: str) -> Page:
    """What a kind of component is, and its types."""
    base: type[Component] = COMPONENT_HOOKS[kind][1]
    blocks = (Prose(base.summary()), Heading("Types"), type_table(registry, kind))
    data = {"kind": kind, "summary": base.summary(), "types": list(registry.types(kind))}
    return Page(kind, "kind of component", blocks, data)


def plugins_page() -> Page:
    """What a plugin is, and the hooks that add components."""
    hooks: dict[str, type[Component]] = dict(COMPONENT_HOOKS.values())
    blocks: list[Block] = [
        Prose(
            "A plugin is a Python module with hooks, each of which returns classes. It is found by "
            "an entry point of its distribution, in the group `tfgraph`, or named on the command "
            "line: `tfgraph --plugin my_layers.py validate model.yaml`. `tfgraph plugins` lists "
            "those that are installed."
        ),
        Heading("Hooks"),
        Table(
            tuple(
                Row(hook, f"subclasses of `tfgraph.api.{base.__name__}`: {base.summary()}")
                for hook, base in hooks.items()
            )
        ),
    ]
    return Page("plugins", "how components are added", tuple(blocks), {"hooks": list(hooks)})


def type_table(registry: Registry, kind: str) -> Table:
    """The types of a kind, a row each."""
    types = registry.types(kind)
    return Table(tuple(Row(name, types[name].summary()) for name in types), brief=True)


def _terms(component: type[Component], parameter: Parameter) -> Iterator[str]:
    """What a parameter takes, what it is if it is not given, and how it is given in short."""
    yield parameter.describe()
    yield "must be given" if parameter.required else f"{flow(parameter.default)} by default"
    if short := _short(component, parameter):
        yield f"{short} sets it"


def _short(component: type[Component], parameter: Parameter) -> str:
    """How a parameter is given alone; nothing where it is not the primary one of a type."""
    return (
        f"`{component.type}: …`" if parameter.primary and component.kind in COMPONENT_HOOKS else ""
    )
