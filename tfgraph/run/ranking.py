"""Ranking: which of the checkpoints of a run are the best, by the figures they were saved with."""

from __future__ import annotations

from collections.abc import Mapping

from tfgraph.run.history import Monitored


def ranked(monitored: Mapping[int, Monitored | None], *, end: bool = True) -> list[int]:
    """The steps whose figure tells how good they are, from the best one on; of equal ones the first.

    `monitored` has the figures by step, ascending; None where a checkpoint has none. With `end`,
    the newest counts where it was evaluated as the end of the run only.
    """
    found: dict[int, Monitored] = {}
    newest = max(monitored, default=None)
    for step, figure in monitored.items():
        if figure is None or not figure.beats(None):
            continue
        if not figure.at_end or (end and step == newest):
            if any(figure.name != other.name for other in found.values()):
                found.clear()  # a run that went on with another figure
            found[step] = figure
    sign = {step: -1 if m.better == "higher" else 1 for step, m in found.items()}
    return sorted(found, key=lambda step: (sign[step] * found[step].value, step))
