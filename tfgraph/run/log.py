"""Log: run.log, what happened when, for a person to read; it goes on where a run does."""

from __future__ import annotations

import os
import platform
import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

from tfgraph.api import hookimpl
from tfgraph.errors import DataError
from tfgraph.reports.text import count
from tfgraph.run import files
from tfgraph.run.directory import RunDirectory
from tfgraph.run.ending import remarks
from tfgraph.run.events import Outcome, Record, RunInfo
from tfgraph.run.names import CHECKPOINTS, LOG
from tfgraph.run.wording import compiling_line, outcome_line, record_line, transfer_line


class RunLog:
    """Writes run.log.

    A line that the disk does not take is lost, and nothing else: that is said once.

    Args:
        directory: the run directory.
        command: the command line, if there is one.
        versions: the versions of what the run depends on.
        warn: says what goes wrong.
    """

    def __init__(
        self,
        directory: RunDirectory,
        command: Sequence[str],
        versions: Mapping[str, str],
        warn: Callable[[str], None],
    ) -> None:
        self.directory = directory
        self.command = command
        self.versions = versions
        self.said = warn
        self.failed = False
        self.last_warning = ""

    def warn(self, text: str) -> None:
        """Say what went wrong, and write it down; once where it goes wrong again and again."""
        if text == self.last_warning:
            return
        self.last_warning = text
        self.write(f"warning: {text}")
        self.said(text)

    def write(self, *lines: str) -> None:
        """Add lines, each with the time."""
        if self.directory.gone:
            return
        now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
        text = "".join(f"{now}  {' '.join(line.splitlines())}\n" for line in lines)
        try:
            files.append(self.directory.path / LOG, text.encode(errors="replace").decode())
        except DataError as error:
            if not self.failed:
                self.failed = True
                self.said(f"{error.message}; training goes on without it")

    @hookimpl
    def tfgraph_run_started(self, run: RunInfo) -> None:
        """Write what starts, on what, and how long it is to be."""
        table = run.timetable
        shown = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        lines = [f"{shown} on {platform.system()} {platform.machine()}, process {os.getpid()}"]
        if self.command:
            lines.append(f"$ {shlex.join(self.command)}")
        length = (
            f"{count(table.epochs, 'epoch')} of {count(table.steps_per_epoch, 'step')}, "
            f"{count(table.steps, 'step')} in all"
        )
        name = run.graph.plan.spec.name
        if run.resumed:
            lines.append(f"{name} goes on after step {run.first_step:,}: {length}")
        else:
            lines.append(f"{name} starts: {length}, {count(table.examples, 'example')} an epoch")
        if run.compiling:
            lines.append(compiling_line(run.compiling))
        if run.transfer:
            lines.append(transfer_line(run.transfer))
            lines += [f"begun anew: {text}" for text in (*run.transfer.misfit, *run.transfer.own)]
        self.write(*lines)

    @hookimpl
    def tfgraph_epoch_ended(self, run: RunInfo, record: Record) -> None:
        """Write the figures."""
        self.write(record_line(record, run.timetable))

    @hookimpl
    def tfgraph_checkpoint_saved(self, step: int, folder: Path) -> None:
        """Write which one."""
        self.write(f"saved {CHECKPOINTS}/{folder.name}")

    @hookimpl
    def tfgraph_run_ended(self, run: RunInfo, outcome: Outcome) -> None:
        """Write how it ended."""
        self.write(outcome_line(outcome), *remarks(run, outcome))
