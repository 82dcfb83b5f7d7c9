"""Pairing: which output and field a loss or a metric may mean that does not name them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cached_property, partial

from tfgraph.api import ComparisonFacts
from tfgraph.diagnostics import TooManyProblems
from tfgraph.errors import ComponentError, PluginError
from tfgraph.spec.model import LossEntry, MetricEntry, Name
from tfgraph.spec.plan.contract import Caller
from tfgraph.spec.plan.fields import find_fields
from tfgraph.spec.plan.model import above
from tfgraph.spec.plan.scope import Scope
from tfgraph.spec.plan.wiring import plan_layers

#: An output and the field that it is compared with.
Pair = tuple[str, str]
#: Longer stacks are not planned anew, and of more pairs none is sought.
MAX_LAYERS = 200
MAX_PAIRS = 200


class Pairing:
    """The outputs and fields of a scope, as losses and metrics pair them.

    `named` are the losses so far with their pairs: those that they name, or that they may mean.
    """

    def __init__(self, scope: Scope, outputs: tuple[str, ...]) -> None:
        self.scope = scope
        self.outputs = outputs
        self.named: list[tuple[LossEntry, Pair]] = []

    def meant(self, entry: LossEntry | MetricEntry, of: str = "", target: str = "") -> Pair | None:
        """The one pair that fits an entry, with what it names; None where several do, or none.

        A metric takes what a loss takes, where that fits.
        """
        if isinstance(entry, MetricEntry):
            alike = {pair for loss, pair in self.named if self._alike(entry, loss, pair)}
            among = self._best(entry, {pair for pair in alike if _with(pair, of, target)})
            if len(among) == 1:
                return among.pop()
        fields = [target] if target else list(self.scope.fields)
        outputs = [of] if of else self.outputs
        if len(outputs) * len(fields) * len(self._scopes) > MAX_PAIRS:
            return None
        found = self._best(entry, {(of, target) for of in outputs for target in fields})
        return found.pop() if len(found) == 1 else None

    def _alike(self, metric: MetricEntry, loss: LossEntry, pair: Pair) -> bool:
        """Whether both compare classes, or both numbers, as far as they say."""
        kinds = {
            _facts(scope, entry, pair).compares
            for scope in self._scopes
            for entry in (metric, loss)
        }
        return len(kinds - {None}) < 2

    def _best(self, entry: LossEntry | MetricEntry, pairs: Collection[Pair]) -> set[Pair]:
        """Those of the pairs that fit an entry best."""
        ranks: dict[Pair, int] = {}
        for scope in self._scopes:
            for pair in pairs:
                ranks[pair] = max(ranks.get(pair, 0), _rank(scope, entry, pair))
        best = max(ranks.values(), default=0)
        return {pair for pair in ranks if ranks[pair] == best > 0}

    @cached_property
    def _scopes(self) -> list[Scope]:
        """The scope; where the first layer has no input, it with each of the fields in turn."""
        scope, first = self.scope, self.scope.spec.layers[0]
        failed = first.is_sound and first.name in scope.failed
        if scope.spec.data is not None or first.inputs or not failed:
            return [scope]
        if len(scope.spec.layers) > MAX_LAYERS or len(scope.fields) ** 2 > MAX_PAIRS:
            return []
        return list(self._trials())

    def _trials(self) -> Iterator[Scope]:
        spec = self.scope.spec
        first = spec.layers[0]
        for name in self.scope.fields:
            given = replace(first, inputs=(Name(name, first.span),))
            trial = Scope(replace(spec, layers=(given, *spec.layers[1:])))
            try:
                find_fields(trial)
                plan_layers(trial)
            except (TooManyProblems, PluginError):
                continue
            yield trial


def _with(pair: Pair, of: str, target: str) -> bool:
    return pair[0] == (of or pair[0]) and pair[1] == (target or pair[1])


def _rank(scope: Scope, entry: LossEntry | MetricEntry, pair: Pair) -> int:
    """0 for a pair that does not fit, or whose output is made of the field among others."""
    from tfgraph.spec.plan.mends import suits

    of, target = pair
    check = partial(Caller(entry.component, entry.span).call, "check")
    fits = suits(scope, check, of, target)
    if not fits or _facts(scope, entry, pair).constant:
        return 0
    return fits if len(scope.fields) == 1 or target not in above(scope.planned, [of]) else 0


def _facts(scope: Scope, entry: LossEntry | MetricEntry, pair: Pair) -> ComparisonFacts:
    """The facts of an entry for a pair; none of a pair that does not fit or is not known."""
    caller = Caller(entry.component, entry.span)
    output, wanted = map(scope.spec_of, pair)
    try:
        if output is not None and wanted is not None:
            caller.call("check", output, wanted)
            found = caller.call("facts", output, wanted)
            return found if isinstance(found, ComparisonFacts) else ComparisonFacts()
    except (ComponentError, PluginError):
        pass
    return ComparisonFacts()
