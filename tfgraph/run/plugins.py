"""Plugins: whether those that a run was trained with are here, and still what they were."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tfgraph.api import Component
from tfgraph.errors import DataError, UsageError
from tfgraph.registry import Plugin, Registry, load_registry
from tfgraph.registry.origins import origin_of
from tfgraph.run import files
from tfgraph.run.directory import RunDirectory
from tfgraph.spec import Checked, Plan

_UNKNOWN = "TG202"
#: A distribution and its version, as a command may name them.
_DISTRIBUTION = re.compile(r"([A-Za-z0-9][\w.-]*) ([A-Za-z0-9][\w.!+-]*)", re.ASCII)


def refuse_missing_files(run: RunDirectory, registry: Registry) -> None:
    """Raise UsageError where a run was trained with plugin files that are not given.

    One is known again by what it holds, or by its name where it holds something else.
    """
    manifest = run.manifest()
    given = [plugin for plugin in registry.plugins if plugin.sha256]
    names = {Path(plugin.origin).name for plugin in given}
    sums = {plugin.sha256 for plugin in given}
    then = {plugin.get("origin"): plugin.get("sha256") for plugin in manifest["plugins"]}
    missing = [
        file
        for file in manifest["plugin_files"]
        if Path(file).name not in names and then.get(file) not in sums
    ]
    if not missing:
        return
    options = " ".join(f"--plugin {file}" for file in missing)
    help = f"give it again: `tfgraph {options} …`"
    if gone := next((file for file in missing if not _is_there(file)), None):
        help = (
            f"there is no `{gone}` here: give it by the path that it has now, "
            "`tfgraph --plugin FILE …`; it may have another name"
        )
    raise UsageError(
        f"the run `{run.path}` was trained with the plugin file `{missing[0]}`", help=help
    )


def refuse_lost(found: Checked, run: RunDirectory, registry: Registry) -> None:
    """Raise UsageError where the spec of a run has a type that a plugin had that is not here."""
    unknown = next((d for d in found.diagnostics if d.code == _UNKNOWN), None)
    if unknown is None:
        return
    refuse_missing_files(run, registry)
    now = {plugin.name: plugin.origin for plugin in registry.plugins}
    now.update((plugin.name, plugin.origin) for plugin in registry.failed)
    lost = {
        plugin.get("origin", ""): now.get(plugin.get("name", ""))
        for plugin in run.manifest()["plugins"]
        if not plugin.get("sha256") and now.get(plugin.get("name", "")) != plugin.get("origin")
    }
    if not lost:
        return
    texts = [
        f"`{then}`, {f'and here it is `{here}`' if here else 'which is not installed'}"
        for then, here in lost.items()
    ]
    known = [match for then in lost if (match := _DISTRIBUTION.fullmatch(then))]
    wanted = " ".join(f"{match[1]}=={match[2]}" for match in known)
    raise UsageError(
        f"{unknown.message}: the run `{run.path}` was trained with {'; '.join(texts)}",
        help=f"install it again: `pip install {wanted}`" if wanted else "install it again",
    )


def changed_plugins(manifest: Mapping[str, Any], plan: Plan, registry: Registry) -> list[str]:
    """Which plugins that a plan takes components of are not those that a run was begun with."""
    used = {origin_of(type(component)) for component in _components(plan)}
    before = {plugin.get("name"): plugin for plugin in manifest["plugins"]}
    sums = {plugin.get("sha256") for plugin in manifest["plugins"]}
    found = []
    for plugin in registry.plugins:
        then = before.get(plugin.name, {})
        same = plugin.sha256 in sums if plugin.sha256 else then.get("origin") == plugin.origin
        if plugin.origin in used and not same:
            found.append(_change(then, plugin))
    return found


def warn_of_changed_plugins(
    run: RunDirectory, plan: Plan, plugin_files: Sequence[str], warn: Callable[[str], None]
) -> None:
    """Warn where what a run computes may not be what it did when it was trained."""
    if other := changed_plugins(run.manifest(), plan, load_registry(plugin_files)):
        text = f"what the run `{run.path}` was trained with has changed since: {'; '.join(other)}"
        warn(f"{text}: it may compute something else")


def _is_there(file: str) -> bool:
    with suppress(DataError):
        return files.kind(Path(file)) is not None
    return False


def _change(then: Mapping[str, str], now: Plugin) -> str:
    if not then:
        return f"plugin `{now.name}` of {now.origin} was not there"
    if now.sha256 and then.get("sha256"):
        return f"the plugin file `{now.origin}` is not what it was"
    return f"plugin `{now.name}` of {then.get('origin')} then, {now.origin} now"


def _components(plan: Plan) -> Iterator[Component]:
    """All components of a spec, those within others too."""
    spec = plan.spec
    entries = (*spec.layers, *spec.losses, *spec.metrics)
    found = [entry.component for entry in (*entries, spec.data, spec.optimizer) if entry]
    while found:
        component = found.pop()
        yield component
        for value in component.parameter_values().values():
            parts = value if isinstance(value, (list, tuple)) else (value,)
            found += [part for part in parts if isinstance(part, Component)]
