"""Precision: whether a model can be computed in the precision that `train` asks for."""

from __future__ import annotations

from tfgraph.spec.plan.model import Plan
from tfgraph.spec.plan.notes import place
from tfgraph.spec.plan.scope import Scope
from tfgraph.spec.training import Training

#: What the layers compute in if nothing is asked for; inputs of another dtype choose by themselves.
DEFAULT: str = Training.parameters()["precision"].default


def check_precision(scope: Scope, plan: Plan) -> None:
    """Report a half precision for a model whose inputs are of another dtype than float32."""
    precision = plan.spec.training.precision
    if precision == DEFAULT:
        return
    taken = {name for layer in plan.layers for name in layer.inputs}
    for name, field in plan.fields.items():
        if name in taken and field.spec.floating and field.dtype != DEFAULT:
            span = plan.spec.place("train.precision")
            where = place(scope.field_spans[name], span)
            scope.report(
                "TG301",
                f"`precision: {precision}` is for models of {DEFAULT}, and the input `{name}` is "
                f"of {field.dtype}",
                span,
                notes=(f"a layer computes in the dtype of its inputs: `{name}` is in {where}",),
                help=f"give `{name}` the dtype {DEFAULT}, or leave out `precision`",
            )
            return
