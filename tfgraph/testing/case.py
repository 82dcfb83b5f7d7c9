"""Case: a component as a spec would write it, and what it is given."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tfgraph.api import Component, TensorSpec
from tfgraph.api.tensors import FLOATS
from tfgraph.lazy import np
from tfgraph.registry import Registry
from tfgraph.registry.registry import split_entry
from tfgraph.spec.language import InputField

#: How the values of an input are drawn. Integers are drawn below their number of classes.
Values = Literal["normal", "positive", "distribution", "binary"]
_NORMAL: Values = "normal"
LAYER = "layer"


class ConformanceError(AssertionError):
    """A component does not keep a promise of its kind."""


def require(holds: Any, message: str) -> None:
    """Raise ConformanceError unless `holds`."""
    if not holds:
        raise ConformanceError(message)


@dataclass(frozen=True)
class Case:
    """A component under its conditions, in the words of a spec.

    Args:
        entry: the entry as a spec would write it: `"relu"`, `{"conv2d": {"filters": 4}}`.
        inputs: what it is given, each as under `inputs:` in a spec (`[28, 28, 1]`, or
            `{"shape": [], "dtype": "int32", "classes": 10}`): the inputs of a layer, output and
            target of a loss or a metric. For an initializer the shapes of weights.
        values: how the values of each input are drawn; normal ones if not given.
        spec: for a layer that needs others beside it, a whole spec instead of entry and inputs;
            the layer under test has the name `layer`.
        draws: for an initializer, whether another seed gives other values.
    """

    entry: Any = None
    inputs: Sequence[Any] = ()
    values: Sequence[Values] = ()
    spec: Mapping[str, Any] = field(default_factory=dict)
    draws: bool = True

    def __str__(self) -> str:
        return json.dumps(self.spec or {"entry": self.entry, "inputs": list(self.inputs)})

    def component(self, registry: Registry, kind: str) -> Component:
        """The component of the entry."""
        made = registry.create(kind, self.entry)
        made.check_parameters()
        return made

    def parameters(self, component: type[Component]) -> dict[str, Any]:
        """The parameters that the entry gives, by name."""
        _, given = split_entry(self.entry, component)
        primary = component.primary()
        if isinstance(given, Mapping):
            return dict(given)
        require(primary, f"has no primary parameter for {given!r}")
        assert primary is not None
        return {primary.name: given}

    def with_parameters(self, component: type[Component], values: Mapping[str, Any]) -> Case:
        """The same case with other parameters."""
        return replace(self, entry={component.type: dict(values)})

    def with_dtype(self, dtype: str) -> Case:
        """The same case with its floating-point inputs in another dtype."""
        changed = [
            {"shape": list(spec.shape[1:]), "dtype": dtype} if spec.floating else given
            for given, spec in zip(self.inputs, self.input_specs())
        ]
        return replace(self, inputs=changed)

    def input_specs(self) -> list[TensorSpec]:
        """The specs of the inputs, with a batch axis."""
        given = [x if isinstance(x, Mapping) else {"shape": x} for x in self.inputs]
        return [InputField(**x).field().spec for x in given]

    def text(self) -> str:
        """The whole spec of a layer's case."""
        if self.spec:
            return json.dumps(self.spec)
        names = [f"x{number}" for number, _ in enumerate(self.inputs)]
        entry = {self.entry: None} if isinstance(self.entry, str) else dict(self.entry)
        layer = {**entry, "name": LAYER, "from": names}
        inputs = dict(zip(names, self.inputs))
        return json.dumps({"tfgraph": 1, "inputs": inputs, "layers": [layer]})

    def arrays(self, specs: Sequence[TensorSpec], batch: int, random: Any) -> list[Any]:
        """Random values for the inputs; sizes that only the data knows are 16."""
        how = itertools.chain(self.values, itertools.repeat(_NORMAL))
        return [draw(spec, batch, values, random) for spec, values in zip(specs, how)]


def draw(spec: TensorSpec, batch: int, values: Values, random: Any) -> Any:
    """Random values of a spec."""
    # Large enough for any window that is drawn.
    shape = [batch, *(16 if size is None else size for size in spec.shape[1:])]
    if spec.dtype not in FLOATS:
        return random.integers(0, spec.classes or 2, shape).astype(spec.dtype)
    drawn = random.standard_normal(shape)
    if values == "positive":
        drawn = np.abs(drawn) + 0.1
    elif values == "binary":
        drawn = drawn > 0
    elif values == "distribution":
        drawn = random.dirichlet(np.ones(shape[-1]), shape[:-1])
    return drawn.astype(spec.dtype)
