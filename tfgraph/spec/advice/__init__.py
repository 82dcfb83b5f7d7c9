"""Advice: what is allowed in a sound spec and yet hardly meant.

A rule is a function from a `View` of the plan to warnings; to add one, write it in the file of its
subject, put it in the list there, and give its code a line in `tfgraph.codes`. A rule asks a
component for its `facts`, never for its type, so that a plugin's components are advised on as
well; and it stays silent where it cannot know: one false warning costs more than ten missing ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from tfgraph.diagnostics import Diagnostic, TooManyProblems, collect
from tfgraph.spec.advice import data, layers, losses, metrics, training, unused
from tfgraph.spec.advice.view import View
from tfgraph.spec.plan import Plan

Rule = Callable[[View], Iterator[Diagnostic]]

RULES: tuple[Rule, ...] = (
    *unused.RULES,
    *losses.RULES,
    *metrics.RULES,
    *layers.RULES,
    *training.RULES,
    *data.RULES,
)


def advise(plan: Plan) -> list[Diagnostic]:
    """The warnings of all rules, as far as they are worth reading."""
    view = View(plan)
    found: list[Diagnostic] = []
    with suppress(TooManyProblems):
        for rule in RULES:
            for warning in rule(view):
                collect(found, warning)
    return found
