"""What is drawn of some of the models; `python -m tests.drawing.goldens` draws it anew."""

from __future__ import annotations

import json
from pathlib import Path

import tfgraph
from tests.drawing.models import COUNTS, CURVES, REPEATED, SIAMESE, TRAINED, TWINS
from tfgraph.drawing import data, mermaid, svg
from tfgraph.drawing.chart import chart
from tfgraph.drawing.matrix import confusion_matrix

GOLDEN = Path(__file__).parent / "golden"
REFRESH = "python -m tests.drawing.goldens"


def drawn() -> dict[str, str]:
    """Each file's name and what it should hold."""
    plans = {"twins": tfgraph.loads(TWINS), "trained": tfgraph.loads(TRAINED)}
    files = {"twins.svg": svg(plans["twins"]), "twins.mmd": mermaid(plans["twins"])}
    siamese = tfgraph.loads(SIAMESE)
    files |= {"siamese.svg": svg(siamese), "siamese.mmd": mermaid(siamese)}
    repeated = tfgraph.loads(REPEATED)
    files |= {"repeated.svg": svg(repeated), "repeated.mmd": mermaid(repeated)}
    files |= {"chart.svg": chart("loss of a", "finished", CURVES)}
    files |= {"matrix.svg": confusion_matrix("digit by a", "85 % right", COUNTS)}
    for name, plan in plans.items():
        files[f"{name}.json"] = json.dumps(data(plan), indent=2) + "\n"
    return files


def refresh() -> None:
    """Write what is drawn now."""
    for name, text in drawn().items():
        (GOLDEN / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    refresh()
