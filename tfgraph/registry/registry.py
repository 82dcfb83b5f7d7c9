"""Registry: from the name of a type to its class, whoever's package it comes from."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from tfgraph.api import Component
from tfgraph.errors import PluginError
from tfgraph.registry import hookspecs
from tfgraph.registry.origins import remember_origin
from tfgraph.words import did_you_mean, listed

TYPE_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")
#: What may stand beside the type of an entry cannot be a type.
RESERVED = (
    *("name", "from", "share", "repeat", "freeze"),
    *("of", "target", "weight", "class_weights", "sample_weights"),
)
ENTRY_POINT_GROUP = "tfgraph"


@dataclass(frozen=True)
class Plugin:
    """A plugin and where it comes from: a distribution with its version, or a file.

    `sha256` is that of the file, as it was loaded; empty for a distribution.
    """

    name: str
    origin: str
    sha256: str = ""


@dataclass(frozen=True)
class FailedPlugin:
    """A plugin that could not be loaded, and why."""

    name: str
    origin: str
    reason: str

    def __str__(self) -> str:
        return f"plugin `{self.name}` of {self.origin} failed to load: {self.reason}"


class Registry:
    """The component types that the loaded plugins add, by kind and name."""

    def __init__(
        self, plugins: Mapping[Plugin, ModuleType], failed: Sequence[FailedPlugin] = ()
    ) -> None:
        _refuse_shared_names(plugins)
        self.plugins = tuple(plugins)
        #: The module of each plugin, which has its hooks.
        self.modules = dict(plugins)
        self.failed = tuple(failed)
        self._types: dict[str, dict[str, type[Component]]] = {}
        self._owners: dict[tuple[str, str], Plugin] = {}
        manager = pluggy.PluginManager("tfgraph")
        manager.add_hookspecs(hookspecs)
        for plugin, module in plugins.items():
            self._register(manager, plugin, module)
        for kind in hookspecs.COMPONENT_HOOKS:
            self._types[kind] = {}
            for plugin in plugins:
                self._collect(manager, plugin, kind)

    def _fail(self, plugin: Plugin, reason: str) -> None:
        self.failed = (*self.failed, FailedPlugin(plugin.name, plugin.origin, reason))

    def _register(self, manager: pluggy.PluginManager, plugin: Plugin, module: ModuleType) -> None:
        try:
            manager.register(module, name=plugin.name)
        except pluggy.PluginValidationError as error:
            self._fail(plugin, str(error).splitlines()[-1])
            return
        known = [name for name in vars(hookspecs) if name.startswith("tfgraph_")]
        for hook in manager.get_hookcallers(module) or ():
            if not hook.has_spec():
                meant = did_you_mean(hook.name, known) or f"there are {listed(known)}"
                self._fail(plugin, f"there is no hook `{hook.name}`: {meant}")

    def _collect(self, manager: pluggy.PluginManager, plugin: Plugin, kind: str) -> None:
        hook_name, base = hookspecs.COMPONENT_HOOKS[kind]
        others = [p for p in manager.get_plugins() if manager.get_name(p) != plugin.name]
        try:
            returned = manager.subset_hook_caller(hook_name, remove_plugins=others)()
            components = [component for added in returned for component in added]
        except (Exception, SystemExit) as error:
            self._fail(plugin, f"`{hook_name}`: {type(error).__name__}: {error}")
            return
        for component in components:
            self._add(plugin, hook_name, base, component)

    def _add(self, plugin: Plugin, hook: str, base: type[Component], component: Any) -> None:
        where = f"`{hook}` of plugin `{plugin.name}` ({plugin.origin})"
        if not (isinstance(component, type) and issubclass(component, base)):
            raise PluginError(f"{where} returned {component!r}, not a subclass of {base.__name__}")
        name = getattr(component, "type", None)
        if not isinstance(name, str) or not TYPE_NAME.fullmatch(name) or name in RESERVED:
            raise PluginError(
                f"{where}: {component.__name__}.type is {name!r}",
                help="a type is lower-case letters, digits and _, with at most one dot, and none "
                f"of {listed(RESERVED)}",
            )
        try:
            component.schema()
        except (TypeError, NameError) as error:
            raise PluginError(f"{where}: {component.__name__}: {error}") from error
        kind = base.kind
        if name in self._types[kind]:
            owner = self._owners[kind, name]
            if owner == plugin:
                raise PluginError(f"{where} returned two types `{name}`")
            raise PluginError(
                f"two plugins add the {kind} `{name}`: `{owner.name}` ({owner.origin}) and "
                f"`{plugin.name}` ({plugin.origin})",
                help="uninstall one of them",
            )
        self._types[kind][name] = component
        self._owners[kind, name] = plugin
        remember_origin(component, plugin.origin)

    def kinds(self) -> tuple[str, ...]:
        """The kinds of components."""
        return tuple(self._types)

    def types(self, kind: str) -> Mapping[str, type[Component]]:
        """The types of a kind by name."""
        return self._types[kind]

    def owner(self, kind: str, name: str) -> Plugin:
        """The plugin that adds a type."""
        return self._owners[kind, name]

    def create(self, kind: str, entry: Any) -> Component:
        """A component from an entry written as plain data, as a parameter's default is.

        Raises KeyError for an unknown type; the values are taken as they are.
        """
        name, values = split_entry(entry, hookspecs.COMPONENT_HOOKS[kind][1])
        component = self._types[kind][name]
        if not isinstance(values, Mapping):
            primary = component.primary()
            if primary is None:
                raise TypeError(f"{kind} `{name}` has no primary parameter")
            values = {primary.name: values}
        return component(**self.with_defaults(component, values))

    def with_defaults(
        self, component: type[Component], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """`values` completed, entries among them and among the defaults made components."""
        completed = {}
        for name, parameter in component.parameters().items():
            if parameter.required and name not in values:
                continue
            value = values.get(name, parameter.default)
            if parameter.entry and value is not None and not isinstance(value, Component):
                value = self.create(parameter.entry.kind, value)
            completed[name] = value
        unknown = {name: value for name, value in values.items() if name not in completed}
        return {**completed, **unknown}


def _refuse_shared_names(plugins: Iterable[Plugin]) -> None:
    owners: dict[str, Plugin] = {}
    for plugin in plugins:
        owner = owners.setdefault(plugin.name, plugin)
        if owner is not plugin:
            raise PluginError(
                f"two plugins are called `{plugin.name}`: those of {owner.origin} and of "
                f"{plugin.origin}",
                help="uninstall or rename one of them",
            )


def split_entry(entry: Any, base: type[Component]) -> tuple[str, Any]:
    """The type of an entry written as plain data, and what stands beside it."""
    if isinstance(entry, str):
        return entry, {}
    if isinstance(entry, Mapping):
        ((name, values),) = entry.items()
        return name, {} if values is None else values
    return base.number, entry


def load_registry(files: Sequence[str] = ()) -> Registry:
    """The registry of the built-ins, the installed plugins, and the plugin `files` given."""
    return _load_registry(tuple(files))


@cache
def _load_registry(files: tuple[str, ...]) -> Registry:
    builtins = importlib.import_module("tfgraph.builtins")
    plugins: dict[Plugin, ModuleType] = {Plugin("builtins", "tfgraph"): builtins}
    failed: list[FailedPlugin] = []
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda p: p.name):
        origin = f"{point.dist.name} {point.dist.version}" if point.dist else point.value
        try:
            plugins[Plugin(point.name, origin)] = point.load()
        except (Exception, SystemExit) as error:
            failed.append(FailedPlugin(point.name, origin, f"{type(error).__name__}: {error}"))
    for file in files:
        module = _load_file(file)
        sha256 = hashlib.sha256(Path(file).read_bytes()).hexdigest()
        plugins[Plugin(Path(file).stem, file, sha256)] = module
    registry = Registry(plugins, failed)
    for plugin in registry.failed:
        if plugin.origin in files:
            raise PluginError(str(plugin))
    return registry


def _load_file(file: str) -> ModuleType:
    path = Path(file)
    if not path.is_file():
        raise PluginError(f"plugin file `{file}` does not exist")
    name = f"tfgraph_plugin_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"plugin file `{file}` is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise PluginError(
            f"plugin file `{file}` failed to load: {type(error).__name__}: {error}"
        ) from error
    return module
