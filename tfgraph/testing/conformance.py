"""The promises of each kind of component, checked for one type over its cases.

A plugin writer's test is one call:

    from tfgraph.registry import load_registry
    from tfgraph.testing import Case, check_component

    def test_maxout_conforms():
        maxout = load_registry().types("layer")["maxout"]
        check_component(maxout, [Case({"maxout": {"units": 3}}, inputs=[[8]])])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tfgraph.api import Component, ParameterError, ShapeError
from tfgraph.diagnostics import SpecError
from tfgraph.lazy import np
from tfgraph.registry import Registry, load_registry
from tfgraph.testing.case import Case, ConformanceError, require
from tfgraph.testing.checks.comparison import check_loss, check_metric
from tfgraph.testing.checks.dataset import check_dataset
from tfgraph.testing.checks.documentation import check_documentation
from tfgraph.testing.checks.example import check_example
from tfgraph.testing.checks.initializer import check_initializer
from tfgraph.testing.checks.layer import check_layer
from tfgraph.testing.checks.optimizer import check_decrease, check_optimizer, check_schedule
from tfgraph.testing.checks.precision import check_precision
from tfgraph.testing.parameters import random_parameters

Check = Callable[[Case, Registry, Any], None]
_CHECKS: dict[str, Check] = {
    "layer": check_layer,
    "loss": check_loss,
    "metric": check_metric,
    "optimizer": check_optimizer,
    "schedule": check_schedule,
    "initializer": check_initializer,
    "dataset": check_dataset,
}
#: What is promised for the parameters of a case, and not for any that could be drawn.
_CHECKS_AS_GIVEN: dict[str, Check] = {"layer": check_precision, "optimizer": check_decrease}
#: What the plan and `check` report for parameters that do not go together.
UNFIT = {"TG206", "TG301"}


def check_component(
    component: type[Component],
    cases: Sequence[Case],
    *,
    registry: Registry | None = None,
    draws: int = 2,
    seed: int = 0,
) -> None:
    """Raise ConformanceError where a component type does not keep the promises of its kind.

    Args:
        component: a class that the registry holds.
        cases: at least one; each is checked as it stands, then with random parameters.
        registry: that of the installed plugins if not given; `load_registry([file])` adds a file.
        draws: how many sets of parameters are drawn from their declarations for each case; a set
            that does not fit the inputs is passed over.
        seed: the seed of the parameters and of the values.
    """
    registry = registry or load_registry()
    subject = f"{component.kind} `{component.type}`"
    try:
        check_documentation(component)
        require(cases, "has no case to be checked with")
        for case in cases:
            _check(component, case, registry, np.random.default_rng(seed), draws)
        check_example(component, registry)
    except ConformanceError as error:
        raise ConformanceError(f"{subject} {error}") from error.__cause__


def _check(
    component: type[Component], case: Case, registry: Registry, random: Any, draws: int
) -> None:
    check = _CHECKS[component.kind]
    _located(check, case, registry, random)
    if component.kind in _CHECKS_AS_GIVEN:
        _located(_CHECKS_AS_GIVEN[component.kind], case, registry, random)
    if case.spec:
        return
    for number in range(draws):
        values = random_parameters(component, case.parameters(component), random)
        drawn = case.with_parameters(component, values)
        if number % 2 and component.kind == "layer":
            drawn = drawn.with_dtype("float64")
        try:
            _located(check, drawn, registry, random)
        except (ShapeError, ParameterError):
            continue
        except SpecError as error:
            if not {diagnostic.code for diagnostic in error.diagnostics} <= UNFIT:
                raise


def _located(check: Check, case: Case, registry: Registry, random: Any) -> None:
    """Run a check; its error names the case."""
    try:
        check(case, registry, random)
    except (ShapeError, ParameterError, SpecError):
        raise
    except ConformanceError as error:
        raise ConformanceError(f"{error}\n  in the case {case}") from error
    except Exception as error:
        reason = f"raises {type(error).__name__}: {error}"
        raise ConformanceError(f"{reason}\n  in the case {case}") from error
