"""Loading TensorFlow without its greetings, which no environment variable silences."""

from __future__ import annotations

import os
import re
import sys
import tempfile

# What the C++ side says of the machine before its log is set up: informational lines, the warning
# that they are written at all, and that there is no GPU.
_GREETING = re.compile(
    r"I0000 |WARNING: All log messages before absl::InitializeLog|E0000 .*cuInit"
    r"|.*This TensorFlow binary is optimized|To enable the following instructions"
)


def load_tensorflow() -> None:
    """Import TensorFlow and wake its devices; what it says is passed on, but for greetings."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            from tfgraph.lazy import tf

            tf.config.list_logical_devices()
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            said.seek(0)
            for line in said.read().decode(errors="replace").splitlines():
                if not _GREETING.match(line):
                    sys.stderr.write(f"{line}\n")
