from __future__ import annotations

from pathlib import Path

import pytest

import tfgraph
from tests.run.models import LINE, Notes
from tests.run.runs import DATA, TEXT, StopAt, digest
from tfgraph.api import hookimpl
from tfgraph.errors import UsageError
from tfgraph.run import Interrupted, Record, RunDirectory, RunInfo


def test_a_listener_that_fails_keeps_the_run_from_nothing() -> None:
    class Failing:
        @hookimpl
        def tfgraph_epoch_ended(self) -> None:
            raise RuntimeError("out of ink")

        @hookimpl
        def tfgraph_run_started(self) -> None:
            raise SystemExit(2)

    warned: list[str] = []
    notes = Notes()
    run = tfgraph.train(tfgraph.loads(LINE), listeners=[Failing(), notes], warn=warned.append)
    assert run.step == 28
    assert len(notes.records) == 4
    assert warned == [
        "`tfgraph_run_started` of the listener `Failing`: SystemExit: 2",
        "`tfgraph_epoch_ended` of the listener `Failing`: RuntimeError: out of ink",
    ]


def test_a_plugin_that_fails_is_named_with_where_it_comes_from(tmp_path: Path) -> None:
    plugin = tmp_path / "failing.py"
    plugin.write_text(
        "from tfgraph.api import hookimpl\n"
        "@hookimpl\n"
        "def tfgraph_checkpoint_saved(step):\n"
        "    raise RuntimeError('no backup')\n",
        encoding="utf-8",
    )
    warned: list[str] = []
    run = tfgraph.train(
        tfgraph.loads(LINE), tmp_path / "r", plugin_files=[str(plugin)], warn=warned.append
    )
    assert run.outcome.status == "finished"
    assert warned == [
        f"`tfgraph_checkpoint_saved` of the plugin `failing` ({plugin}): RuntimeError: no backup"
    ]


def test_a_wrapper_is_said_to_be_none_of_a_run() -> None:
    class Wrapping:
        @hookimpl(wrapper=True)
        def tfgraph_run_started(self):
            return (yield)

    warned: list[str] = []
    tfgraph.train(tfgraph.loads(LINE), listeners=[Wrapping()], warn=warned.append)
    assert len(warned) == 1
    assert "it is a wrapper" in warned[0]


@pytest.mark.parametrize("hook", ["tfgraph_run_started", "tfgraph_steps_done"])
def test_an_interruption_within_a_hook_is_the_outcome(tmp_path: Path, hook: str) -> None:
    def interrupt(self: object) -> None:
        raise KeyboardInterrupt

    interrupting = type("Interrupting", (), {hook: hookimpl(interrupt)})()
    with pytest.raises(KeyboardInterrupt):
        tfgraph.train(tfgraph.loads(LINE), tmp_path / "r", listeners=[interrupting])
    outcome = RunDirectory(tmp_path / "r").outcome()
    assert outcome
    assert outcome["status"] == "interrupted"
    assert tfgraph.resume(tmp_path / "r").step == 28


class Halving:
    """Changes the weights, as no hook but this one may."""

    @hookimpl
    def tfgraph_epoch_ended(self, run: RunInfo, record: Record) -> None:
        for weight in run.graph.weights.values():
            weight.assign(weight / (1 + record.epoch))


@pytest.mark.usefixtures("small_calls")
@pytest.mark.parametrize("step", [8, 13])
def test_what_a_hook_changes_at_the_end_of_an_epoch_is_part_of_the_run(
    tmp_path: Path, step: int
) -> None:
    plan = tfgraph.loads(TEXT)
    tfgraph.train(plan, tmp_path / "straight", DATA, listeners=[Halving()])
    with pytest.raises(Interrupted):
        tfgraph.train(plan, tmp_path / "r", DATA, listeners=[Halving(), StopAt(step)])
    tfgraph.resume(tmp_path / "r", DATA, listeners=[Halving()])
    assert digest(tmp_path / "r") == digest(tmp_path / "straight")


class Misnamed:
    @hookimpl
    def tfgraph_epoch_end(self) -> None: ...


class Unmarked:
    def tfgraph_epoch_ended(self) -> None: ...


class Asking:
    @hookimpl
    def tfgraph_epoch_ended(self, loss: float) -> None: ...


@pytest.mark.parametrize(
    ("listener", "said"),
    [
        (Misnamed(), "the listener `Misnamed` waits for `tfgraph_epoch_end`, which is no hook"),
        (Unmarked(), "the listener `Unmarked` has no hook"),
        (Asking(), "the listener `Asking` cannot be told: "),
    ],
)
def test_a_listener_that_would_never_be_told_is_refused_before_anything_is_made(
    tmp_path: Path, listener: object, said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        tfgraph.train(tfgraph.loads(LINE), tmp_path / "r", listeners=[listener])
    assert caught.value.message.startswith(said)
    assert not (tmp_path / "r").exists()


def test_a_listener_that_is_given_twice_is_refused() -> None:
    notes = Notes()
    with pytest.raises(UsageError, match="the listener `Notes` is given twice"):
        tfgraph.train(tfgraph.loads(LINE), listeners=[notes, notes])
