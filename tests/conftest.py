"""The tests as a whole: what their processes inherit."""

import signal
import threading


def _heed_signals():
    """Have started processes heed the signals that this one ignores, as under `nohup`.

    What is ignored is inherited, and what is handled is not: tests of signals need processes that
    a signal reaches.
    """
    for name in ("SIGHUP", "SIGINT", "SIGQUIT"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


if threading.current_thread() is threading.main_thread():
    _heed_signals()
