"""Ctrl-C and SIGTERM: noted while a call of TensorFlow lasts, acted on after it."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM)


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

    Only the main thread may handle signals; in another one nothing changes. A signal that is
    ignored stays so: that is how a shell keeps Ctrl-C from what it has put into the background.
    """
    signals = Signals()
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    handlers = {number: signal.getsignal(number) for number in _ENDING}
    before = {n: handler for n, handler in handlers.items() if handler is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, signals.note)
    try:
        yield signals
    finally:
        for number, handler in before.items():
            # None stands for a handler that was not set from Python: it cannot be set again.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


@contextmanager
def leaving_at_the_second(say: Callable[[str], None]) -> Iterator[None]:
    """End the process at the second SIGINT or SIGTERM, even while a call of TensorFlow lasts.

    Python runs its handlers between calls only, and a call may last long. The first signal
    is left to the handlers; nothing of the run is in danger, as a checkpoint is there whole or
    not at all. For a process that does nothing else than the run.
    """
    read, write = socket.socketpair()
    write.setblocking(False)
    before = signal.set_wakeup_fd(write.fileno(), warn_on_full_buffer=False)

    def watch() -> None:
        seen = 0
        while number := read.recv(1):
            seen += number[0] in _ENDING
            if seen > 1:
                say("left without saving: the last checkpoint is as it was")
                sys.stderr.flush()
                os._exit(128 + number[0])

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        write.close()
        watcher.join()
        read.close()
