"""The marker that a plugin puts on its hook functions."""

import pluggy

#: `@hookimpl` above a function named after one of the hooks in `tfgraph.registry.hookspecs`.
hookimpl = pluggy.HookimplMarker("tfgraph")
