"""A plan as a picture or as data: SVG, Mermaid, JSON."""

from tfgraph.drawing.data import data
from tfgraph.drawing.mermaid import mermaid
from tfgraph.drawing.svg import svg

__all__ = ["data", "mermaid", "svg"]
