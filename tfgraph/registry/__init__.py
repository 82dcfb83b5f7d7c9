"""Hooks, plugins, and the components they add."""

from tfgraph.registry.registry import TYPE_NAME, FailedPlugin, Plugin, Registry, load_registry

__all__ = ["TYPE_NAME", "FailedPlugin", "Plugin", "Registry", "load_registry"]
