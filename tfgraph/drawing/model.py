"""What a drawing shows of a plan: boxes, the arrows between them, and ties."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tfgraph.api import Layer, show_shape
from tfgraph.api.component import Component
from tfgraph.drawing.frames import Frame, counted, frames_of, within
from tfgraph.spec.plan import Plan, PlannedLayer, PlannedLoss

#: What is no layer.
OUTSIDE = ("input", "target", "loss")


@dataclass(frozen=True)
class Box:
    """A layer, an input, a target or a loss. `details` are parameters that are not the defaults.

    `family` is the built-in family of layers that it belongs to, "plugin", or what else it is. One
    that stands for several equal ones says how many, and which is the last one; `label` is what it is
    called in place of its name.
    """

    name: str
    type: str
    family: str
    shape: str
    line: int
    details: str = ""
    parameters: int = 0
    weights: Mapping[str, str] = field(default_factory=dict)
    output: bool = False
    times: int = 1
    label: str = ""
    last: str = ""

    @property
    def title(self) -> str:
        """The type, and the name where the spec gives one."""
        return self.title_in("")

    def title_in(self, frame: str) -> str:
        """The title inside a frame, whose path the name does not repeat."""
        name = self.label or within(self.name, frame)
        told = self.family in OUTSIDE or tells_type(name, self.type)
        name = counted(name, self.last, self.times)
        return name if told else f"{name}: {self.type}"

    @property
    def rooms(self) -> list[str]:
        """The steps of the path of blocks and repeats that it stands in."""
        unnamed = f".{self.type}_"
        # The type of a plugin's layer may hold a dot: `package.type_1`.
        start, found, number = self.name.rpartition(unnamed)
        path = start if found and number.isdecimal() else self.name.rpartition(".")[0]
        if self.name.startswith(unnamed[1:]) or self.family in OUTSIDE:
            path = ""
        return path.split(".") if path else []


def tells_type(name: str, type_name: str) -> bool:
    """Whether a name is the type, or one that a layer of the type has without its own."""
    unnamed = name.rpartition("_")[0]
    return type_name in (name, unnamed) or unnamed.endswith(f".{type_name}")


@dataclass(frozen=True)
class Picture:
    """The boxes in an order in which inputs come first; arrows and ties by name."""

    name: str
    boxes: Mapping[str, Box]
    inputs: Mapping[str, tuple[str, ...]]
    ties: tuple[tuple[str, str, str], ...]
    parameters: int
    frames: Mapping[str, Frame]

    def parameters_in(self, frame: Frame) -> int:
        """Those of one of the blocks that a frame stands for, with all that stands in it."""
        total = 0
        for name in frame.members:
            times = self.boxes[name].times
            for path in self.frames_around(self.frame_of(name, self.frames)):
                if path == frame.path:
                    break
                times *= self.frames[path].times
            total += times * self.boxes[name].parameters
        return total

    def frames_around(self, frame: str) -> list[str]:
        """The paths of a frame and of those around it, the innermost first."""
        paths = []
        while frame:
            paths.append(frame)
            frame = self.frames[frame].parent
        return paths

    def frame_of(self, box: str, drawn: Collection[str]) -> str:
        """The path of the innermost of some frames that a box stands in; empty for none."""
        steps = self.boxes[box].rooms
        paths = (".".join(steps[:end]) for end in range(len(steps), 0, -1))
        return next((path for path in paths if path in drawn), "")


def picture(plan: Plan) -> Picture:
    """What a drawing shows of the plan."""
    boxes = {}
    inputs: dict[str, tuple[str, ...]] = {}
    ties = []
    taken = {*plan.outputs, *(name for layer in plan.layers for name in layer.inputs)}
    compared = {name for loss in plan.losses for name in (loss.of, *loss.fields)}
    for name in plan.fields:
        if name in taken or name in compared:
            boxes[name] = _input_box(plan, name, "input" if name in taken else "target")
            inputs[name] = ()
    for layer in plan.layers:
        boxes[layer.name] = _box(plan, layer)
        inputs[layer.name] = layer.inputs
        if layer.owner != layer.name:
            ties.append((layer.name, layer.owner, "shared"))
        for weight in layer.weights.values():
            if weight.tied:
                ties.append((layer.name, weight.tied.weight.rpartition("/")[0], "tied"))
    for loss in plan.losses:
        box = _loss_box(loss)
        boxes[box.name] = box
        inputs[box.name] = (loss.of, *loss.fields)
    frames = frames_of({name: box.rooms for name, box in boxes.items()})
    return Picture(plan.spec.name, boxes, inputs, tuple(ties), plan.parameters, frames)


def _loss_box(planned: PlannedLoss) -> Box:
    weight = "" if planned.weight == 1 else f"weight {planned.weight:g}"
    return Box(
        # No layer or input has a name with a blank.
        f"loss {planned.name}",
        planned.loss.type,
        "loss",
        "",
        planned.span.line,
        ", ".join(filter(None, (details(planned.loss), weight))),
        label=planned.loss.type,
    )


def _input_box(plan: Plan, name: str, family: str) -> Box:
    section = "data" if plan.spec.data else "inputs"
    return Box(
        name,
        family,
        family,
        str(plan.fields[name].spec),
        plan.spec.place(section).line,
        output=name in plan.outputs,
    )


def _box(plan: Plan, layer: PlannedLayer) -> Box:
    owned = layer.owner == layer.name
    weights = {}
    for name, weight in layer.weights.items():
        shown = show_shape(weight.shape) if weight.shape else "one number"
        if weight.tied:
            shown += f", tied to {weight.tied.weight}"
        elif not owned:
            shown += f", shared with {layer.owner}"
        if layer.frozen and not weight.tied:
            shown += ", frozen"
        weights[name] = shown
    return Box(
        layer.name,
        layer.layer.type,
        _family(layer.layer),
        str(layer.output),
        layer.span.line,
        ", ".join(filter(None, (details(layer.layer), "frozen" if layer.frozen else ""))),
        sum(weight.size for weight in layer.weights.values()) if owned else 0,
        weights,
        layer.name in plan.outputs,
    )


def _family(layer: Layer) -> str:
    package, _, module = type(layer).__module__.rpartition(".")
    return module if package == "tfgraph.layers" else "plugin"


def details(layer: Component) -> str:
    """The parameters that are not at their default, shortly: "filters 32, stride 2×2"."""
    words = []
    for name, parameter in layer.parameters().items():
        value = getattr(layer, name)
        if isinstance(value, Component):
            # The first values of weights are no part of the picture; an activation is.
            if value.kind == "layer":
                words.append(value.type)
        elif parameter.required or value != parameter.convert(parameter.default):
            words.append(_word(name, value))
    return ", ".join(words)


def _word(name: str, value: object) -> str:
    name = name.replace("_", " ")
    if value is None or isinstance(value, bool):
        return name if value else f"no {name}"
    if isinstance(value, (list, tuple)):
        value = "×".join(str(item) for item in value)
    text = str(getattr(value, "name", value))
    # XML has no way to write control characters.
    shown = "".join(character if character.isprintable() else "�" for character in text)
    return f"{name} {shown}"
