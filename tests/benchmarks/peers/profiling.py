"""Where a step's time goes: TensorFlow's own trace of a training call, summed by parts of the step.

What XLA has compiled is a loop of instructions, of which each computes what several operations would.
An instruction is called after the operation that its result is of.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tfgraph.lazy import tf

#: The parts of a step in the order they are shown. An operation belongs to the first whose pattern
#: its name and type have.
PARTS = {
    "products": re.compile(r"MatMul|Einsum|Conv2D|BlockLSTM"),
    "random numbers": re.compile(r"StatelessRandom|stateless_random|:(Bitcast|Philox)"),
    "update": re.compile(r"/optimizer/|:Assign"),
    "loss": re.compile(r"/loss/"),
    "other layers": re.compile(r"/layer/"),
    "batch": re.compile(""),
}
BETWEEN = "between operations"
#: The event of an operation: its name in the graph, and its type.
_OPERATION = re.compile(r"^[\w./\-]+:\w+$")
#: Instructions of XLA that stand for others, which have events of their own.
_OF_OTHERS = ("while", "call", "conditional")


class Event(NamedTuple):
    """An operation that ran: what it is called, and when, in picoseconds."""

    name: str
    start: int
    end: int


def profile(run: Callable[[int], None], steps: int) -> dict[str, float]:
    """Microseconds a step of each part, of none of them, and of all (`step`) with the trace on.

    Operations that run side by side count one beside the other, so that the parts may be more than
    the step.
    """
    with tempfile.TemporaryDirectory() as folder:
        # At this level cheap operations are traced too.
        options = tf.profiler.experimental.ProfilerOptions(host_tracer_level=3)
        tf.profiler.experimental.start(folder, options)
        started = time.perf_counter()
        run(steps)
        seconds = time.perf_counter() - started
        tf.profiler.experimental.stop()
        (trace,) = Path(folder).rglob("*.xplane.pb")
        events = list(operations(trace.read_bytes()))
    found = {part: taken / 1e6 / steps for part, taken in by_part(events).items()}
    whole = 1e6 * seconds / steps
    found[BETWEEN] = whole - covered(events) / 1e6 / steps
    return {**found, "step": whole}


def operations(trace: bytes) -> Iterator[Event]:
    """The operations of a trace."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    space = xplane_pb2.XSpace()
    space.ParseFromString(trace)
    known = _instructions(space)
    for plane in space.planes:
        compiled = {key for key, stat in plane.stat_metadata.items() if stat.name == "hlo_op"}
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                if any(stat.metadata_id in compiled for stat in event.stats):
                    name = known.get(name, "")
                if _OPERATION.match(name):
                    start = line.timestamp_ns * 1000 + event.offset_ps
                    yield Event(name, start, start + event.duration_ps)


def _instructions(space: Any) -> dict[str, str]:
    """The instructions of what XLA has compiled: the operation that each is of, and its kind."""
    from tensorflow.compiler.xla.service import hlo_pb2

    found = {}
    for plane in space.planes:
        for event in plane.event_metadata.values() if plane.name == "/host:metadata" else ():
            for stat in event.stats:
                program = hlo_pb2.HloProto.FromString(stat.bytes_value)
                found.update(_instructions_of(program.hlo_module.computations))
    return found


def _instructions_of(computations: Any) -> Iterator[tuple[str, str]]:
    by_id = {computation.id: computation for computation in computations}
    callers = {
        called: instruction.metadata.op_name
        for computation in computations
        for instruction in computation.instructions
        if instruction.opcode == "call"
        for called in instruction.called_computation_ids
    }
    for computation in computations:
        for instruction in computation.instructions:
            if instruction.opcode in _OF_OTHERS:
                continue
            within = [instruction]
            if instruction.opcode == "fusion":
                within += reversed(by_id[instruction.called_computation_ids[0]].instructions)
            names = (one.metadata.op_name for one in within)
            name = next(filter(None, names), callers.get(computation.id) or instruction.name)
            yield instruction.name, f"{name}:{instruction.opcode.replace('-', '_')}"


def by_part(events: Iterable[Event]) -> dict[str, int]:
    """The picoseconds of each part, 0 where it has no operation."""
    found = Counter(dict.fromkeys(PARTS, 0))
    for event in events:
        part = next(part for part, pattern in PARTS.items() if pattern.search(event.name))
        found[part] += event.end - event.start
    return dict(found)


def covered(events: Iterable[Event]) -> int:
    """The picoseconds in which at least one operation ran."""
    total = until = 0
    for event in sorted(events, key=lambda event: event.start):
        total += max(0, event.end - max(event.start, until))
        until = max(until, event.end)
    return total
