"""The picture of a result: for each model a line, on it a mark for each peer, time to the right."""

from __future__ import annotations

import math
from typing import Any
from xml.sax.saxutils import escape

from tests.benchmarks.peers import TITLES

COLOURS = {
    "tfgraph": "#d1495b",
    "session": "#8d99ae",
    "keras": "#2e86ab",
    "torch": "#e98a15",
    "jax": "#3b8b5a",
}
LEFT, RIGHT, TOP, LINE, WIDTH = 190, 30, 70, 38, 860


def svg(result: dict[str, Any]) -> str:
    """Multiples of tfgraph's time on a logarithmic axis; the floor is a bar across the line."""
    results = result["results"]
    relative = {
        model: {
            peer: 1 if peer == "tfgraph" else found["times_faster"][peer]
            for peer in found["median"]
        }
        for model, found in results.items()
    }
    floors = {
        model: 1 / found["floor"]["times"]
        for model, found in results.items()
        if found["floor"]["flops"]
    }
    values = [v for each in relative.values() for v in each.values()] + list(floors.values())
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    height = TOP + LINE * len(results) + 40

    def x(value: float) -> float:
        share = (math.log10(value) - low) / max(high - low, 1)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
        "<title>Time of a training step, in multiples of tfgraph's</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        text(16, 24, "Time of a training step, in multiples of tfgraph’s (less is better)", 15),
        *legend([*next(iter(relative.values()))]),
        *grid(low, high, x, height),
    ]
    for number, (model, each) in enumerate(relative.items()):
        y = TOP + LINE * number + LINE / 2
        parts.append(text(16, y + 4, model))
        parts.append(f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#e5e5e5"/>')
        if model in floors:
            at = x(floors[model])
            parts.append(f'<path d="M{at:.1f} {y - 11}v22" stroke="black" stroke-width="2"/>')
        peers = [peer for peer in each if peer != "tfgraph"]
        # One above the other, and above tfgraph: none hides another that is as fast.
        heights = {peer: 5.5 * (n - (len(peers) - 1) / 2) for n, peer in enumerate(peers)}
        for peer in ("tfgraph", *peers):
            title = f"{model}: {TITLES[peer]} {each[peer]:.2f}"
            parts.append(mark(x(each[peer]), y + heights.get(peer, 0.0), peer, title))
    return "\n".join([*parts, "</svg>", ""])


def legend(peers: list[str]) -> list[str]:
    found, at = [], 22.0
    for peer in peers:
        found += [mark(at, 46, peer, TITLES[peer]), text(at + 10, 50, TITLES[peer])]
        at += 36 + 7.5 * len(TITLES[peer])
    return [
        *found,
        f'<path d="M{at:.1f} 37v18" stroke="black" stroke-width="2"/>',
        text(at + 8, 50, "arithmetic floor"),
    ]


def grid(low: int, high: int, x: Any, height: int) -> list[str]:
    found = []
    for power in range(low, high + 1):
        at = x(10.0**power)
        dashes = "" if power == 0 else ' stroke-dasharray="2 4"'
        colour = COLOURS["tfgraph"] if power == 0 else "#bbbbbb"
        found.append(f'<path d="M{at:.1f} {TOP}V{height - 28}" stroke="{colour}"{dashes}/>')
        found.append(text(at, height - 12, f"{10.0**power:g}", 12, "middle"))
    return found


def mark(x: float, y: float, peer: str, title: str) -> str:
    radius = 7 if peer == "tfgraph" else 4.5
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{COLOURS[peer]}" stroke="white">'
        f"<title>{escape(title)}</title></circle>"
    )


def text(x: float, y: float, said: str, size: int = 13, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{escape(said)}</text>'
