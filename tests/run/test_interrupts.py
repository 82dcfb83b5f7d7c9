from __future__ import annotations

import signal
import subprocess
import sys

import pytest

#: A call that no signal interrupts, of far more than ten seconds.
SCRIPT = """
import hashlib, sys
from tfgraph.run.interrupts import deferred_signals, leaving_at_the_second
said = lambda text: lambda: print(text, file=sys.stderr, flush=True)
with deferred_signals(), leaving_at_the_second(said("stopping"), said("left")):
    print("ready", flush=True)
    hashlib.pbkdf2_hmac("sha256", b"", b"", 300_000_000)
    print("done", flush=True)
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_second_signal_ends_the_process_within_a_call(number: int, code: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=2)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "")
    assert err == "stopping\nleft\n"
