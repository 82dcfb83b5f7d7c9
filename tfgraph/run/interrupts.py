"""Ctrl-C, SIGTERM and SIGHUP: noted while a call of TensorFlow lasts, acted on after it."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from tfgraph.errors import Interrupted

#: Whoever sends another of these wants the process to end at once.
_PRESSED = (signal.SIGINT, signal.SIGTERM)
#: What comes where a terminal closes, often from the shell as well; Windows has no such signal.
_HANGUP = getattr(signal, "SIGHUP", None)
#: What ends a run.
ENDING = (*_PRESSED, _HANGUP) if _HANGUP else _PRESSED
#: A call should not last longer than about so many seconds: signals wait for its end.
SECONDS_PER_CALL = 0.25
#: What is done before leaving may wait for a disk: it gets so many seconds.
SECONDS_TO_LEAVE = 2.0
#: Whoever has sent a signal is told what is waited for, where it lasts longer.
SECONDS_TO_STOP = 1.0

#: Whether `leaving_at_the_second` acts on the second signal, as long as it does: of a process, as
#: handlers are.
_watched = threading.Event()


class Signals:
    """The signal that has come, if any."""

    def __init__(self) -> None:
        self.number: int | None = None

    def note(self, number: int, frame: FrameType | None) -> None:
        """Remember the first signal; a second one ends the run without saving.

        Unless SIGHUP is among them: several come where a terminal or a session closes.
        """
        if self.number is None:
            self.number = number
        elif _HANGUP not in (self.number, number) and not _watched.is_set():
            raise Interrupted(number)


@contextmanager
def deferred_signals() -> Iterator[Signals]:
    """Note SIGINT, SIGTERM and SIGHUP for as long as the block lasts, instead of acting on them.

    Only the main thread may handle signals; in another one nothing changes. A signal that is
    ignored stays so: that is how a shell keeps Ctrl-C from what it has put into the background,
    and nohup SIGHUP.
    """
    signals = Signals()
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    handlers = {number: signal.getsignal(number) for number in ENDING}
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
def leaving_at_the_second(
    stopping: Callable[[], None], leave: Callable[[], None]
) -> Iterator[None]:
    """End the process at the second SIGINT or SIGTERM, even while a call of TensorFlow lasts.

    Python runs its handlers between calls only, and a call may last long. The first signal
    is left to the handlers; nothing of the run is in danger, as a checkpoint is there whole or
    not at all. For a process that does nothing else than the run.

    Args:
        stopping: called once where the first signal has ended nothing after a moment.
        leave: called before the process ends, and not waited for long.
    """
    read, write = socket.socketpair()
    write.setblocking(False)
    before = signal.set_wakeup_fd(write.fileno(), warn_on_full_buffer=False)
    watcher = threading.Thread(target=_watch, args=(read, stopping, leave), daemon=True)
    _watched.set()
    watcher.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        _watched.clear()
        write.close()
        watcher.join()
        read.close()


def _watch(read: socket.socket, stopping: Callable[[], None], leave: Callable[[], None]) -> None:
    """Wait for signals until the other end is closed, or the second one comes."""
    seen = 0
    while True:
        try:
            number = read.recv(1)
        except TimeoutError:
            read.settimeout(None)
            stopping()
            continue
        if not number:
            return
        if number[0] not in _PRESSED:
            continue
        seen += 1
        if seen == 1:
            read.settimeout(SECONDS_TO_STOP)
        else:
            leaving = threading.Thread(target=leave, daemon=True)
            leaving.start()
            leaving.join(SECONDS_TO_LEAVE)
            os._exit(128 + number[0])
