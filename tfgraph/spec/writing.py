"""Writing: a resolved spec as text."""

from __future__ import annotations

from typing import Any

import yaml

from tfgraph.spec.language import SPENT
from tfgraph.spec.nodes import Node, plain
from tfgraph.spec.reader import FORBIDDEN
from tfgraph.spec.scalars import core_scalar
from tfgraph.spec.variables import escaped


def written(node: Node) -> str:
    """A resolved spec as YAML that means the same when it is read again."""
    data: dict[str, Any] = escaped(plain(node))
    kept = {name: value for name, value in data.items() if name not in SPENT}
    text: str = yaml.dump(kept, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    if FORBIDDEN.search(text):  # what only an escape may put into a spec
        text = yaml.dump(kept, Dumper=_Dumper, sort_keys=False)
    return text


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML 1.2 takes for more than a string; PyYAML goes by YAML 1.1."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    try:
        style = None if isinstance(core_scalar(text), str) else '"'
    except OverflowError:
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _string)
_Dumper.add_multi_representer(str, _string)
