"""Weighting: what the losses of single examples are multiplied by."""

from __future__ import annotations

from tfgraph.api import show_shape
from tfgraph.spec.model import LossEntry
from tfgraph.spec.plan.scope import Scope


def class_weights(scope: Scope, entry: LossEntry, target: str) -> tuple[float, ...] | None:
    """The factor of each class; None where there are none, or no sound ones."""
    given = entry.class_weights
    if given is None:
        return None
    field = scope.fields[target]
    if field.classes is None or field.shape != ():
        whole = not field.spec.floating and field.shape == ()
        scope.report(
            "TG305",
            f"`class_weights` needs a target of class indices, and `{target}` is {field.spec}",
            given.span,
            help=f"say how many classes it has: `{target}: {{shape: [], dtype: int32, classes: …}}`"
            if whole and scope.spec.data is None
            else "give factors as a field of the data, with `sample_weights`",
        )
        return None
    classes = field.classes
    if given.listed and len(given.factors) != classes:
        scope.report(
            "TG305",
            f"`class_weights` has {_count(len(given.factors), 'number')}, and `{target}` has "
            f"{_count(classes, 'class', 'classes')}",
            given.span,
            help='give one for each class, or a mapping of those that are not 1: `{"0": 2.5}`',
        )
        return None
    known = [str(number) for number in range(classes)] if len(given.factors) else []
    for name in sorted(given.factors.keys() - set(known)):
        scope.report(
            "TG305",
            f"`{target}` has no class `{name}`",
            given.spans[name],
            help=f"its classes are 0 to {classes - 1}",
        )
    return tuple(given.factors.get(name, 1.0) for name in known)


def sample_weights(scope: Scope, entry: LossEntry) -> str | None:
    """The field with the factor of each example; None where there is none, or no sound one."""
    name = entry.sample_weights
    if name is None:
        return None
    if not scope.known(name, "field", scope.field_names) or name.value in scope.failed:
        return None
    field = scope.fields[name.value]
    if field.shape == () and field.classes is None:
        return name.value
    holds = f"is {show_shape((None, *field.shape))}"
    if field.shape == ():
        holds = "holds class indices"
    scope.report(
        "TG305",
        f"`sample_weights` needs a number for each example, and `{name}` {holds}",
        name.span,
        help="`class_weights` gives factors by class" if field.shape == () else "",
    )
    return None


def _count(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"
