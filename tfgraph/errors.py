"""What can go wrong, and the exit code each kind of failure gives the command line.

Every error that a user can cause derives from `TfgraphError`: the command line prints it as one
message and exits with its `exit_code`. Anything else that escapes is a bug in tfgraph or a plugin.
"""

from __future__ import annotations

#: What helps where it is the memory that does not suffice.
MORE_MEMORY = "close what else takes memory, or raise the limit that the process has (`ulimit -v`)"


class TfgraphError(Exception):
    """Base of the errors that tfgraph raises on purpose.

    `help` says what to do about it, apart from the message that says what is wrong; `settings` are
    the paths in the spec where another value may help a training.
    """

    exit_code = 3

    def __init__(self, message: str, *, help: str = "", settings: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.settings = settings


class UsageError(TfgraphError):
    """The command or the call was put wrongly: a missing input, a feed of the wrong shape."""

    exit_code = 2


class PluginError(TfgraphError):
    """A plugin could not be loaded, or two of them claim one name."""

    exit_code = 3


class GraphError(TfgraphError):
    """TensorFlow raised inside a graph; the message names the layer and its line in the spec."""

    exit_code = 3


class DataError(TfgraphError):
    """A data file, a checkpoint or an output file is missing, damaged or not writable."""

    exit_code = 4


class DivergedError(TfgraphError):
    """Training met a number that is not finite.

    `by_step` is a step by which it did, where the first such step has not been found.
    """

    exit_code = 5

    def __init__(
        self,
        message: str,
        *,
        help: str = "",
        settings: tuple[str, ...] = (),
        by_step: int | None = None,
    ) -> None:
        super().__init__(message, help=help, settings=settings)
        self.by_step = by_step


class Interrupted(KeyboardInterrupt):
    """A signal ended the command or the run; `exit_code` is what a shell expects of it."""

    def __init__(self, number: int, message: str = "interrupted") -> None:
        super().__init__(message)
        self.number = number
        self.exit_code = 128 + number
        self.message = message


class ComponentError(Exception):
    """A component cannot be what the spec makes of it.

    It becomes a diagnostic that stands on the entry, or on `parameter` of the entry where one is
    named. The message goes on where the component's name ends: "needs [batch, features], got
    [batch]".
    """

    def __init__(self, message: str, *, help: str = "", parameter: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.parameter = parameter


class ParameterError(ComponentError):
    """Parameters that are sound one by one contradict each other; raised by `check_parameters`."""


class ShapeError(ComponentError):
    """A layer, loss or metric cannot take the shape or dtype it is given.

    Raised by `infer`, `weights` and `check`.
    """
