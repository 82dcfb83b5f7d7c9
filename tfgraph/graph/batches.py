"""Batches: which rows a step takes, as a pure function of (seed, epoch, position)."""

from __future__ import annotations

from collections.abc import Mapping

from tfgraph.api import Field, Tensor, seed_of
from tfgraph.graph.numbers import prepare
from tfgraph.lazy import tf
from tfgraph.spec.training import Training

# TensorFlow's default of 4 rounds leaves the orders of two epochs correlated by 0.35; from 8 on
# they are as uncorrelated as NumPy's permutations (measured on 55,000 rows, 12 epochs).
_ROUNDS = 8


#: A batch of one example makes evaluation slow, and nothing depends on the batch's size.
LEAST_EVALUATED = 128


def evaluation_size(training: Training) -> int:
    """The number of examples that evaluation and prediction take at a time."""
    return training.evaluate_batch_size or max(training.batch_size, LEAST_EVALUATED)


def steps_per_epoch(examples: int, training: Training) -> int:
    """The number of steps that pass over `examples` once."""
    if training.drop_remainder:
        return examples // training.batch_size
    return -(-examples // training.batch_size)


def always_whole(training: Training) -> bool:
    """Whether every batch has `batch_size` examples."""
    return training.drop_remainder or training.batch_size == 1


def training_batch(
    arrays: Mapping[str, Tensor],
    fields: Mapping[str, Field],
    step: Tensor,
    training: Training,
    number: Tensor | None = None,
    *,
    whole: bool = False,
) -> dict[str, Tensor]:
    """The batch of a step: its rows gathered from the resident arrays, as the model sees them.

    With `number` it is that part of the batch, counted from 0. That it is `whole`, with
    `batch_size` examples, is for the caller to know; then its shape is.
    """
    examples = _examples(arrays)
    size = tf.constant(training.batch_size, tf.int64)
    epoch, start = _place(examples, step, size, training)
    rows, end = training.batch_size, examples
    if number is not None:
        end = tf.minimum(start + size, examples)
        rows = training.part_size
        whole = whole and training.batch_size % rows == 0
        size = tf.constant(rows, tf.int64)
        start += number * size
    if whole:
        positions = start + tf.range(rows, dtype=tf.int64)
        ordered = {name: _slice(array, start, rows) for name, array in arrays.items()}
    else:
        stop = tf.minimum(start + size, end)
        positions = tf.range(start, stop)
        ordered = _rows(arrays, start, stop)
    if not training.shuffle:
        return _prepared(ordered, fields)
    drawn = shuffled(positions, examples, epoch, training.seed)
    return _prepared({name: tf.gather(array, drawn) for name, array in arrays.items()}, fields)


def next_partial(arrays: Mapping[str, Tensor], step: Tensor, training: Training) -> Tensor:
    """The first step from `step` on whose batch is smaller; beyond all where there is none."""
    examples = _examples(arrays)
    size = tf.constant(training.batch_size, tf.int64)
    per_epoch = (examples + size - 1) // size
    last = step - step % per_epoch + per_epoch - 1
    return tf.where(examples % size == 0, tf.int64.max, last)


def examples_of_step(arrays: Mapping[str, Tensor], step: Tensor, training: Training) -> Tensor:
    """The number of examples in the batch of a step, an int64 scalar."""
    examples = _examples(arrays)
    size = tf.constant(training.batch_size, tf.int64)
    _, start = _place(examples, step, size, training)
    return tf.minimum(start + size, examples) - start


def _place(
    examples: Tensor, step: Tensor, size: Tensor, training: Training
) -> tuple[Tensor, Tensor]:
    """The epoch of a step, and where its batch of `size` starts in the order of the epoch."""
    last = 0 if training.drop_remainder else training.batch_size - 1
    per_epoch = tf.maximum((examples + last) // size, 1)
    epoch = step // per_epoch
    return epoch, (step % per_epoch) * size


def shuffled(positions: Tensor, examples: Tensor, epoch: Tensor, seed: int) -> Tensor:
    """The rows that stand at `positions` in the order of an epoch.

    The order is a permutation that is never laid out: a block cipher maps each position to its
    row, so that the cost of a step does not depend on the number of examples.
    """
    key = tf.stack([tf.constant(seed_of(seed, "order"), tf.int64), epoch])
    # Keys that differ in a bit give related ciphers: hash the epoch into all of the key.
    cipher_key = tf.random.stateless_uniform([3], key, None, None, tf.int32)
    return tf.raw_ops.RandomIndexShuffle(
        index=positions, seed=cipher_key, max_index=examples - 1, rounds=_ROUNDS
    )


def evaluation_batch(
    arrays: Mapping[str, Tensor], fields: Mapping[str, Field], start: Tensor, size: int
) -> dict[str, Tensor]:
    """The rows from `start` on, at most `size`, in the order they are stored."""
    stop = tf.minimum(start + size, _examples(arrays))
    return _prepared(_rows(arrays, start, stop), fields)


def _examples(arrays: Mapping[str, Tensor]) -> Tensor:
    return tf.shape(next(iter(arrays.values())), out_type=tf.int64)[0]


def _rows(arrays: Mapping[str, Tensor], start: Tensor, stop: Tensor) -> dict[str, Tensor]:
    return {name: array[start:stop] for name, array in arrays.items()}


def _slice(array: Tensor, start: Tensor, size: int) -> Tensor:
    """`size` rows from `start` on, of a shape that is known."""
    axes = array.shape.rank - 1
    begin = tf.stack([start] + [tf.constant(0, tf.int64)] * axes)
    return tf.slice(array, begin, tf.constant([size] + [-1] * axes, tf.int64))


def _prepared(batch: Mapping[str, Tensor], fields: Mapping[str, Field]) -> dict[str, Tensor]:
    return {name: prepare(fields[name], stored) for name, stored in batch.items()}
