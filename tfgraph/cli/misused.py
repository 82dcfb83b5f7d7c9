"""Misused: options that a command does not have, and the commands that have them."""

from __future__ import annotations

from collections.abc import Iterator

import click


def with_option(group: click.Group, option: str) -> list[str]:
    """The commands that have an option, in the order of the help."""
    context = click.Context(group)
    return [name for name in group.list_commands(context) if option in _options(group, name)]


def help_on(error: click.NoSuchOption) -> str:
    """Where an option stands that a command does not have; empty where no command has it."""
    context = error.ctx
    group = context.parent.command if context and context.parent else None
    if context is None or not isinstance(group, click.Group):
        return ""
    if error.option_name in {name for p in group.params for name in p.opts}:
        return (
            f"it stands before the command: `tfgraph {error.option_name} … {context.info_name} …`"
        )
    having = [f"`{name}`" for name in with_option(group, error.option_name)]
    if not having:
        return ""
    names = " and ".join(filter(None, [", ".join(having[:-1]), having[-1]]))
    return f"{names} {'has' if len(having) == 1 else 'have'} it, `{context.info_name}` does not"


def _options(group: click.Group, name: str) -> Iterator[str]:
    command = group.get_command(click.Context(group), name)
    for parameter in command.params if command else ():
        yield from parameter.opts
