"""Listeners: who is told of a run. Plugins, our own progress and writers, and those of a caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pluggy

from tfgraph.registry import Registry, hookspecs

Report = Callable[[str], None]


class Listeners:
    """Calls the hooks of a run, those of plugins and of objects with methods of the same names.

    What one of them raises is given to `report`, once for each of them and hook, and keeps
    neither the others nor the run from going on.
    """

    def __init__(self, registry: Registry, objects: Iterable[object], report: Report) -> None:
        self._manager = pluggy.PluginManager("tfgraph")
        self._manager.add_hookspecs(hookspecs)
        self._report = report
        self._reported: set[tuple[str, str]] = set()
        for plugin, module in registry.modules.items():
            if all(plugin.name != failed.name for failed in registry.failed):
                self._manager.register(module, name=plugin.name)
        for number, listener in enumerate(objects, 1):
            self._manager.register(listener, name=f"{type(listener).__name__} {number}")

    def call(self, hook: str, **arguments: Any) -> None:
        """Call the implementations of a hook, those registered first before the others."""
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            given = [arguments[name] for name in implementation.argnames]
            try:
                implementation.function(*given)
            except Exception as error:
                self._failed(implementation.plugin_name, hook, error)

    def _failed(self, plugin: str, hook: str, error: Exception) -> None:
        if (plugin, hook) not in self._reported:
            self._reported.add((plugin, hook))
            self._report(f"`{hook}` of `{plugin}`: {type(error).__name__}: {error}")
