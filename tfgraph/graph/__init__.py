"""From a plan to TensorFlow graphs; importing it loads TensorFlow."""

from tfgraph.graph.module import Graph, build

__all__ = ["Graph", "build"]
