"""Random graphs over all layers that are registered, in the words of a spec.

A graph grows layer by layer. Each is drawn with random parameters from their declarations and
random inputs among what there is; where the plan refuses it, another is drawn.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tfgraph.api import Component, Layer, LayerReference, TensorSpec
from tfgraph.diagnostics import SpecError
from tfgraph.registry import Registry
from tfgraph.spec import Plan, loads
from tfgraph.spec.language import InputField
from tfgraph.testing.cases import CASES
from tfgraph.testing.parameters import random_parameters

#: What a plan answers to a layer that does not fit; any other code is a fault of this generator.
REFUSALS = {"TG206", "TG301", "TG304"}
#: Sizes of inputs: few, so that shapes meet that go together.
SIZES = (1, 2, 4, 4, 5, 7, None)
RANKS = (0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 5)
DTYPES = (
    "float32",
    "float32",
    "float32",
    "float64",
    "float16",
    "bfloat16",
    "int32",
    "uint8",
    "bool",
)


@dataclass
class Tally:
    """How often each layer type was accepted, and refused."""

    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class Generator:
    """Draws graphs; the same `random` gives the same ones."""

    def __init__(self, registry: Registry, random: Any) -> None:
        self.registry = registry
        self.random = random
        self.types = dict(sorted(registry.types("layer").items()))
        self.tally = Tally()

    def graph(self, layers: int, attempts: int) -> Plan | None:
        """A plan of up to so many layers, of so many attempts at most; None if none fitted."""
        inputs = {f"x{i}": self.input() for i in range(1 + self.below(2))}
        entries: list[dict[str, Any]] = []
        plan: Plan | None = None
        for _ in range(attempts):
            if len(entries) == layers:
                break
            name = f"l{len(entries)}"
            type_name, entry = self.layer(plan, inputs, name)
            made = self.planned(inputs, [*entries, entry])
            if made is None:
                self.tally.refused[type_name] += 1
                continue
            plan = made
            self.tally.accepted[type_name] += 1
            entries.append(entry)
        return plan

    def planned(self, inputs: dict[str, Any], entries: list[dict[str, Any]]) -> Plan | None:
        """The plan; None where it is refused as what does not fit is to be refused."""
        refused: SpecError | None = None
        try:
            return self.plan(inputs, entries)
        except SpecError as error:
            refused = error
        codes = {found.code for found in refused.diagnostics if found.severity == "error"}
        assert codes <= REFUSALS, f"{entries[-1]}\n{refused}"
        return None

    def plan(self, inputs: dict[str, Any], entries: list[dict[str, Any]]) -> Plan:
        names = [entry["name"] for entry in entries]
        spec = {"tfgraph": 1, "inputs": inputs, "layers": entries, "outputs": names}
        return loads(json.dumps(spec), registry=self.registry)

    def input(self) -> dict[str, Any]:
        dtype = self.choice(DTYPES)
        drawn = {"shape": self.shape(), "dtype": dtype}
        return {**drawn, "classes": 7} if "int" in dtype and self.chance(0.7) else drawn

    def shape(self) -> list[int | None]:
        rank = self.choice(RANKS)
        # Most layers have to know the size of the last axis.
        return [self.choice(SIZES if axis < rank - 1 else SIZES[:-1]) for axis in range(rank)]

    def layer(
        self, plan: Plan | None, inputs: dict[str, Any], name: str
    ) -> tuple[str, dict[str, Any]]:
        """A layer of a random type, as an entry."""
        # What was accepted least comes first: some layers take little of what there is.
        types = [t for t in self.types if plan or not references(self.types[t])]
        ranked = sorted(types, key=lambda t: self.tally.accepted[t])
        type_name = self.choice(ranked[: len(ranked) // 3] if self.chance(0.6) else ranked)
        layer = self.types[type_name]
        entry: dict[str, Any] = {
            type_name: self.parameters(layer, plan),
            "name": name,
            "from": self.wires(layer, plan, inputs),
        }
        named = [entry[type_name][parameter] for parameter in references(layer)]
        if named and self.chance(0.7):
            entry["from"] = named[:1]
        sharers = self.of_type(plan, type_name)
        if sharers and self.chance(0.2):
            # To share its weights a layer needs parameters like the other's, and inputs like its.
            other = self.choice(sharers)
            entry |= {"share": other.name, "from": list(other.inputs)}
            entry[type_name] = self.written(other.layer)
        return type_name, entry

    def written(self, layer: Layer) -> dict[str, Any]:
        """The parameters of a layer as a spec writes them; entries within it are left out."""
        plain = {k: v for k, v in layer.parameter_values().items() if not isinstance(v, Component)}
        names = {k: v.name for k, v in plain.items() if isinstance(v, LayerReference)}
        return {**plain, **names}

    def of_type(self, plan: Plan | None, type_name: str) -> list[Any]:
        layers = plan.layers if plan else ()
        return [x for x in layers if x.layer.type == type_name and x.weights]

    def parameters(self, layer: type[Layer], plan: Plan | None) -> dict[str, Any]:
        """Random parameters; those that cannot be drawn from a declaration are made up here."""
        cases = [case for case in CASES["layer"].get(layer.type, ()) if not case.spec]
        given = self.choice(cases).parameters(layer) if cases else {}
        values = random_parameters(layer, given, self.random)
        for name in references(layer):
            assert plan is not None
            kernels = [x.name for x in plan.layers if "kernel" in x.weights]
            values[name] = self.choice(kernels or [x.name for x in plan.layers])
        for name, parameter in layer.parameters().items():
            if parameter.annotation == list[int] and self.chance(0.9):
                values[name] = self.sizes(name, plan)
        return values

    def sizes(self, parameter: str, plan: Plan | None) -> list[int]:
        """An order of axes, or a shape of as many values as one that is there."""
        specs = [x.output for x in plan.layers] if plan else [TensorSpec((None, 4))]
        spec = self.choice(specs)
        if parameter == "axes":
            return [int(axis) + 1 for axis in self.random.permutation(spec.rank - 1)]
        size = spec.size or 4
        divisors = [d for d in range(1, size + 1) if size % d == 0][:8]
        first = self.choice(divisors)
        return self.choice(([size], [first, size // first], [first, -1], [1, -1, first]))

    def wires(self, layer: type[Layer], plan: Plan | None, inputs: dict[str, Any]) -> list[str]:
        """Names to take, recent ones more often; those of a merge often of one shape."""
        specs = {name: InputField(**given).field().spec for name, given in inputs.items()}
        specs |= {x.name: x.output for x in plan.layers} if plan else {}
        names = self.fitting(layer, specs) if self.chance(0.7) else list(specs)
        least, most = layer.arity()
        number = least + (self.below(3) if most is None else self.below(most - least + 1))
        first = names[-1] if self.chance(0.4) else self.choice(names)
        alike = [n for n in names if specs[n] == specs[first]]
        rest = alike if self.chance(0.6) else names
        return [first, *(self.choice(rest) for _ in range(number - 1))]

    def fitting(self, layer: type[Layer], specs: dict[str, TensorSpec]) -> list[str]:
        """The names of what is like the inputs that the layer's cases have; all if none is."""
        cases = [case.input_specs() for case in CASES["layer"].get(layer.type, ())]
        kinds = {(spec.rank, spec.floating) for given in cases for spec in given}
        return [n for n, x in specs.items() if (x.rank, x.floating) in kinds] or list(specs)

    def below(self, end: int) -> int:
        return int(self.random.integers(end))

    def choice(self, things: Any) -> Any:
        return things[self.below(len(things))]

    def chance(self, probability: float) -> bool:
        return bool(self.random.random() < probability)


def references(layer: type[Layer]) -> list[str]:
    """The parameters of a layer that name another."""
    parameters = layer.parameters().items()
    return [name for name, parameter in parameters if LayerReference in parameter.alternatives]
