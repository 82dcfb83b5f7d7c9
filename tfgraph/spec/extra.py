"""Extra: keys beside the type of an entry that are none of its siblings."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Mapping as AbstractMapping
from dataclasses import replace

from tfgraph.api import Component
from tfgraph.api.parameters import article
from tfgraph.diagnostics import Diagnostic
from tfgraph.spec.language import SECTIONS, Part
from tfgraph.spec.meaning import asked, called, parameter_names, part_names, suggested, surely_near
from tfgraph.spec.misnamed import one_each
from tfgraph.spec.nodes import Mapping, Node, Scalar, as_written, is_null, plain
from tfgraph.spec.wording import entry_text, flow, joined
from tfgraph.words import listed

Pair = tuple[Scalar, Node]
Types = AbstractMapping[str, type[Component]]


def misplaced(
    component: type[Component] | None, pairs: Iterable[Pair], siblings: Collection[str]
) -> list[Pair]:
    """The pairs that are parameters, or called like one elsewhere; without a component none."""
    if component is None:
        return []
    names = parameter_names(component)
    return [
        pair
        for pair in pairs
        if pair[0].value in names
        or (pair[0].value not in siblings and called(pair[0].value, names))
    ]


def by_name(component: type[Component], value: Node | None) -> tuple[Pair, ...]:
    """The parameters of a value by name: its own, or the primary one that it stands for."""
    if isinstance(value, Mapping):
        return value.entries
    primary = component.primary()
    if value is None or is_null(value) or primary is None:
        return ()
    return ((Scalar(primary.name, value.span), value),)


def together(component: type[Component], value: Node | None, pairs: list[Pair]) -> Mapping:
    """The parameters inside the type and those beside it in one mapping."""
    names = parameter_names(component)
    inside = dict(by_name(component, value))
    for key, below in pairs:
        name = key.value if key.value in names else called(key.value, names)[0]
        inside[Scalar(name, key.span)] = below
    return Mapping(tuple(inside.items()), pairs[0][0].span)


def beside(component: type[Component], pairs: list[Pair], whole: Mapping) -> Diagnostic:
    """Parameters that stand beside the type; `whole` has all of them."""
    stand = "parameter {} stands" if len(pairs) == 1 else "parameters {} stand"
    message = f"{stand.format(joined([key.value for key, _ in pairs]))} beside"
    return Diagnostic(
        "TG207",
        f"{message} `{component.type}`, not inside it",
        pairs[0][0].span,
        help=f"write `{entry_text(component, as_written(whole))}`",
    )


def second_type(type_name: str, key: Scalar) -> Diagnostic:
    """A key that is a type as well."""
    return Diagnostic(
        "TG207",
        f"one entry, two types: `{type_name}` and `{key.value}`",
        key.span,
        help=f"give `{key.value}` an entry of its own",
    )


def several(pairs: list[Pair], types: Types, siblings: Collection[str]) -> Diagnostic:
    """Several types in one mapping, where a list may hold an entry for each."""
    (first, _), (second, _) = pairs[:2]
    found = second_type(first.value, second)
    return replace(found, help=one_each(pairs, types, siblings))


def unknown_key(
    kind: str,
    type_name: str,
    pair: Pair,
    siblings: AbstractMapping[str, Part],
    types: Collection[str],
) -> Diagnostic:
    """A key that is neither a type nor a sibling, nor a parameter."""
    key, value = pair
    message = f"unknown key `{key.value}` beside `{type_name}`"
    help = _meant_beside(kind, key.value, value, siblings, types)
    return Diagnostic("TG207", message, key.span, help=help)


def _meant_beside(
    kind: str, word: str, value: Node, siblings: AbstractMapping[str, Part], types: Collection[str]
) -> str:
    from tfgraph.spec.elsewhere import missing_parameter

    what = f"the type of {article(kind)} {kind}"
    if not siblings:
        return f"nothing may stand beside {what}"
    if help := suggested(word, part_names(siblings)):
        return help
    # What stands beside a type is rather a sibling than another type.
    if word not in SECTIONS and (meant := surely_near(word, dict.fromkeys(types, ()))):
        return f"{asked(meant)} give it an entry of its own"
    known_elsewhere = missing_parameter(word, kind, flow(plain(value)))
    return known_elsewhere or f"beside {what} may stand {listed(siblings)}"
