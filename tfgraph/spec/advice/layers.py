"""Layers that do nothing, or undo each other, where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from tfgraph.api import TensorSpec
from tfgraph.diagnostics import Diagnostic
from tfgraph.spec.advice.view import View, first_value, line, shown, warning
from tfgraph.spec.plan import PlannedLayer

#: From this share on it is more likely that a share to keep was meant: 0.2 to 0.5 is usual.
HIGH_DROP_RATE = 0.9


def linear_twice(view: View) -> Iterator[Diagnostic]:
    """Two products with matrices and nothing between them that is not linear.

    Silent where the first one narrows (a factor of low rank), where what is between them is used
    elsewhere, and where weights are shared, tied or frozen.
    """
    for layer in view.plan.layers:
        first = _linear_before(view, layer)
        if first is None or not (view.alone(layer) and view.alone(first)):
            continue
        if layer.frozen or first.frozen:
            continue
        flat = layer.input_specs[0].rank == 2
        before, between = (_size(x, flat) for x in (first.input_specs[0], layer.input_specs[0]))
        after = _size(layer.output, flat)
        if before is None or between is None or after is None or between < min(before, after):
            continue
        yield warning(
            "TG417",
            f"`{first.name}` and `{layer.name}` are linear, and nothing stands between them",
            layer.span,
            label=f"takes what `{first.name}` ({line(first.span)}) gives",
            note=f"together they can learn no more than `{layer.name}` alone",
            help="put an activation such as `relu` between them",
        )


def _linear_before(view: View, layer: PlannedLayer) -> PlannedLayer | None:
    """The linear layer whose product a layer takes the product of."""
    if view.facts(layer).mixes != "all":
        return None
    # All values of an example in one row: then their order does not matter, nor their form.
    flat = layer.input_specs[0].rank == 2
    name = layer.inputs[0]
    while name in view.layers and view.only_taker(name):
        before = view.layers[name]
        facts = view.facts(before)
        if facts.linear and facts.mixes and (flat or facts.mixes == "all"):
            return before
        kept = facts.elementwise and (facts.linear or facts.passes)
        if not kept and not (flat and facts.passes):
            return None
        name = before.inputs[0]
    return None


def _size(x: TensorSpec, flat: bool) -> int | None:
    return x.size if flat else x.shape[-1]


def idle_activations(view: View) -> Iterator[Diagnostic]:
    """An activation of values that it leaves as they are."""
    for layer in view.plan.layers:
        unchanged = view.facts(layer).unchanged
        before = view.origin(layer.inputs[0]) if layer.inputs else None
        if unchanged is None or before is None:
            continue
        low, high = view.facts(before).output_range
        # Dropout makes what it keeps larger, and so beyond a finite bound.
        grown = any(view.facts(between).drop_rate for between in view.back(layer.inputs[0]))
        top = float("inf") if grown and high > 0 else high
        if unchanged[0] <= low and top <= unchanged[1]:
            component, place = view.source(before)
            yield warning(
                "TG418",
                f"`{layer.layer.type}` after `{component.type}` changes nothing",
                layer.span,
                label="leaves every value as it is",
                note=f"`{component.type}` ({line(place)}) gives no value below {shown(low)}"
                + (f" or above {shown(high)}" if high < float("inf") else ""),
                help="remove one of them",
            )


def squashed_twice(view: View) -> Iterator[Diagnostic]:
    """A softmax or sigmoid of what is probabilities already."""
    for layer in view.plan.layers:
        facts = view.facts(layer)
        if facts.gives != "probabilities" or layer.weights or len(layer.inputs) != 1:
            continue
        before = view.origin(layer.inputs[0])
        if before is None or view.facts(before).gives != "probabilities":
            continue
        component, place = view.source(before)
        other_axis = component.type == layer.layer.type and component != layer.layer
        if not other_axis:
            yield warning(
                "TG419",
                f"`{layer.layer.type}` of what `{component.type}` gives",
                layer.span,
                label="gets probabilities",
                note=f"`{component.type}` ({line(place)}) gives numbers from 0 to 1: taken for "
                "logits, they are all close to even",
                help="remove one of them",
            )


def idle_bias(view: View) -> Iterator[Diagnostic]:
    """A bias that the spec asks for, where batch normalisation takes it away again."""
    for layer in view.plan.layers:
        taker = view.only_taker(layer.name)
        if taker is None or not view.normalizes_batch(taker) or not view.alone(layer):
            continue
        asked = view.given(layer, "bias") or "bias" not in layer.layer.parameters()
        if view.facts(layer).linear and "bias" in layer.weights and asked:
            yield warning(
                "TG420",
                f"the bias before `{taker.name}` has no effect",
                view.place(layer, "bias"),
                label=f"`{taker.layer.type}` ({line(taker.span)}) takes it away again",
                note="it subtracts the mean over the batch, and a bias is the same for all of it",
                help="leave out `bias`"
                if view.given(layer, "bias")
                else f"remove `{layer.layer.type}`",
            )


def equal_units(view: View) -> Iterator[Diagnostic]:
    """Units whose weights are equal at first, and that training changes alike ever after."""
    for layer in view.plan.layers:
        if view.facts(layer).mixes is None or layer.frozen or not view.alone(layer):
            continue
        takers = view.takers.get(layer.name, ())
        starts = [first_value(weight) for weight in layer.weights.values() if weight.trainable]
        flat = view.facts(layer).flat_at_zero or (
            len(takers) > 0
            and layer.name not in view.asked
            and all(_flat(view, taker) for taker in takers)
        )
        if all(start == 0 for start in starts) and flat:
            reason = "before a function that is flat at 0 they have no gradient"
        elif None not in starts and _equal_after(view, layer):
            reason = "the layer behind it weighs all units alike too, so their gradients are equal"
        else:
            continue
        yield warning(
            "TG421",
            f"the units of `{layer.name}` start equal and stay equal",
            view.place(layer, "init"),
            label=f"each is {shown(starts[0] or 0)} at first",
            note=reason,
            help="draw the first values: `glorot_uniform`, or `he_normal` before a `relu`",
        )


def _flat(view: View, layer: PlannedLayer) -> bool:
    facts = view.facts(layer)
    return facts.elementwise and facts.flat_at_zero


def _equal_after(view: View, layer: PlannedLayer) -> bool:
    """Whether the next layer's kernel gives all units of a layer one weight."""
    if view.facts(layer).mixes != "all" or layer.output.shape[-1] == 1:
        return False
    after = view.only_taker(layer.name)
    while after and view.facts(after).elementwise and not after.weights:
        if view.facts(after).passes or view.facts(after).drop_rate:
            return False
        after = view.only_taker(after.name)
    if after is None or view.facts(after).mixes != "all" or not view.alone(after):
        return False
    kernel = after.weights.get("kernel")
    return kernel is not None and first_value(kernel) is not None


def skipped_pixels(view: View) -> Iterator[Diagnostic]:
    """A window whose step is larger than it is; one of a single pixel is meant to pick some."""
    for layer in view.plan.layers:
        window = view.facts(layer).window
        if window is None:
            continue
        for size, step, places in zip(*window, layer.output.shape[1:3], strict=True):
            if 1 < size < step and places != 1:
                yield warning(
                    "TG422",
                    f"the window of `{layer.name}` skips pixels",
                    view.place(layer, "stride"),
                    label=f"steps of {step} for a window of {size}",
                    note=f"of every {step} pixels along an axis it sees {size}",
                    help=f"a `stride` of at most {size}",
                )
                break


def dropped_most(view: View) -> Iterator[Diagnostic]:
    """Dropout of nearly everything."""
    for layer in view.plan.layers:
        rate = view.facts(layer).drop_rate
        if rate >= HIGH_DROP_RATE:
            component, place = view.source(layer)
            primary = component.primary()
            yield warning(
                "TG423",
                f"`{component.type}` drops {shown(rate * 100)} % of the values",
                view.place(layer, primary.name) if primary else place,
                label="the share that is dropped, not the share that is kept",
                note="0.2 to 0.5 is usual",
                help=f"to keep {shown(rate * 100)} %, write {shown(round(1 - rate, 6))}",
            )


RULES = (
    linear_twice,
    idle_activations,
    squashed_twice,
    idle_bias,
    equal_units,
    skipped_pixels,
    dropped_most,
)
