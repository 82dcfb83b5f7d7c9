"""Plan: a spec with names wired up, shapes and weights inferred; everything known without TensorFlow.

`model` holds what a plan is, `planner` makes one: `fields`, then `wiring` and `inference` layer by
layer, then `comparisons`, then `freezing`, `precision` and `budget`. `scope` is what they share,
`contract` how they call the components, `notes` how a message says where a shape comes from, `mends`
what would make it fit.
"""

from tfgraph.spec.plan.model import Plan, PlannedLayer, PlannedLoss, PlannedMetric
from tfgraph.spec.plan.planner import plan

__all__ = ["Plan", "PlannedLayer", "PlannedLoss", "PlannedMetric", "plan"]
