"""Meaning: which name is meant by a word that nothing is called by."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping

from tfgraph.api import Component
from tfgraph.api.parameters import article
from tfgraph.registry import Registry
from tfgraph.spec.language import Part
from tfgraph.spec.paths import is_url
from tfgraph.spec.wording import FEW, plural
from tfgraph.words import MAX_WORD, folded, listed, nearest

#: The known names, each with what others call it.
Names = Mapping[str, Iterable[str]]
#: How alike a word is to another name of something, to be taken for a slip of the pen in it.
NEAR = 0.85
#: How alike it is to a name that it is hardly anything else than: what stands below it is judged by it.
SURE = 0.8


def called(word: str, names: Names) -> list[str]:
    """The names that a word is another way to write of; else those that others call so."""
    if len(word) > MAX_WORD:
        return []
    # In Python a name stands behind the modules that it is of, and before its arguments.
    bare = word.partition("(")[0].rpartition(".")[2]
    for written in dict.fromkeys(map(folded, filter(None, (word, bare)))):
        same = [name for name in names if folded(name) == written]
        also = [name for name, others in names.items() if written in map(folded, others)]
        if same or also:
            return same or also
    return []


def near(word: str, names: Names) -> list[str]:
    """The names that a word is most like, or the one that has another name that is more like it."""
    own = nearest(word, names)
    if len(word) > MAX_WORD:
        return []
    word = word.lower()
    others = {other.lower(): name for name, also in names.items() for other in also}
    close = difflib.get_close_matches(word, others, n=1, cutoff=NEAR)
    if close and not (own and _likeness(word, own[0]) >= _likeness(word, close[0])):
        # A slip in a name of its own is likelier than one in another name.
        return list(dict.fromkeys([others[close[0]], *own[:1]]))
    return own


def surely_near(word: str, names: Names) -> list[str]:
    """The names that a word is near to, those alone that it is hardly anything else than."""
    return [name for name in near(word, names) if _likeness(word.lower(), name.lower()) >= SURE]


def suggested(word: str, names: Names) -> str:
    """A help line that names what is meant, or nothing."""
    return asked(called(word, names) or near(word, names))


def asked(names: Iterable[str]) -> str:
    """The question whether one of some names is meant; nothing where there is none."""
    quoted = [f"`{name}`" for name in names]
    return f"did you mean {' or '.join(quoted)}?" if quoted else ""


def meant_type(
    word: str, kind: str, registry: Registry, blocks: Collection[str], inner: bool = False
) -> str:
    """Help on a type that there is not; `inner` where it stands inside another entry."""
    from tfgraph.spec.elsewhere import missing_type

    types = registry.types(kind)
    names: dict[str, Iterable[str]] = dict.fromkeys(blocks, ())
    names |= {name: component.other_names() for name, component in types.items()}
    unknown = missing_type(word, kind, inner)
    # An activation `linear` is none, whatever layers are called so.
    if found := called(word, {} if inner and unknown else names):
        return f"{asked(found)} {_difference(word, found, types)}".rstrip()
    if kind == "dataset" and is_url(word):
        return "download it: a spec names a dataset by its type, and the files that it reads"
    return (
        unknown
        or _of_another_kind(word, kind, registry)
        or asked(_with_part(word, names) or near(word, names))
        or _all_of(kind, types)
    )


def type_called(word: str, kind: str, registry: Registry) -> type[Component] | None:
    """The type that a word is the name of, or another name of, if it is that of one alone."""
    types = registry.types(kind)
    found = called(word, {name: c.other_names() for name, c in types.items()})
    return types[found[0]] if len(found) == 1 else None


def surely_called(
    word: str, kind: str, registry: Registry, blocks: Collection[str]
) -> type[Component] | None:
    """The type that a misspelt word or another name surely means: its parameters may be judged."""
    from tfgraph.spec.elsewhere import missing_type

    types = registry.types(kind)
    names: dict[str, Iterable[str]] = dict.fromkeys(blocks, ())
    names |= {name: component.other_names() for name, component in types.items()}
    found = called(word, names)
    if not found and not missing_type(word, kind) and not _of_another_kind(word, kind, registry):
        found = [] if _with_part(word, names) else near(word, names)
        also = [name for n in found for name in (n, *names[n])]
        found = found if any(_likeness(word.lower(), name.lower()) >= SURE for name in also) else []
    component = types.get(found[0]) if len(found) == 1 else None
    return None if component and component.unlike_them else component


def surely_named(word: str, names: Names) -> str:
    """The one name that a misspelt word, or another name, surely means; empty where none is sure."""
    found = called(word, names) or surely_near(word, names)
    return found[0] if len(found) == 1 else ""


def parameter_names(component: type[Component]) -> Names:
    """The parameters of a component, each with what others call it."""
    return {name: parameter.also for name, parameter in component.parameters().items()}


def part_names(parts: Mapping[str, Part]) -> Names:
    """Sections or siblings, each with what others call it."""
    return {name: part.also for name, part in parts.items()}


def _likeness(word: str, other: str) -> float:
    return difflib.SequenceMatcher(None, other, word).ratio()


def _difference(word: str, found: list[str], types: Mapping[str, type[Component]]) -> str:
    """What to watch out for, where a type is known elsewhere by the word."""
    component = types.get(found[0])
    if component is None or len(found) > 1 or folded(word) == folded(found[0]):
        return ""
    return component.unlike_them


def _of_another_kind(word: str, kind: str, registry: Registry) -> str:
    for other in registry.kinds():
        if other != kind and (component := type_called(word, other, registry)):
            return f"`{component.type}` is {article(other)} {other}"
    return ""


def _with_part(word: str, names: Names) -> list[str]:
    """The few names that the word is a part of: `pool` of `max_pool` and `avg_pool`."""
    found = [name for name in names if f"_{word.lower()}_" in f"_{name}_"]
    return found if 1 < len(found) <= 4 else []


def _all_of(kind: str, types: Collection[str]) -> str:
    if len(types) > FEW:
        return f"`tfgraph explain {plural(kind)}` lists them"
    return f"the {plural(kind)} are {listed(sorted(types))}"
