"""Figures: losses, metrics and times as one reads them."""

from __future__ import annotations

from collections.abc import Mapping


def figure(value: float) -> str:
    """A loss or a metric, in as many digits as one reads."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4f}" if abs(value) < 1e3 else f"{value:,.1f}"
    return f"{value:.4g}"


def figures(values: Mapping[str, float], split: str = "") -> str:
    """Several figures on one line: "test loss 0.2731, accuracy 0.9237"."""
    shown = ", ".join(f"{name} {figure(value)}" for name, value in values.items())
    return f"{split} {shown}".lstrip()


def duration(seconds: float) -> str:
    """A time as one says it: 0.4 s, 12 s, 3:05, 1:02:45."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def short_time(seconds: float) -> str:
    """The time of a step in three digits: 1.77 s, 980 ms, 134 µs, 8.05 ns."""
    units = (("s", 1), ("ms", 1e3), ("µs", 1e6), ("ns", 1e9))
    unit, scale = next((u, s) for u, s in units if seconds * s >= 1 or u == "ns")
    return f"{float(f'{seconds * scale:.3g}'):,g} {unit}"  # 1,000 and not 1e+03
