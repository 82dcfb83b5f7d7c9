"""Scope: what is known of a spec while it is planned, and the problems found so far."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

from tfgraph.api import Field, TensorSpec
from tfgraph.diagnostics import Diagnostic, Span, collect
from tfgraph.errors import ComponentError
from tfgraph.spec.model import Entry, LayerEntry, LossEntry, MetricEntry, Name, Spec
from tfgraph.spec.naming import UNTOLD
from tfgraph.spec.plan.model import PlannedLayer
from tfgraph.spec.plan.notes import Chains
from tfgraph.words import MAX_WORDS, did_you_mean, listed


class Scope:
    """The names of a spec and what has been found out about them.

    `failed` are the layers and inputs that something is wrong with: what depends on them is not
    known, and that is not reported again.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.diagnostics: list[Diagnostic] = []
        self.entries: Mapping[str, LayerEntry] = {entry.name: entry for entry in spec.layers}
        self.fields: dict[str, Field] = {}
        self.field_spans: dict[str, Span] = {}
        self.model_inputs: tuple[str, ...] = ()
        self.planned: dict[str, PlannedLayer] = {}
        self.failed: set[str] = {
            *spec.doubts.inputs,
            *(entry.name for entry in spec.layers if not entry.is_sound),
        }

    def report(self, code: str, message: str, span: Span, **more: Any) -> None:
        """Add a diagnostic; TooManyProblems where there are enough."""
        collect(self.diagnostics, Diagnostic(code, message, span, **more))

    def misfit(
        self, code: str, entry: Entry[Any], error: ComponentError, names: Sequence[str], help: str
    ) -> None:
        """Report that a component cannot take what it is given by the layers and inputs `names`."""
        chains = Chains(self)
        self.report(
            code,
            f"`{entry.component.type}` {error.message}",
            entry.spans.get(error.parameter, entry.span),
            notes=tuple(chains.of(name, entry.span) for name in dict.fromkeys(names)),
            help=help,
        )

    @cached_property
    def names(self) -> Collection[str]:
        """All layers and inputs, once the fields are found; unsound ones among them."""
        return {**self.entries, **self.fields, **dict.fromkeys(sorted(self.failed))}

    @cached_property
    def field_names(self) -> Collection[str]:
        """All fields, once they are found; unsound ones among them."""
        return [name for name in self.names if name not in self.entries]

    @property
    def comparisons(self) -> tuple[LossEntry | MetricEntry, ...]:
        """The losses and the metrics."""
        return (*self.spec.losses, *self.spec.metrics)

    def known(
        self,
        name: Name,
        what: str,
        have: Collection[str],
        instead: Callable[[], str] = str,
        suited: Callable[[], Collection[str]] = tuple,
    ) -> bool:
        """Whether a name is among those there are, or may be that of something unsound.

        It is reported if not.

        Where none of them is like it, `instead` is asked for help. Of those there are, only what
        `suited` gives is suggested, if it gives any.
        """
        if name.value in have:
            return True
        doubts = self.spec.doubts
        if ("layer" in what and doubts.may_be_layer(name.value)) or (
            what != "layer" and doubts.may_be_field(name.value)
        ):
            self.failed.add(name.value)
            return True
        named = islice(
            (other for other in suited() or have if not other.startswith(UNTOLD)), MAX_WORDS
        )
        have = list(named)
        near = [*have, *(self.spec.aliases if "layer" in what else ())]
        help = did_you_mean(name.value, near) or instead() or f"there are {listed(have)}"
        self.report("TG209", f"no {what} is called `{name}`", name.span, help=help)
        return False

    def check_twice(self, names: Sequence[Name], what: str) -> None:
        """Report names that stand twice in a list."""
        seen: set[str] = set()
        for name in names:
            if name.value in seen:
                self.report("TG208", f"the {what} `{name}` is named twice", name.span)
            seen.add(name.value)

    def spec_of(self, name: str) -> TensorSpec | None:
        """What is known of a layer's output or an input; None where something is wrong with it."""
        if name in self.failed:
            return None
        if name in self.fields:
            return self.fields[name].spec
        return self.planned[name].output if name in self.planned else None
