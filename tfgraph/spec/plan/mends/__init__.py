"""Mends: what would make a shape fit, tried before it is said.

A mend is a change of one thing that the spec holds: a parameter, a layer more or less, a name. What
it would come to is worked out by asking the components themselves (`trial`), so those of plugins are
mended as the built-in ones are. `layers` mends what a layer takes, `comparisons` what a loss or a
metric compares, `circles` what layers need of each other, `inputs` how an input is declared or taken;
`changes` finds single changes, and `wording` writes them as a spec would.
"""

from tfgraph.spec.plan.mends.circles import culprit
from tfgraph.spec.plan.mends.comparisons import best_first, mend_comparison, suits
from tfgraph.spec.plan.mends.inputs import one_more
from tfgraph.spec.plan.mends.layers import mend_layer
from tfgraph.spec.plan.mends.wording import beside

__all__ = ["beside", "best_first", "culprit", "mend_comparison", "mend_layer", "one_more", "suits"]
