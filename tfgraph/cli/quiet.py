"""Loading TensorFlow without its greetings, which no environment variable silences."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading

# What the C++ side says of the machine before its log is set up: informational lines, the warning
# that there will be some, that there is no GPU, and that half precision is computed without oneDNN.
_GREETING = re.compile(
    rb"I0000 |WARNING: All log messages before absl::InitializeLog"
    rb"|E0000 .*(cuInit|Unable to register cu|oneDNN supports DT_)|W0000 .*computation placer already registered"
)


def load_tensorflow() -> None:
    """Import TensorFlow and wake its devices; what it says is passed on, but for greetings.

    Whoever has set TF_CPP_MIN_LOG_LEVEL to 0 or 1 wants to hear them, and does.
    """
    wanted = os.environ.get("TF_CPP_MIN_LOG_LEVEL") in ("0", "1")
    if wanted or not hasattr(os, "fork") or threading.active_count() > 1:
        _load()
        return
    sys.stderr.flush()
    kept, (reader, writer) = os.dup(2), os.pipe()
    # A process of its own, so that what a crash says last is passed on as well.
    child = os.fork()
    if child == 0:
        os.close(writer)
        _pass_on(reader)
    os.close(reader)
    os.dup2(writer, 2)
    os.close(writer)
    try:
        _load()
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
        os.waitpid(child, 0)


def _load() -> None:
    from tfgraph.lazy import tf

    tf.config.list_logical_devices()
    for half in (tf.float16, tf.bfloat16):
        one = tf.ones([1, 1], half)
        tf.matmul(one, one)  # it is said once, at the first use


def _pass_on(reader: int) -> None:
    """Copy lines to standard error until the other end closes, then end the process."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        with open(reader, "rb") as lines:
            for line in lines:
                if not _GREETING.match(line):
                    os.write(2, line)
    finally:
        os._exit(0)
