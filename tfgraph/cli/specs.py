"""Specs: reading the SPEC argument that most commands take."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tfgraph.registry import load_registry
from tfgraph.spec import Checked, Plan, check, check_file
from tfgraph.spec.reader import decode

STDIN = "-"


def checked(path: str, plugins: Sequence[str]) -> Checked:
    """A spec file, or what stands on standard input for `-`, read, validated and planned."""
    registry = load_registry(plugins)
    if path != STDIN:
        return check_file(path, registry=registry)
    source, problems = decode(sys.stdin.buffer.read(), "<stdin>")
    if problems:
        return Checked(source, None, tuple(problems))
    return check(source, folder=Path(), default_name="stdin", registry=registry)


def plan_of(path: str, plugins: Sequence[str]) -> Plan:
    """The plan of a spec; SpecError where it has errors."""
    return checked(path, plugins).sound()


spec_argument = click.argument("spec", metavar="SPEC")
