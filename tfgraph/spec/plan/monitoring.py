"""Monitoring: the figures that `train` names, to stop by and to tell the best checkpoint by."""

from __future__ import annotations

from collections.abc import Sequence

from tfgraph.errors import DataError
from tfgraph.spec.meaning import asked, called
from tfgraph.spec.plan.model import PlannedLoss, PlannedMetric
from tfgraph.spec.plan.scope import Scope
from tfgraph.spec.training import LOSS
from tfgraph.words import did_you_mean, listed

#: The splits that are evaluated while training lasts, the first one that there is.
WATCHED = ("validation", "test")


def check_monitored(
    scope: Scope, losses: Sequence[PlannedLoss], metrics: Sequence[PlannedMetric]
) -> None:
    """Report figures that evaluation does not give, and data without a split to evaluate."""
    training = scope.spec.training
    wanted = {"train.checkpoint.best": training.checkpoint.best}
    if training.early_stopping:
        wanted["train.early_stopping.monitor"] = training.early_stopping.monitor
    missing = len(losses) < len(scope.spec.losses) or len(metrics) < len(scope.spec.metrics)
    unsound = missing or scope.spec.doubts.targets
    # Their names are not known where something is wrong with them.
    known = None if unsound else figure_names(losses, metrics)
    for place, name in wanted.items():
        if name is None:
            continue
        span = scope.spec.place(place)
        if known is not None and name not in known:
            have = f"the figures are {listed(known)}" if known else "add a `loss` or `metrics`"
            help = did_you_mean(_bare(name), known) or _meant(_bare(name), metrics) or have
            scope.report("TG209", f"no figure is called `{name}`", span, help=help)
        elif name in (metric.name for metric in metrics if metric.metric.better is None):
            help = "name one that is better the larger or the smaller it is"
            scope.report("TG206", f"`{name}` is not better for being larger", span, help=help)
        elif splits := _unwatched(scope):
            scope.report(
                "TG210",
                f"`{name}` is never evaluated while training lasts",
                span,
                notes=(f"the dataset has {splits} only",),
                help=f"take a dataset with one of the splits {listed(WATCHED)}",
            )


def figure_names(
    losses: Sequence[PlannedLoss], metrics: Sequence[PlannedMetric]
) -> tuple[str, ...]:
    """What evaluation gives, by name: `loss`, each of several losses, each metric."""
    parts = [loss.name for loss in losses] if len(losses) > 1 else []
    return (*([LOSS] if losses else []), *parts, *(metric.name for metric in metrics))


def _meant(name: str, metrics: Sequence[PlannedMetric]) -> str:
    """The metrics that have another name elsewhere, as the figures of this spec."""
    names = {planned.name: planned.metric.other_names() for planned in metrics}
    return asked(called(name, names))


def _bare(name: str) -> str:
    """The name of a figure without the split that others put before it: `val_loss`."""
    return name.removeprefix("val_").removeprefix("test_")


def _unwatched(scope: Scope) -> str:
    """The dataset's splits, where none of them is evaluated while training lasts."""
    try:
        splits = tuple(scope.spec.data.component.splits()) if scope.spec.data else WATCHED
    except DataError:
        return ""
    return "" if set(splits) & set(WATCHED) else listed(splits)
