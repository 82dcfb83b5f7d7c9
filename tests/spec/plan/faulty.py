"""A plugin whose components give what a test tells them to, sound or not."""

from types import ModuleType

import tfgraph.builtins
from tfgraph.api import (
    Dataset,
    Field,
    Initializer,
    Layer,
    Loss,
    Optimizer,
    TensorSpec,
    WeightSpec,
    hookimpl,
)
from tfgraph.registry import Plugin, Registry

SOUND = TensorSpec((None, 4))


class Faults:
    """What the methods below return, or raise where it is an exception."""

    returned: dict[str, object]

    def give(self, method, otherwise):
        found = self.returned.get(method, otherwise)
        if isinstance(found, BaseException):
            raise found
        return found


def registry(**returned: object) -> Registry:
    """The built-ins, and components whose methods return what is given here."""
    faults = Faults()
    faults.returned = returned

    class FaultyLayer(Layer):
        type = "faulty"

        def infer(self, x):
            return faults.give("infer", SOUND)

        def weights(self, x):
            return faults.give("weights", {})

    class FaultyInitializer(Initializer):
        type = "faulty"

        def check(self, shape):
            faults.give("check_shape", None)

    class FaultyLoss(Loss):
        type = "faulty"

        def check(self, output, target):
            faults.give("check", None)

    class FaultyOptimizer(Optimizer):
        type = "faulty"

        def slots(self, weight):
            return faults.give("slots", {})

    class FaultyDataset(Dataset):
        type = "faulty"

        def fields(self):
            return faults.give("fields", {"x": Field((4,)), "y": Field((4,))})

        def inputs(self):
            return faults.give("inputs", ("x",))

        def target(self):
            return faults.give("target", "y")

        def splits(self):
            return faults.give("splits", {"train": 10})

    plugin = ModuleType("faulty")
    for component, hook in (
        (FaultyLayer, "tfgraph_layers"),
        (FaultyInitializer, "tfgraph_initializers"),
        (FaultyLoss, "tfgraph_losses"),
        (FaultyOptimizer, "tfgraph_optimizers"),
        (FaultyDataset, "tfgraph_datasets"),
    ):
        setattr(plugin, hook, hookimpl(lambda component=component: [component]))
    builtin = Plugin("builtins", "tfgraph")
    return Registry({builtin: tfgraph.builtins, Plugin("faulty", "tfgraph-faulty 1.0"): plugin})


def kernel(**more) -> dict[str, WeightSpec]:
    """One weight that is sound but for what is given."""
    return {"kernel": WeightSpec(**{"shape": (4, 4), **more})}
