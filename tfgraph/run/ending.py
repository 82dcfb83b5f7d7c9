"""Ending: what is to be remarked of a run that was not broken off, a sentence each."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tfgraph.lazy import np
from tfgraph.reports.figures import figure
from tfgraph.reports.text import count
from tfgraph.run.events import Outcome, RunInfo

#: So many standard deviations above that of a constant answer an accuracy is no better.
_DEVIATIONS = 2.0


def remarks(run: RunInfo, outcome: Outcome) -> list[str]:
    """Why it stopped early and whose weights it has, and that it has learned nothing, if so."""
    if outcome.status not in ("finished", "stopped early", "time limit"):
        return []
    return [*_of_early_stopping(run, outcome), *_of_guessing(run, outcome)]


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
