"""Paper: what all plots have in common: their frame, their style, and texts on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from xml.sax.saxutils import escape

_STYLE = """
  text { font-family: system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #0f172a }
  .name { font-size: 17px; font-weight: 650 }
  .small { font-size: 11px; fill: #64748b }
  .label { font-size: 12px }
  .paper { fill: #ffffff }
  .grid { stroke: #e2e8f0; stroke-width: 1 }
  .line { fill: none; stroke-width: 1.8; stroke-linejoin: round }
  .ink0 { stroke: #94a3b8 } .dot0 { fill: #94a3b8 }
  .ink1 { stroke: #2563eb } .dot1 { fill: #2563eb }
  .best { fill: #ffffff; stroke: #dc2626; stroke-width: 2 }
  .cell { fill: #2563eb } .wrong { fill: #dc2626 } .empty { fill: none; stroke: #e2e8f0 }
  .over { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e2e8f0 } .small { fill: #94a3b8 } .paper { fill: #0b1220 } .grid { stroke: #1e293b }
    .ink0 { stroke: #64748b } .dot0 { fill: #64748b } .ink1 { stroke: #60a5fa } .dot1 { fill: #60a5fa }
    .best { fill: #0b1220; stroke: #f87171 }
    .empty { stroke: #1e293b } .over { fill: #ffffff }
  }
"""
_LEFT = 24.0
Anchor = Literal["start", "middle", "end"]


def document(title: str, about: str, width: float, height: float, parts: Iterable[str]) -> str:
    """An SVG document with a title, a line about it, and what is drawn below them."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}"'
            f' viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
            f"<title>{plain(title)}</title>",
            f"<desc>{plain(about)}</desc>",
            f"<style>{_STYLE}</style>",
            f'<rect class="paper" width="{width:.0f}" height="{height:.0f}"/>',
            text("name", _LEFT, 30, title),
            text("small", _LEFT, 48, about),
            *parts,
            "</svg>",
            "",
        ]
    )


def text(style: str, x: float, y: float, content: str, anchor: Anchor = "start") -> str:
    """A text at a place."""
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}"{at}>{plain(content)}</text>'


def line(style: str, x0: float, y0: float, x1: float, y1: float) -> str:
    """A straight line."""
    return f'<line class="{style}" x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}"/>'


def plain(content: str) -> str:
    """A text as XML can hold it, which has no way to write control characters."""
    return escape("".join(c if c.isprintable() else "�" for c in content))
