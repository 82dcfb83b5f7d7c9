"""What optimizers and schedules promise: declared slots are used, a valley is walked down."""

from __future__ import annotations

from typing import Any

from tfgraph.api import Optimizer, Schedule, Tensor, WeightSpec
from tfgraph.lazy import np, tf
from tfgraph.registry import Registry
from tfgraph.testing.case import Case, require
from tfgraph.testing.checks.facts import check_schedule_facts

_STEPS = (0, 1, 2, 10, 100, 1_000, 10_000, 1_000_000)


def check_optimizer(case: Case, registry: Registry, random: Any) -> None:
    """The slots declared are those used; an update moves the weight the same way each time.

    A compiled one may leave a slot as it is.
    """
    optimizer = case.component(registry, "optimizer")
    assert isinstance(optimizer, Optimizer)
    for shape in ((), (5,), (3, 4)):
        start, gradient = random.standard_normal(shape), random.standard_normal(shape)
        once, again = (_update(optimizer, start, gradient) for _ in range(2))
        require(np.array_equal(once, again), "makes two different updates of one gradient")
        require(np.all(np.isfinite(once)), "makes an update that is not finite")
        compiled = _update(optimizer, start, gradient, compiled=True)
        require(
            np.allclose(compiled, once, rtol=1e-5, atol=1e-7),
            "makes another update where the step is compiled",
        )


def _update(optimizer: Optimizer, start: Any, gradient: Any, *, compiled: bool = False) -> Any:
    spec = WeightSpec(start.shape)
    variable = tf.Variable(start.astype(np.float32))
    slots = {name: _slot(slot) for name, slot in optimizer.slots(spec).items()}
    used: set[str] = set()

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def update(step: Tensor) -> None:
        rate = optimizer.learning_rate.build(step)
        given = _Recording(slots, used)
        made = optimizer.compiled_update if compiled else optimizer.update
        made(variable, tf.constant(gradient, tf.float32), given, rate, step)

    for step in range(2):
        update(tf.constant(step, tf.int64))
    unused = set(slots) - used
    require(compiled or not unused, f"declares the slots {sorted(slots)} and uses {sorted(used)}")
    return variable.numpy()


def _slot(spec: WeightSpec) -> Any:
    require(isinstance(spec.initializer, (int, float)), "starts a slot with something to be drawn")
    return tf.Variable(tf.fill(spec.shape, tf.constant(spec.initializer, spec.dtype)))


def check_decrease(case: Case, registry: Registry, random: Any) -> None:
    """With the parameters of the case, 50 steps lead down a quadratic valley."""
    optimizer = case.component(registry, "optimizer")
    assert isinstance(optimizer, Optimizer)
    target = tf.constant(random.standard_normal(5), tf.float32)
    variable = tf.Variable(target + 1.0)
    slots = {n: _slot(slot) for n, slot in optimizer.slots(WeightSpec((5,))).items()}

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def train(step: Tensor) -> None:
        rate = optimizer.learning_rate.build(step)
        optimizer.update(variable, variable.read_value() - target, slots, rate, step)

    before = _distance(variable, target)
    for step in range(50):
        train(tf.constant(step, tf.int64))
    after = _distance(variable, target)
    require(after < before, f"leads from {before} to {after} in a quadratic valley")


def _distance(variable: Any, target: Any) -> float:
    return float(tf.reduce_sum(tf.square(variable - target)))


def check_schedule(case: Case, registry: Registry, random: Any) -> None:
    """A float32 scalar that is no less than 0, for every step the same each time."""
    schedule = case.component(registry, "schedule")
    assert isinstance(schedule, Schedule)

    def build(step: Tensor) -> tuple[Tensor, Tensor]:
        rate = schedule.build(step)
        require(
            rate.shape.rank == 0 and rate.dtype == tf.float32,
            f"gives {rate.shape} of {rate.dtype.name}, not a float32 scalar",
        )
        return rate, schedule.build(step)

    function = tf.function(build, autograph=False)
    function = function.get_concrete_function(tf.TensorSpec([], tf.int64))
    first = [function(tf.constant(step, tf.int64)) for step in _STEPS]
    for step, (rate, again) in reversed(list(zip(_STEPS, first))):
        require(rate >= 0, f"gives {float(rate)} for step {step}")
        later, _ = function(tf.constant(step, tf.int64))
        require(rate == again == later, f"gives two rates for step {step}")
    require(any(rate > 0 for rate, _ in first), "gives 0 for every step")

    def rate_of(step: int) -> float:
        return float(function(tf.constant(step, tf.int64))[0])

    check_schedule_facts(schedule.facts(), rate_of)


class _Recording(dict[str, Any]):
    """The slots of a weight, and which of them were asked for."""

    def __init__(self, slots: dict[str, Any], used: set[str]) -> None:
        super().__init__(slots)
        self.used = used

    def __getitem__(self, name: str) -> Any:
        self.used.add(name)
        return super().__getitem__(name)
