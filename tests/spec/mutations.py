"""Single mistakes, put into good specs by a seeded generator."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tfgraph.diagnostics import Diagnostic, Source, Span
from tfgraph.registry import Registry
from tfgraph.spec import check
from tfgraph.spec.language import LAYER_SIBLINGS, LOSS_SIBLINGS, METRIC_SIBLINGS, SECTIONS
from tfgraph.spec.nodes import Mapping, Node, Scalar, Sequence
from tfgraph.spec.reader import read

ROOT = Path(__file__).parents[2]
LETTERS = "abcdefghijklmnopqrstuvwxyz_"
SIBLINGS = {
    "layers": ("layer", LAYER_SIBLINGS),
    "loss": ("loss", LOSS_SIBLINGS),
    "metrics": ("metric", METRIC_SIBLINGS),
    "optimizer": ("optimizer", {}),
    "data": ("dataset", {}),
}
MORE = {
    "towers": """\
tfgraph: 1
name: towers
inputs: {left: [32], right: [32], same: {shape: [1], dtype: float32}}
layers:
  - dense: {units: 16, bias: true}
    name: encoder
    from: left
  - dense: {units: 16, bias: true}
    name: twin
    from: right
    share: encoder
  - concat:
    from: [encoder, twin]
  - layer_norm: {epsilon: 0.001}
  - dropout: {rate: 0.25}
  - dense: {units: 1}
    name: score
outputs: [score]
loss:
  - sigmoid_cross_entropy:
    of: score
    target: same
    weight: 0.5
optimizer: {adam: {learning_rate: 0.001, beta1: 0.9, epsilon: 0.0000001}}
metrics:
  - mean_absolute_error:
    of: score
    target: same
train: {epochs: 20, batch_size: 64, shuffle: true, seed: 3}
""",
    "images": """\
tfgraph: 1
name: images
data: {mnist: {flatten: false}}
layers:
  - conv2d: {filters: 32, kernel_size: 5, stride: 1, padding: same, bias: true}
    name: first
  - batch_norm: {momentum: 0.9}
  - relu
  - max_pool: {size: 2, stride: 2}
  - conv2d: {filters: 32, kernel_size: 3}
    name: body
  - conv2d: {filters: 32, kernel_size: 1}
    name: shortcut
    from: max_pool_1
  - add:
    from: [body, shortcut]
  - leaky_relu
  - flatten
  - dense: {units: 64, l2: 0.01}
  - elu
  - dense: 10
    name: logits
outputs: [logits]
loss: softmax_cross_entropy
optimizer:
  rmsprop: {learning_rate: {exponential: {initial: 0.01, decay_steps: 1000, decay_rate: 0.9}}}
metrics: [accuracy]
train: {epochs: 5, batch_size: 32}
""",
}


@dataclass(frozen=True)
class Token:
    """A piece of a spec that a mistake is made in; `known` are the words that could stand there."""

    kind: str
    text: str
    span: Span
    known: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mutant:
    """A spec with one mistake: the text, the lines and columns where it may be shown, the word meant."""

    kind: str
    text: str
    places: tuple[tuple[int, int, int], ...]
    meant: str = ""
    wrote: str = ""

    def on_token(self, found: Diagnostic) -> bool:
        """Whether a diagnostic stands on the mistake."""
        span = found.span
        return any(
            span.line == line and span.column < max(end, start + 1) and span.end_column > start
            for line, start, end in self.places
        )


@dataclass
class Tally:
    """What came of mutants of one kind."""

    made: int = 0
    placed: int = 0
    meant: int = 0
    misled: int = 0
    misses: list[tuple[Mutant, list[Diagnostic]]] = field(default_factory=list)


def good_specs() -> dict[str, str]:
    """The specs that mistakes are put into, by name."""
    files = sorted((ROOT / "specs").rglob("*.yaml"))
    return {path.stem: path.read_text(encoding="utf-8") for path in files} | MORE


def diagnosed(text: str, registry: Registry) -> list[Diagnostic]:
    """The diagnostics of a text."""
    source = Source("spec.yaml", text)
    found = check(source, folder=ROOT, default_name="spec", registry=registry)
    return list(found.diagnostics)


class Mutator:
    """Makes mistakes in one spec; the same seed makes the same ones."""

    def __init__(self, text: str, registry: Registry, seed: str) -> None:
        self.text = text
        self.registry = registry
        self.random = random.Random(seed)
        source = Source("spec.yaml", text)
        node, problems, _ = read(source)
        assert isinstance(node, Mapping)
        assert not problems
        self.node = node
        self.tokens = list(self.tokens_of())

    # ---- the pieces of a spec

    def tokens_of(self) -> Iterator[Token]:
        for key, value in self.node:
            yield Token("section", key.value, key.span, tuple(SECTIONS))
            if key.value in SIBLINGS:
                kind, siblings = SIBLINGS[key.value]
                for item in value.items if isinstance(value, Sequence) else (value,):
                    yield from self.entry(item, kind, siblings)
            elif key.value == "train" and isinstance(value, Mapping):
                names = tuple(k.value for k, _ in value)
                for inner, below in value:
                    yield Token("parameter", inner.value, inner.span, names)
                    yield from self.value(below)
            elif key.value == "outputs":
                yield from self.names(value)

    def entry(self, node: Node, kind: str, siblings: dict[str, object]) -> Iterator[Token]:
        types = tuple(self.registry.types(kind))
        if isinstance(node, Scalar):
            yield Token("type", node.value, node.span, types)
            return
        assert isinstance(node, Mapping)
        for key, value in node:
            if key.value in siblings:
                yield Token("sibling", key.value, key.span, (*siblings, *types))
                if key.value in ("from", "share", "of", "target"):
                    yield from self.names(value)
                continue
            yield Token("type", key.value, key.span, types)
            component = self.registry.types(kind)[key.value]
            if isinstance(value, Mapping):
                for inner, below in value:
                    parameters = component.parameters()
                    yield Token("parameter", inner.value, inner.span, tuple(parameters))
                    nested = parameters[inner.value].component
                    if nested and isinstance(below, Mapping):
                        yield from self.entry(below, nested.kind, {})
                    else:
                        yield from self.value(below)
            else:
                yield from self.value(value)

    def names(self, node: Node) -> Iterator[Token]:
        for item in node.items if isinstance(node, Sequence) else (node,):
            if isinstance(item, Scalar):
                yield Token("name", item.value, item.span, ())

    def value(self, node: Node) -> Iterator[Token]:
        if isinstance(node, Scalar) and isinstance(node.value, (int, float)):
            yield Token("value", str(node.value), node.span)

    # ---- mistakes

    def replaced(self, span: Span, text: str) -> str:
        lines = self.text.split("\n")
        line = lines[span.line - 1]
        lines[span.line - 1] = line[: span.column - 1] + text + line[span.end_column - 1 :]
        return "\n".join(lines)

    def pick(self, *kinds: str) -> Token | None:
        tokens = [token for token in self.tokens if token.kind in kinds]
        return self.random.choice(tokens) if tokens else None

    def typo(self, kind: str) -> Mutant | None:
        token = self.pick(kind)
        if token is None or len(token.text) < 4:
            return None
        wrote = token.text
        for _ in range(self.random.choice([1, 1, 2])):
            wrote = self.edited(wrote)
        if wrote in token.known or wrote == token.text or not re.fullmatch(r"[a-z]\w*", wrote):
            return None
        place = (token.span.line, token.span.column, token.span.column + len(wrote))
        text = self.replaced(token.span, wrote)
        return Mutant(f"misspelt {kind}", text, (place,), token.text, wrote)

    def edited(self, word: str) -> str:
        place = self.random.randrange(len(word))
        letter = self.random.choice(LETTERS)
        return self.random.choice(
            [
                word[:place] + word[place + 1 :],
                word[:place] + letter + word[place:],
                word[:place] + letter + word[place + 1 :],
                word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
            ]
        )

    def wrong_value(self, kind: str, written: list[str]) -> Mutant | None:
        token = self.pick("value")
        if token is None:
            return None
        wrote = self.random.choice(written)
        place = (token.span.line, token.span.column, token.span.column + len(wrote))
        return Mutant(kind, self.replaced(token.span, wrote), (place,))

    def missing(self) -> Mutant | None:
        """A required section is left out, or a required parameter."""
        entries = [(k, v) for k, v in self.node if k.value in ("tfgraph", "layers", "optimizer")]
        key, value = self.random.choice(entries)
        lines = self.text.split("\n")
        end = value.span.end_line - (
            value.span.end_column == 1 and value.span.end_line > key.span.line
        )
        kept = lines[: key.span.line - 1] + lines[end:]
        text = "\n".join(kept)
        first = next((n for n, line in enumerate(kept, 1) if line and line[0] != "#"), 1)
        places = [(first, 1, 2)]
        # What makes no sense without the section is told so.
        places += [
            (n, 1, 99) for n, line in enumerate(kept, 1) if line.startswith(("loss", "metr"))
        ]
        return Mutant("missing section", text, tuple(places))

    def changed_size(self) -> Mutant | None:
        """A size becomes another that would be sound elsewhere."""
        token = self.pick("value")
        if token is None or not token.text.isdecimal():
            return None
        wrote = str(int(token.text) + self.random.choice([1, 2, 3, 5, 17]))
        place = (token.span.line, token.span.column, token.span.column + len(wrote))
        return Mutant("changed shape", self.replaced(token.span, wrote), (place,))

    def missing_parameter(self) -> Mutant | None:
        """A parameter is left out of braces; what misses it is the type before them."""
        token = self.pick("parameter")
        if token is None:
            return None
        line = self.text.split("\n")[token.span.line - 1]
        rest = re.match(r"\w+: (\[[^]]*\]|[^,{}]+)(, )?", line[token.span.column - 1 :])
        if rest is None:
            return None
        span = replace(token.span, end_column=token.span.column + rest.end())
        types = [t.span for t in self.tokens if t.kind == "type" and t.span.line == token.span.line]
        places = tuple((t.line, t.column, t.end_column) for t in types)
        return Mutant("missing parameter", self.replaced(span, ""), places)

    def indentation(self) -> Mutant | None:
        lines = self.text.split("\n")
        usable = [n for n, line in enumerate(lines) if line.strip() and line[0] != "#"]
        number = self.random.choice(usable)
        blanks = len(lines[number]) - len(lines[number].lstrip())
        shift = self.random.choice([-2, -1, 1, 2, 3])
        if blanks + shift < 0:
            return None
        lines[number] = " " * (blanks + shift) + lines[number].lstrip()
        places = tuple((n, 1, 500) for n in (number, number + 1, number + 2))
        return Mutant("indentation", "\n".join(lines), places)

    def removed_layer(self) -> Mutant | None:
        layers = self.node.get("layers")
        assert isinstance(layers, Sequence)
        index = self.random.randrange(len(layers.items))
        starts = [item.span.line for item in layers.items]
        start = starts[index]
        end = starts[index + 1] if index + 1 < len(starts) else start + len(self.block(start))
        lines = self.text.split("\n")
        names = {token.text for token in self.tokens if token.kind == "name"}
        item = layers.items[index]
        name = item.get("name") if isinstance(item, Mapping) else None
        gone = name.value if isinstance(name, Scalar) else None
        kept = lines[: start - 1] + lines[end - 1 :]
        places = [(start, 1, 500)]
        for number, line in enumerate(kept, 1):
            mentions = gone in names and re.search(rf"\b{gone}\b", line)
            if mentions or line.startswith(("loss", "metrics")) or "layers:" in line:
                places.append((number, 1, 500))
        return Mutant("removed layer", "\n".join(kept), tuple(places))

    def block(self, start: int) -> list[str]:
        lines = self.text.split("\n")[start - 1 :]
        first, *rest = lines
        depth = len(first) - len(first.lstrip())
        taken = [first]
        for line in rest:
            if line.strip() and len(line) - len(line.lstrip()) <= depth:
                break
            taken.append(line)
        return taken

    def mutants(self) -> dict[str, Callable[[], Mutant | None]]:
        """The kinds of mistakes, each with what makes one."""
        return {
            **{
                f"misspelt {kind}": (lambda kind=kind: self.typo(kind))
                for kind in ("section", "type", "parameter", "sibling", "name")
            },
            "wrong type": lambda: self.wrong_value(
                "wrong type", ["many", "[1, 2, 3, 4]", "{a: 1}"]
            ),
            "out of bounds": lambda: self.wrong_value("out of bounds", ["-1", "-3", "-1000000"]),
            "changed shape": self.changed_size,
            "missing section": self.missing,
            "missing parameter": self.missing_parameter,
            "indentation": self.indentation,
            "removed layer": self.removed_layer,
        }
