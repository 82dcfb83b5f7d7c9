from __future__ import annotations

import re
from pathlib import Path

from tests.cli.commands import Caller
from tests.cli.conftest import LINE


def test_a_summary_tells_where_everything_lies(call: Caller) -> None:
    out = call("train", "line.yaml", "--set", "train.checkpoint.best=loss").out
    result, *rest = out.splitlines()
    assert result.startswith("test loss 0.3996, mean_absolute_error 0.5308 (3 epochs, 12 steps, ")
    assert rest == [
        "the run is in runs/line-1:",
        "  checkpoints/step-12  the newest, and the best",
        "  plots/               loss.svg, mean_absolute_error.svg",
        "  tensorboard/         tensorboard --logdir runs",
        "  run.log              what happened when",
        "to go on:",
        "  tfgraph evaluate runs/line-1",
        "  tfgraph predict runs/line-1 INPUT.npy",
    ]
    for name in ("checkpoints/step-12", "plots/loss.svg", "tensorboard", "run.log"):
        assert Path("runs/line-1", name).exists()


def test_the_best_checkpoint_is_told_apart_with_its_figure(call: Caller) -> None:
    # The first step takes it near the slope, the later ones away from it.
    Path("line.yaml").write_text(LINE.replace("batch_size: 16", "batch_size: 64"))
    options = ("--set", "optimizer.gradient_descent=3.5", "--set", "train.epochs=6")
    out = call("train", "line.yaml", *options, "--set", "train.early_stopping={patience: 2}").out
    assert "stopped early, " in out.splitlines()[0]
    best = re.search(r"  checkpoints/step-(\d+) +the best: test loss ([\d.,e+]+)\n", out)
    newest = re.search(r"  checkpoints/step-(\d+) +the newest\n", out)
    assert best
    assert newest
    assert int(best[1]) == int(newest[1]) - 2
    assert f"test loss {best[2]}" in out.splitlines()[0]


def test_at_its_time_limit_a_run_says_how_to_go_on(call: Caller) -> None:
    Path("line.yaml").write_text(
        LINE.replace("epochs: 3", "steps: 9000000, time_limit: 0.2 seconds")
    )
    out = call("train", "line.yaml").out
    assert re.search(r"\(time limit, [\d,]+ epochs, [\d,]+ steps, ", out)
    assert "  tfgraph train --resume runs/line-1 --set 'train.time_limit=…'\n" in out


def test_a_diverged_run_says_where_everything_lies(call: Caller) -> None:
    outcome = call("train", "line.yaml", "--set", "optimizer.gradient_descent=1e30")
    assert outcome.code == 5
    assert "the run is in runs/line-1:\n" in outcome.err
    assert "  run.log " in outcome.err
    assert outcome.err.index("the run is in") < outcome.err.index("error: ")


def test_a_plugin_file_stands_in_every_command(call: Caller) -> None:
    Path("my plugin.py").write_text("")
    out = call("--plugin", "my plugin.py", "train", "line.yaml").out
    assert "  tfgraph --plugin 'my plugin.py' evaluate runs/line-1\n" in out
