"""Hooks, plugins, and the components they add."""

from tfgraph.registry.registry import FailedPlugin, Plugin, Registry, load_registry

__all__ = ["FailedPlugin", "Plugin", "Registry", "load_registry"]
