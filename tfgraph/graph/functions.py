"""Functions: traced graphs that check what they are fed and name the layer that fails."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from tfgraph.api import TensorSpec
from tfgraph.diagnostics import Span
from tfgraph.errors import GraphError, TfgraphError
from tfgraph.graph.exhausted import BatchBy, memory_of, what_takes_memory, what_to_do
from tfgraph.graph.feeds import feed
from tfgraph.lazy import tf
from tfgraph.spec.plan import Plan

_NODE = re.compile(r"\{\{(?:function_)?node ([^}]+)\}\}|node ([\w./\-]+)")
_NOT_COMPILED = re.compile(r"unsupported operations when trying to compile[^:]*: (\w+)")
_AROUND = re.compile(
    r"Graph execution error:|Detected at node |File \"|<stack traces unavailable>|\d+ root error"
)
_NOISE = re.compile(r"^\(\d+\)\s+[A-Z_]+: |\{\{function_node [^}]*\}\}|\[\[?\{\{node.*$|\[Op:.*$")


def trace(
    plan: Plan,
    name: str,
    function: Callable[..., Any],
    inputs: Mapping[str, TensorSpec],
    *,
    batch_by: BatchBy,
    least: int = 0,
) -> Any:
    """`function` as a ConcreteFunction that takes `inputs` by name, or in their order.

    `batch_by` decides how many examples it computes at a time, `least` is the number that it
    needs.
    """
    signature = {
        key: tf.TensorSpec([None if s is None else s for s in spec.shape], spec.dtype, name=key)
        for key, spec in inputs.items()
    }
    function.__name__ = name
    concrete = tf.function(function, autograph=False).get_concrete_function(**signature)
    # Still a ConcreteFunction to SavedModel and to isinstance, with the call of this module.
    base: Any = type(concrete)
    concrete.__class__ = _checked(base)
    concrete.tfgraph_plan = plan
    concrete.tfgraph_inputs = dict(inputs)
    concrete.tfgraph_batch_by = batch_by
    concrete.tfgraph_least = least
    return concrete


@cache
def _checked(base: Any) -> Any:
    class CheckedFunction(base):  # type: ignore[misc]
        """A ConcreteFunction that checks its feeds and names the layer that fails."""

        def __call__(self, *values: Any, **named: Any) -> Any:
            if tf.inside_function():
                return super().__call__(*values, **named)
            feeds = feed(
                self.tfgraph_inputs,
                values,
                named,
                least=self.tfgraph_least,
                fields=self.tfgraph_plan.fields,
            )
            try:
                return super().__call__(**feeds)
            except tf.errors.ResourceExhaustedError as error:
                examples = max((len(x) for x in feeds.values() if x.shape.rank), default=1)
                raise exhausted(
                    self.tfgraph_plan, error, self.tfgraph_batch_by, examples
                ) from error
            except tf.errors.OpError as error:
                raise located(self.tfgraph_plan, error) from error

    return CheckedFunction


@contextmanager
def part(kind: str, name: str, span: Span) -> Iterator[None]:
    """Emit the ops of a part of the spec under its name, by which `located` finds it again.

    The kind stands before the name, which may be that of a scope of TensorFlow's own.
    """
    try:
        with tf.name_scope(f"{kind}/{name}"):
            yield
    except TfgraphError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {_first_line(str(error))}"
        raise GraphError(f"cannot build {kind} `{name}` ({_line(span)}): {reason}") from error


def located(plan: Plan, error: Exception) -> GraphError:
    """TensorFlow's error, with the part of the spec that it comes from and its line."""
    text = getattr(error, "message", str(error))
    reason = reason_of(text) or type(error).__name__
    found = _part(plan, text)
    if lacking := _NOT_COMPILED.search(text):
        what = f"{found[0]} ({_line(found[1])})" if found else f"the spec `{plan.spec.name}`"
        return GraphError(
            f"{what} cannot be compiled: XLA has no operation `{lacking[1]}`",
            help="leave it as it is: `--set train.compile=false`, in Python `compiled=False`",
            settings=("train.compile",),
        )
    if found is None:
        return GraphError(f"TensorFlow failed in the graph of `{plan.spec.name}`: {reason}")
    what, span = found
    return GraphError(f"TensorFlow failed in {what} ({_line(span)}): {reason}")


def exhausted(plan: Plan, error: Exception, batch_by: BatchBy, examples: int) -> GraphError:
    """The error for a call with so many examples that finds no memory: what takes it, what helps."""
    found = _part(plan, getattr(error, "message", str(error)))
    where = f" in {found[0]} ({_line(found[1])})" if found else ""
    memory = memory_of(plan, batch_by, examples)
    help, settings = what_to_do(memory, batch_by)
    return GraphError(
        f"the memory does not suffice{where}: {what_takes_memory(plan, memory.batch)}",
        help=help,
        settings=settings,
    )


def reason_of(text: str) -> str:
    """TensorFlow's own sentence, out of the nodes and stacks that it puts around it."""
    lines = (line.strip() for line in text.splitlines())
    said = (_NOISE.sub("", line).strip() for line in lines if not _AROUND.match(line))
    return next(filter(None, said), "")


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _line(span: Span) -> str:
    return f"{span.source.name}:{span.line}"


def _part(plan: Plan, text: str) -> tuple[str, Span] | None:
    parts = {("layer", layer.name): layer.span for layer in plan.layers}
    parts |= {("loss", loss.name): loss.span for loss in plan.losses}
    parts |= {("metric", metric.name): metric.span for metric in plan.metrics}
    if plan.spec.optimizer:
        parts["optimizer", plan.spec.optimizer.component.type] = plan.spec.optimizer.span
    for match in _NODE.finditer(text):
        for kind, scope in itertools.pairwise((match[1] or match[2]).split("/")):
            # TensorFlow numbers scopes whose names differ in case only.
            for name in (scope, re.sub(r"_\d+$", "", scope)):
                if (kind, name) in parts:
                    return f"{kind} `{name}`", parts[kind, name]
    return None
