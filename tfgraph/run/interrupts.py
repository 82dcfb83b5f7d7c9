"""Ctrl-C and SIGTERM: noted while a call of TensorFlow lasts, acted on after it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(KeyboardInterrupt):
    """A signal ended the run; `exit_code` is what a shell expects of it."""

    def __init__(self, number: int, message: str = "interrupted") -> None:
        super().__init__(message)
        self.exit_code = 128 + number
        self.message = message


class Signals:
    """The signal that has come, if any."""

    def __init__(self) -> None:
        self.number: int | None = None

    def note(self, number: int, frame: FrameType | None) -> None:
        """Remember the first signal; a second one ends the run without saving."""
        if self.number is not None:
            raise Interrupted(number)
        self.number = number


@contextmanager
def deferred_signals() -> Iterator[Signals]:
    """Note SIGINT and SIGTERM for as long as the block lasts, instead of acting on them.

    Only the main thread may handle signals; in another one nothing changes.
    """
    signals = Signals()
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, signals.note)
    try:
        yield signals
    finally:
        for number, handler in before.items():
            # None stands for a handler that was not set from Python: it cannot be set again.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
