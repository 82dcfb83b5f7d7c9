"""Training: the section `train`, how long and in which order a model is trained, and what is kept."""

from __future__ import annotations

from typing import Literal

from tfgraph.api import Duration, Group, Interval, ParameterError, param

#: What is evaluated beside the metrics, and made small.
LOSS = "loss"
#: Seconds that a run takes at least where compiling its steps may win more than it costs.
WORTH_COMPILING = 20
#: A batch of one example makes evaluation slow, and nothing depends on the batch's size.
LEAST_EVALUATED = 128


class Checkpointing(Group):
    """When the state of a run is saved, and which of the saved ones are kept."""

    type = "checkpoint"
    example = "train: {checkpoint: {every: 10 minutes, best: accuracy}}"

    every: Interval | Duration = param(
        "How often the state is saved, beside the end and an interruption.", default="30 seconds"
    )
    keep: int = param(
        "How many of the newest checkpoints are kept, beside the best.", default=2, minimum=1
    )
    best: str | None = param(
        "The figure by which one is the best, which is kept: `loss` or a metric, evaluated as "
        "often as `evaluate_every` says.",
        default=None,
        also=("monitor", "save_best_only"),
    )


class EarlyStopping(Group):
    """Ends training once a figure has stopped improving.

    Source: Prechelt, 1998, "Early Stopping - But When?".
    """

    type = "early_stopping"

    monitor: str = param(
        "The figure: `loss` or a metric.", default=LOSS, primary=True, also=("metric", "quantity")
    )
    patience: int = param(
        "How many evaluations in a row may bring nothing better.", default=5, minimum=1
    )
    min_delta: float = param(
        "By how much a figure must be better to count as better.", default=0.0, minimum=0
    )
    restore_best: bool = param(
        "Go back to the weights of the best evaluation at the end.", default=True
    )


class Training(Group):
    """How long and in which order to train."""

    type = "train"

    epochs: int = param(
        "Passes over the training split.", default=1, minimum=0, also=("num_epochs", "max_epochs")
    )
    steps: int | None = param(
        "The number of steps, in place of `epochs`.", default=None, minimum=0, also=("max_steps",)
    )
    time_limit: Duration | None = param(
        "Training ends after so much time, counted over all its resumptions.", default=None
    )
    batch_size: int = param("Examples a step.", default=128, minimum=1, also=("batch",))
    shuffle: bool = param("Another order in each epoch; false keeps the file's.", default=True)
    drop_remainder: bool = param(
        "Leave out the last batch of an epoch where it is smaller than the others.", default=False
    )
    precision: Literal["float32", "bfloat16", "float16"] = param(
        "What the layers compute in; weights, updates, losses and outputs stay in float32.",
        default="float32",
    )
    compile: bool | Literal["auto"] = param(
        "Compile the steps with XLA: a gain for dense layers and for models so small that starting "
        "their operations takes longer than computing them; a loss for convolutions and for the "
        "steps of recurrent layers; lstm cannot be compiled. It takes a second or more before the "
        f"first step. `auto` measures both before a run of {WORTH_COMPILING} seconds or more, in "
        "turns that take a tenth of it at most, and keeps to the faster one, also where the run "
        "goes on. What is compiled rounds otherwise and draws other masks, so that two runs with "
        "`auto` may differ.",
        default=False,
        also=("jit_compile", "xla"),
    )
    seed: int = param(
        "The seed of weights, masks and order.", default=0, minimum=0, also=("random_seed",)
    )
    gradient_accumulation: int = param(
        "Compute each batch in so many parts, one after the other, whose gradients add up: the "
        "step is the same, and needs the memory of one part.",
        default=1,
        minimum=1,
    )
    ema: float | None = param(
        "Evaluate and predict with a moving average of the weights, which keeps this share of "
        "itself in each step (0.999); null for the weights as they are.",
        default=None,
        minimum=0,
        below=1,
    )
    evaluate_every: Interval = param(
        "How often the validation split is evaluated, or the test split where there is no other. "
        "The log has a record of each evaluation, and one of the training loss at the end of each "
        "epoch in any case.",
        default="1 epoch",
    )
    evaluate_batch_size: int | None = param(
        "Examples at a time in evaluation and prediction; null: `batch_size`, and at least 128.",
        default=None,
        minimum=1,
    )
    checkpoint: Checkpointing = param("What is saved, and how often.", default={})
    early_stopping: EarlyStopping | None = param(
        "When to end before all epochs are done; null for never.", default=None
    )
    histograms: Interval | None = param(
        "How often TensorBoard gets histograms of the weights; null for never.",
        default=None,
        also=("histogram_freq",),
    )

    def check_parameters(self) -> None:
        if self.gradient_accumulation > self.batch_size:
            raise ParameterError(
                f"computes batches of {self.batch_size} in {self.gradient_accumulation} parts",
                help="a part has one example at least: at most "
                f"`gradient_accumulation: {self.batch_size}`",
                parameter="gradient_accumulation",
            )
        stopping = self.early_stopping
        if (
            stopping
            and stopping.restore_best
            and self.checkpoint.best not in (None, stopping.monitor)
        ):
            raise ParameterError(
                f"keeps the best checkpoint by `{self.checkpoint.best}` and goes back to the best "
                f"by `{stopping.monitor}`",
                help="name the same figure in both, or set `restore_best: false`",
                parameter="early_stopping",
            )

    @property
    def part_size(self) -> int:
        """The examples that are computed at a time in training."""
        return -(-self.batch_size // self.gradient_accumulation)

    @property
    def evaluation_size(self) -> int:
        """The examples that evaluation and prediction take at a time."""
        return self.evaluate_batch_size or max(self.batch_size, LEAST_EVALUATED)

    @property
    def best(self) -> str | None:
        """The figure by which a checkpoint is the best; None where none is kept for it."""
        stopping = self.early_stopping
        return self.checkpoint.best or (
            stopping.monitor if stopping and stopping.restore_best else None
        )

    def total_steps(self, steps_per_epoch: int) -> int:
        """The number of steps in all."""
        return self.epochs * steps_per_epoch if self.steps is None else self.steps
