"""Retry: the command that trains again what cannot go on, with all that was asked for before."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from tfgraph.errors import DataError, TfgraphError
from tfgraph.run import RunDirectory
from tfgraph.run.events import RunInfo
from tfgraph.spec.training import LOSS

_NUMBER = re.compile(r"[-+0-9.eE]+")


def retry(run: RunInfo, error: TfgraphError | None, changes: Sequence[str]) -> str:
    """The arguments of the command.

    It begins with the weights of the run where they are worth it, as where the run itself began
    elsewhere. A run goes on as what it is: with the same settings it would end so again.

    Args:
        run: the run.
        error: why it has ended.
        changes: the settings that it went on with.
    """
    assert run.home
    try:
        before = _given(run.home.manifest()["command"])
    except DataError:
        before = {}
    spec = before.get("spec") or run.graph.plan.spec.source.name
    source = run.home.path if _is_worth_it(run, run.home) else before.get("source")
    mended = error.settings if error else ()
    settings = [s for s in (*(before.get("settings") or ()), *changes) if not _sets(s, mended)]
    words = ["train", shlex.quote(str(spec))]
    if source:
        words += ["--from", shlex.quote(str(source))]
    words += [word for setting in settings for word in ("--set", shlex.quote(setting))]
    words += [word for path in mended for word in ("--set", f"'{path}=…'")]
    return " ".join(words)


def _given(words: Sequence[str]) -> Mapping[str, Any]:
    """What a command line of `train` says, by the names of its parameters."""
    from tfgraph.cli.train import command

    if "train" not in words:
        return {}
    rest = list(words[words.index("train") + 1 :])
    return command.make_context("train", rest, resilient_parsing=True).params


def _sets(setting: str, mended: Sequence[str]) -> bool:
    """Whether a setting sets what is to be set anew, also as the only parameter of its owner."""
    path, _, value = setting.partition("=")
    return any(
        path == other
        or path.startswith(f"{other}.")
        or (path == other.rpartition(".")[0] and _NUMBER.fullmatch(value.strip()))
        for other in mended
    )


def _is_worth_it(run: RunInfo, home: RunDirectory) -> bool:
    """Whether the weights that are saved are better than those of the first record.

    Numbers are finite for a while after training has gone wrong.
    """
    stopping = run.graph.plan.spec.training.early_stopping
    try:
        store = home.store
        best = store.best_step() if stopping and stopping.restore_best else None
        step = best if best is not None else max(store.steps(), default=0)
    except DataError:
        return False
    records = run.history.records
    saved = next((record for record in records if record.step == step), None)
    if saved is None or saved is records[0]:
        return False
    evaluated = next((record for record in records if LOSS in record.metrics), None)
    if evaluated and not saved.metrics.get(LOSS, evaluated.metrics[LOSS]) < evaluated.metrics[LOSS]:
        return False
    return saved.loss < records[0].loss
