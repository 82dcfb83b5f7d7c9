"""Freezing: whether frozen layers leave anything to train."""

from __future__ import annotations

from tfgraph.spec.plan.model import Plan
from tfgraph.spec.plan.notes import place
from tfgraph.spec.plan.scope import Scope
from tfgraph.words import listed


def check_trained(scope: Scope, plan: Plan) -> None:
    """Report losses that have nothing to train because all weights before them are frozen."""
    if not plan.losses:
        return
    before = plan.above(planned.of for planned in plan.losses)
    layers = [layer for layer in plan.layers if layer.name in before]
    names = {layer.weight_name(name) for layer in layers for name in layer.weights}
    names |= {spec.tied.weight for layer in layers for spec in layer.weights.values() if spec.tied}
    if any(plan.weights[name].trainable for name in names if name in plan.weights):
        return
    frozen = [layer for layer in layers if layer.frozen and layer.weights]
    if frozen:
        span = plan.losses[0].span
        last = scope.entries[frozen[-1].owner]
        scope.report(
            "TG308",
            "there is nothing to train: all weights that the loss depends on are frozen",
            span,
            notes=(f"it depends on {listed([layer.name for layer in frozen])}",),
            help=f"take `freeze: true` away from one of them, like that of `{frozen[-1].name}` "
            f"({place(last.freeze or last.span, span)}), or leave out `loss` and `optimizer`",
        )
