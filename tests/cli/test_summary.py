from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.cli.commands import Caller, on_a_terminal
from tests.cli.conftest import LINE
from tfgraph.run.lock import locked


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
    assert re.search(r"\(time limit, [\d,]+ epochs?, [\d,]+ steps?, ", out)
    assert "  tfgraph train --resume runs/line-1 --set 'train.time_limit=…'\n" in out


def test_a_diverged_run_says_where_everything_lies(call: Caller) -> None:
    outcome = call("train", "line.yaml", "--set", "optimizer.gradient_descent=1e30")
    assert outcome.code == 5
    assert "the run is in runs/line-1:\n" in outcome.err
    assert "  run.log " in outcome.err
    assert outcome.err.index("the run is in") < outcome.err.index("error: ")


RATE = "--set 'optimizer.gradient_descent.learning_rate=…'"


def test_a_diverged_run_is_trained_again_with_all_that_was_asked_for(call: Caller) -> None:
    grows = ("--set", "optimizer.gradient_descent=8", "--set", "train.checkpoint.every=1 steps")
    err = call("train", "line.yaml", *grows, "--set", "train.epochs=90").err
    kept = "--set 'train.checkpoint.every=1 steps' --set train.epochs=90"
    # What is saved is finite, and worse than what it began with.
    assert f"to go on:\n  tfgraph train line.yaml {kept} {RATE}\n" in err
    again = call("train", "--resume", "runs/line-1", "--set", "train.epochs=80").err
    assert f"  tfgraph train line.yaml {kept} --set train.epochs=80 {RATE}\n" in again
    rate = ("--set=optimizer.gradient_descent.learning_rate=1e30", "--run", "mine")
    assert f"\n  tfgraph train line.yaml {RATE}\n" in call("train", "line.yaml", *rate).err


def test_a_run_that_diverges_late_is_gone_on_with_by_its_weights(call: Caller) -> None:
    text = LINE.replace("gradient_descent: 0.1", "gradient_descent: {learning_rate: {piecewise: "
        "{boundaries: [11], values: [0.1, 1.0e+38]}}}").replace("epochs: 3", "epochs: 9")  # fmt: skip
    Path("line.yaml").write_text(text)
    err = call("train", "line.yaml", "--set", "train.checkpoint.every=1 epoch").err
    again = f"train line.yaml --from runs/line-1 --set 'train.checkpoint.every=1 epoch' {RATE}"
    assert f"to go on:\n  tfgraph {again}\n" in err
    # A run that began with the weights of another begins with them again.
    source = ("--from", "runs/line-1", "--set", "optimizer.gradient_descent.learning_rate=1e38")
    err = call("train", "line.yaml", *source).err
    assert f"\n  tfgraph train line.yaml --from runs/line-1 {RATE}\n" in err


def test_a_run_that_goes_on_with_nothing_left_says_so_and_what_would_go_on(call: Caller) -> None:
    trained = call("train", "line.yaml").out
    again = call("train", "--resume", "runs/line-1")
    assert again.code == 0
    assert again.err == (
        "going on with line in runs/line-1, for 3 epochs in all\n"
        "it goes on after step 12\n"
        "nothing was left to train: 3 epochs had been trained\n"
    )
    assert again.out.partition(" steps, ")[0] == trained.partition(" steps, ")[0]
    assert "to go on:\n  tfgraph train --resume runs/line-1 --set 'train.epochs=…'\n" in again.out
    assert "nothing was left" not in call("train", "line.yaml").err
    fewer = call("train", "--resume", "runs/line-1", "--set", "train.epochs=2")
    assert "nothing was left to train: 12 steps, more than the 8 asked for, had" in fewer.err
    more = call("train", "--resume", "runs/line-1", "--set", "train.epochs=4")
    assert "nothing was left" not in more.err
    assert "(4 epochs, 16 steps, " in more.out


def test_a_run_that_stopped_early_goes_on_with_more_patience(call: Caller) -> None:
    options = ("--set", "optimizer.gradient_descent=1e-9", "--set", "train.epochs=9")
    stopping = ("--set", "train.early_stopping={patience: 2, min_delta: 0.1}")
    out = call("train", "line.yaml", *options, *stopping).out
    assert "(stopped early, 3 epochs, " in out
    assert "  tfgraph train --resume runs/line-1 --set 'train.early_stopping.patience=…'\n" in out
    again = call("train", "--resume", "runs/line-1")
    assert "nothing was left to train: 2 evaluations had brought nothing better\n" in again.err
    patient = call("train", "--resume", "runs/line-1", "--set", "train.early_stopping.patience=4")
    assert "(stopped early, 5 epochs, " in patient.out


def test_the_steps_after_the_last_checkpoint_are_said_to_be_lost(call: Caller) -> None:
    call("train", "line.yaml", "--set", "train.checkpoint.every=4 steps")
    Path("runs/line-1/outcome.json").unlink()
    shutil.rmtree("runs/line-1/checkpoints/step-12")
    assert "; saved at step 8\n" in call("runs").out
    assert call("train", "--resume", "runs/line-1").err.startswith(
        "going on with line in runs/line-1, for 3 epochs in all\n"
        "it goes on after step 8; the 4 steps up to 12 came after what is saved, and are lost\n"
    )


def test_where_the_newest_checkpoint_is_damaged_the_step_is_told_that_a_run_goes_on_after(
    call: Caller,
) -> None:
    call("train", "line.yaml", "--set", "train.checkpoint.every=4 steps")
    Path("runs/line-1/checkpoints/step-12/arrays.npz").write_bytes(b"")
    again = call("train", "--resume", "runs/line-1").err
    assert "after step 12" not in again
    assert "step-12` is damaged: arrays.npz has 0 bytes" in again
    assert "\nit goes on after step 8; the 4 steps up to 12 came after what is saved" in again


def test_what_is_refused_is_not_gone_on_with(call: Caller) -> None:
    call("train", "line.yaml")
    changed = call("train", "--resume", "runs/line-1", "--set", "train.batch_size=8")
    assert (changed.code, changed.out) == (2, "")
    assert changed.err.startswith("error: the spec has changed since `runs/line-1` was begun: ")
    assert "goes on with other values of `train.epochs`, `train.steps`, " in changed.err
    with locked(Path("runs/line-1")):
        taken = call("train", "--resume", "runs/line-1")
    assert (taken.code, taken.out) == (2, "")
    assert taken.err.startswith("error: the run `runs/line-1` is being trained already")


def test_a_summary_fits_a_terminal(tmp_path: Path) -> None:
    text = LINE.replace("[mean_absolute_error]", "[mean_absolute_error, mean_squared_error]")
    (tmp_path / "line.yaml").write_text(text)
    shown = on_a_terminal(tmp_path, "train", "line.yaml", "-v", COLUMNS="60")
    lines = shown[shown.index("the run is in") :].splitlines()
    assert max(map(len, lines)) <= 60
    assert "  plots/               loss.svg, mean_absolute_error.svg," in lines
    assert "                       mean_squared_error.svg" in lines


def test_a_plugin_file_stands_in_every_command(call: Caller) -> None:
    Path("my plugin.py").write_text("")
    out = call("--plugin", "my plugin.py", "train", "line.yaml").out
    assert "  tfgraph --plugin 'my plugin.py' evaluate runs/line-1\n" in out


EXHAUSTED = """
from tfgraph.api import Layer, hookimpl
from tfgraph.lazy import tf

class Hungry(Layer):
    \"\"\"Finds no memory where it is trained.\"\"\"
    type = "hungry"
    def infer(self, x):
        return x
    def build(self, x, weights, ctx):
        def fail(value):
            raise MemoryError("no room")
        if not ctx.training:
            return x
        found = tf.numpy_function(fail, [x], x.dtype)
        found.set_shape(x.shape)
        return tf.stop_gradient(found - x) + x

@hookimpl
def tfgraph_layers():
    return [Hungry]
"""


def test_a_run_without_memory_is_begun_again_with_another_batch(call: Caller) -> None:
    Path("hungry.py").write_text(EXHAUSTED)
    Path("line.yaml").write_text(LINE.replace("layers:\n", "layers:\n  - hungry\n"))
    outcome = call("--plugin", "hungry.py", "train", "line.yaml", "--set", "train.batch_size=32")
    assert outcome.code == 3
    assert "error: the memory does not suffice in layer `hungry_1` (line.yaml:4): " in outcome.err
    assert "help: try `--set train.batch_size=16`: 32 examples take " in outcome.err
    again = "tfgraph --plugin hungry.py train line.yaml --set 'train.batch_size=…'"
    assert f"to go on:\n  {again}\n" in outcome.err


def test_a_run_that_cannot_be_compiled_is_begun_again_as_it_is(call: Caller) -> None:
    layers = "  - reshape: [1, 1]\n  - lstm: 3\n  - matmul: 1\n  - reshape: []\n"
    text = LINE.replace("layers:\n", f"layers:\n{layers}")
    Path("line.yaml").write_text(text)
    outcome = call("train", "line.yaml", "--set", "train.compile=true")
    assert outcome.code == 3
    said = "error: layer `lstm_1` (line.yaml:5) cannot be compiled: XLA has no operation "
    assert said in outcome.err
    assert "help: leave it as it is: `--set train.compile=false`, " in outcome.err
    assert "to go on:\n  tfgraph train line.yaml --set 'train.compile=…'\n" in outcome.err
    assert call("train", "line.yaml", "--set", "train.compile=false").code == 0


def test_a_run_that_watches_no_figure_any_more_goes_on(call: Caller) -> None:
    best = ("--set", "train.checkpoint={best: loss, every: 4 steps, keep: 9}")
    assert call("train", "line.yaml", *best).code == 0
    more = ("--set", "train.epochs=4", "--set", "train.checkpoint.best=null")
    unwatched = call("train", "--resume", "runs/line-1", *more)
    assert (unwatched.code, unwatched.err.count("internal error")) == (0, 0)
    assert "  checkpoints/step-16  the newest\n" in unwatched.out
    # What was the best by then is so no longer.
    assert "best loss" not in call("runs").out
    assert call("train", "--resume", "runs/line-1", "--set", "train.epochs=5").code == 0
