"""Ending: what is to be remarked of a run that was not broken off, a sentence each."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tfgraph.lazy import np
from tfgraph.reports.figures import figure
from tfgraph.reports.text import count
from tfgraph.run.events import Outcome, RunInfo
from tfgraph.spec.training import LOSS

#: So many standard deviations above that of a constant answer an accuracy is no better.
_DEVIATIONS = 2.0
#: A loss that has become so many times larger has not been learned from.
_GROWTH = 10


def remarks(run: RunInfo, outcome: Outcome) -> list[str]:
    """Why it stopped early and whose weights it has, and that it has learned nothing, if so."""
    if outcome.status not in ("finished", "stopped early", "time limit"):
        return []
    return [
        *_of_early_stopping(run, outcome),
        *(list(_of_growing(run, outcome)) or _of_odds(run, outcome)),
        *_of_guessing(run, outcome),
    ]


def _of_early_stopping(run: RunInfo, outcome: Outcome) -> Iterator[str]:
    stopping = run.graph.plan.spec.training.early_stopping
    best = run.history.best(stopping.monitor) if stopping else None
    if stopping is None or best is None:
        return
    name, step = f"{run.split} {stopping.monitor}", int(run.graph.step)
    if outcome.status == "stopped early":
        by = f" by more than {stopping.min_delta:g}" if stopping.min_delta else ""
        waited = count(stopping.patience, "evaluation")
        yield f"stopped early: {name} has not improved{by} in {waited}"
    value = figure(best.metrics[stopping.monitor])
    where = f"after step {best.step:,} (epoch {best.epoch:,})"
    if step == best.step:
        yield f"the weights are those of the best {name}: {value} {where}"
    else:
        yield f"the best {name} was {value} {where}; the weights are those after step {step:,}"


def _of_growing(run: RunInfo, outcome: Outcome) -> Iterator[str]:
    records = [record for record in run.history.records if record.step <= outcome.step]
    if len(records) < 2 or int(run.graph.step) != records[-1].step:
        return
    first, last = records[0].loss, records[-1].loss
    if last > _GROWTH * max(first, 0.0) and last > 1:
        yield (
            f"the loss has grown from {figure(first)} in the first steps to {figure(last)}: the "
            "learning rate is likely too high, and what was learned is lost"
        )


def _of_odds(run: RunInfo, outcome: Outcome) -> Iterator[str]:
    plan, loss = run.graph.plan, outcome.metrics.get(LOSS)
    if len(plan.losses) != 1 or plan.losses[0].loss.type != "softmax_cross_entropy" or loss is None:
        return
    (planned,) = plan.losses
    classes = plan.fields[planned.target].classes if planned.target in plan.fields else None
    if classes and outcome.step and loss > _GROWTH * math.log(classes) * max(planned.weight, 1.0):
        yield (
            f"{outcome.split} loss {figure(loss)} is far above that of equal odds for all "
            f"{classes:,} classes ({figure(math.log(classes))}): the learning rate is likely too high"
        )


def _of_guessing(run: RunInfo, outcome: Outcome) -> Iterator[str]:
    plan = run.graph.plan
    for metric in plan.metrics:
        classes = plan.fields[metric.target].classes if metric.target in plan.fields else None
        value = outcome.metrics.get(metric.name)
        if metric.metric.type != "accuracy" or not classes or value is None or not outcome.split:
            continue
        labels = run.arrays(outcome.split)[metric.target].numpy()
        _, counts = np.unique(labels, return_counts=True)
        share, size = float(counts.max() / labels.size), labels.size
        if len(counts) == 1:
            continue  # any answer but that would be worse
        if outcome.step and value <= share + _DEVIATIONS * math.sqrt(share * (1 - share) / size):
            yield (
                f"{outcome.split} {metric.name} is that of always answering the most frequent of "
                f"{classes:,} classes ({figure(share)}): the model has learned nothing that shows "
                "there; see whether the loss falls, and try another learning rate"
            )
