"""What is there and does nothing: layers, inputs, weights that are not trained, equal entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tfgraph.diagnostics import Diagnostic, Span
from tfgraph.errors import ComponentError, PluginError
from tfgraph.spec.advice.view import View, line, warning
from tfgraph.spec.plan import PlannedLayer, PlannedLoss, PlannedMetric, contract
from tfgraph.words import listed


def unused_layers(view: View) -> Iterator[Diagnostic]:
    """A layer that no output, loss or metric depends on; of a chain of them the last one."""
    used = view.above(view.asked)
    for layer in view.plan.layers:
        if layer.name in used or view.takers.get(layer.name) or layer.name in view.lent:
            continue
        others = [name for name in view.above([layer.name]) - used if name != layer.name]
        ordered = [name for name in view.layers if name in others]
        also = f"; neither is {_some(ordered)}, which it takes" if ordered else ""
        yield warning(
            "TG403",
            f"nothing uses the layer `{layer.name}`",
            layer.span,
            label="takes no part in the model",
            note=f"it is not needed for {listed(view.plan.outputs)}, nor for a loss{also}",
            help=f"name it in `outputs`, let a layer take it with `from: {layer.name}`, or remove "
            "it",
        )


def unused_inputs(view: View) -> Iterator[Diagnostic]:
    """An input that the spec names and that no layer, loss or metric takes."""
    places = {name: span for name, (_, span) in view.spec.inputs.items()}
    places |= {name.value: name.span for name in view.spec.chosen}
    for name, span in places.items():
        if name not in view.asked and not view.takers.get(name):
            yield warning(
                "TG404",
                f"nothing uses the input `{name}`",
                span,
                label="no layer takes it",
                help=f"let {_taking(view, name)} take it with `from: {name}`, compare with it by "
                f"`target: {name}`, or remove it",
            )


def _taking(view: View, name: str) -> str:
    """The layer that an unused input was meant for: the only one that can take it for another.

    It takes the layer before it unasked, which others take as well, and gives the same with the input.
    """
    found = [layer for layer in view.plan.layers if _may_take(view, layer, name)]
    return f"`{found[0].name}` ({line(found[0].span)})" if len(found) == 1 else "a layer"


def _may_take(view: View, layer: PlannedLayer, name: str) -> bool:
    # What stands in a block does not see the inputs.
    if view.entries[layer.name].inputs or len(layer.inputs) != 1 or "." in layer.name:
        return False
    before, x = layer.inputs[0], view.plan.fields[name].spec
    if len(view.takers[before]) < 2 and before not in view.asked:
        return False
    if not view.alone(layer) and x.shape != layer.input_specs[0].shape:
        return False
    caller = contract.Caller(layer.layer, layer.span, layer.name)
    try:
        contract.weights(caller, [x])
        return contract.infer(caller, [x]) == layer.output
    except (ComponentError, PluginError):
        return False


def untrained_weights(view: View) -> Iterator[Diagnostic]:
    """Weights that the model uses and no loss depends on: they stay as they are drawn."""
    losses = view.plan.losses
    if not losses:
        return
    used = view.above(view.asked)
    trained = {_owner(view, name) for name in view.above(planned.of for planned in losses)}
    left = [
        layer
        for layer in view.plan.layers
        if layer.name in used and layer.owner == layer.name not in trained and layer.learns
    ]
    if left:
        first, *more = left
        also = f"; so do those of {_some([layer.name for layer in more])}" if more else ""
        yield warning(
            "TG405",
            f"no loss trains the weights of `{first.name}`",
            first.span,
            label="no loss depends on it",
            note=f"its weights stay as they are drawn{also}",
            help="add a loss of what it leads to: `loss` takes a list, each with `of`",
        )


def losses_without_weights(view: View) -> Iterator[Diagnostic]:
    """A loss of something that no weight changes."""
    for planned in view.plan.losses:
        above = [view.layers[name] for name in view.above([planned.of]) if name in view.layers]
        if any(layer.learns for layer in above):
            continue
        frozen = [layer.name for layer in above if layer.frozen and layer.weights]
        ordered = [name for name in view.layers if name in frozen]
        yield warning(
            "TG406",
            f"training cannot change the loss `{planned.name}`",
            planned.span,
            label=f"`{planned.of}` depends on "
            + ("frozen weights alone" if frozen else "no weights"),
            note=f"`freeze: true` keeps those of {_some(ordered)}" if frozen else "",
            help="take `freeze` from a layer that is to learn"
            if frozen
            else "take the loss of a layer behind one with weights, or leave out `loss` and "
            "`optimizer`",
        )


def equal_entries(view: View) -> Iterator[Diagnostic]:
    """A loss or a metric that stands there twice."""
    for what, planned in (("loss", view.plan.losses), ("metric", view.plan.metrics)):
        yield from _equal(what, planned)


def _equal(what: str, entries: Sequence[PlannedLoss | PlannedMetric]) -> Iterator[Diagnostic]:
    seen: dict[object, Span] = {}
    for planned in entries:
        component = planned.loss if isinstance(planned, PlannedLoss) else planned.metric
        key = (component, planned.of, planned.fields, getattr(planned, "class_weights", None))
        if key in seen:
            counts = "it counts twice" if what == "loss" else "it is computed twice"
            yield warning(
                "TG407",
                f"the {what} `{component.type}` is given twice",
                planned.span,
                label=counts,
                note=f"the first one is in {line(seen[key])}, of the same output and target",
                help="give it a `weight` instead" if what == "loss" else "remove one of them",
            )
        seen.setdefault(key, planned.span)


def _owner(view: View, name: str) -> str:
    return view.layers[name].owner if name in view.layers else name


def _some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    rest = len(names) - 3
    return listed(names[:3]) + (f" and {rest} more" if rest > 0 else "")


RULES = (unused_layers, unused_inputs, untrained_weights, losses_without_weights, equal_entries)
