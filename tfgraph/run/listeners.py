"""Listeners: who is told of a run. Plugins, our own progress and writers, and those of a caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pluggy

from tfgraph.errors import UsageError
from tfgraph.registry import Registry, hookspecs
from tfgraph.words import did_you_mean, listed

Report = Callable[[str], None]


class Listeners:
    """Calls the hooks of a run, those of plugins and of objects with methods of the same names.

    What one of them raises is given to `report`, once for each of them and hook, and keeps
    neither the others nor the run from going on.
    """

    def __init__(self, registry: Registry, objects: Iterable[object], report: Report) -> None:
        self._manager = _manager()
        self._report = report
        self._reported: set[tuple[str, str]] = set()
        self._shown: dict[str, str] = {}
        for plugin, module in registry.modules.items():
            if all(plugin.name != failed.name for failed in registry.failed):
                self._manager.register(module, name=plugin.name)
                self._shown[plugin.name] = f"the plugin `{plugin.name}` ({plugin.origin})"
        for number, listener in enumerate(objects, 1):
            name = f"{type(listener).__name__} {number}"
            self._manager.register(listener, name=name)
            self._shown[name] = f"the listener `{type(listener).__name__}`"

    def call(self, hook: str, **arguments: Any) -> None:
        """Call the implementations of a hook, those registered first before the others."""
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            given = [arguments[name] for name in implementation.argnames]
            try:
                if implementation.wrapper or implementation.hookwrapper:
                    raise TypeError("it is a wrapper, and the hooks of a run are not wrapped")
                implementation.function(*given)
            except (Exception, SystemExit) as error:
                self._failed(implementation.plugin_name, hook, error)

    def _failed(self, name: str, hook: str, error: BaseException) -> None:
        if (name, hook) not in self._reported:
            self._reported.add((name, hook))
            self._report(f"`{hook}` of {self._shown[name]}: {type(error).__name__}: {error}")


def refuse_unfit(objects: Iterable[object]) -> None:
    """Raise UsageError where a listener would never be told what it waits for."""
    manager = _manager()
    for listener in objects:
        name = f"the listener `{type(listener).__name__}`"
        try:
            manager.register(listener)
        except pluggy.PluginValidationError as error:
            raise UsageError(f"{name} cannot be told: {str(error).splitlines()[-1]}") from error
        except ValueError as error:
            raise UsageError(f"{name} is given twice", help="leave it out once") from error
        callers = manager.get_hookcallers(listener) or ()
        known = [name for name in vars(hookspecs) if name.startswith("tfgraph_")]
        for hook in callers:
            if not hook.has_spec():
                help = did_you_mean(hook.name, known) or f"there are {listed(known)}"
                raise UsageError(f"{name} waits for `{hook.name}`, which is no hook", help=help)
        if not callers:
            raise UsageError(
                f"{name} has no hook", help="mark its methods with `tfgraph.api.hookimpl`"
            )


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager("tfgraph")
    manager.add_hookspecs(hookspecs)
    return manager
