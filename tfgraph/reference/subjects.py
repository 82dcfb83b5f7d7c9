"""Subjects: everything that has a page, and how it is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import chain

from tfgraph.api import Component
from tfgraph.codes import CODES
from tfgraph.errors import UsageError
from tfgraph.reference import components, sections
from tfgraph.reference.codes import code_page
from tfgraph.reference.pages import Block, Heading, Page, Prose, Row, Table
from tfgraph.registry import Registry
from tfgraph.registry.hookspecs import COMPONENT_HOOKS
from tfgraph.spec.elsewhere import missing_type
from tfgraph.spec.language import BLOCK_PARTS, SECTIONS
from tfgraph.spec.meaning import asked, called, near, parameter_names
from tfgraph.spec.wording import plural
from tfgraph.words import folded, listed

Maker = Callable[[], Page]
#: Stages of reading a spec, by the first digits of the codes that they find.
STAGES = {"TG1": "Reading the text", "TG2": "The language", "TG3": "The model", "TG4": "Warnings"}


class Subjects:
    """The subjects, each by its full name and by the short ones that lead to it."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.pages: dict[str, Maker] = {}
        #: The full names that each name stands for.
        self.names: dict[str, list[str]] = {}
        for code in CODES:
            self._add(code, partial(code_page, registry, code), code.lower())
        self._add("plugins", components.plugins_page)
        self._add_language()
        for kind in COMPONENT_HOOKS:
            self._add_kind(kind)
            for component in registry.types(kind).values():
                self._add_component(component)

    def _add_kind(self, kind: str) -> None:
        if kind in SECTIONS:
            self.names[plural(kind)] = [f"section.{kind}"]
        else:
            maker = partial(components.kind_page, self.registry, kind)
            self._add(kind, maker, plural(kind))

    def _add(self, full: str, maker: Maker, *short: str) -> None:
        self.pages[full] = maker
        for name in dict.fromkeys((full, *short)):
            self.names.setdefault(name, []).append(full)

    def _add_language(self) -> None:
        for name in SECTIONS:
            maker = partial(sections.section_page, self.registry, name)
            inner = [f"blocks.{part}" for part in BLOCK_PARTS] if name == "blocks" else []
            self._add(f"section.{name}", maker, name, *inner)
        for section, component in sections.PARAMETERS.items():
            self._add_parameters(section, component)
        for name in dict.fromkeys(chain(*sections.SIBLINGS.values())):
            full, *others = (f"{kind}.{name}" for kind in sections.kinds_with(name))
            self._add(full, partial(sections.sibling_page, name), name, *others)

    def _add_parameters(self, path: str, component: type[Component]) -> None:
        for parameter in component.parameters().values():
            page = partial(components.parameter_page, self.registry, component, parameter)
            inner = f"{path}.{parameter.name}"
            self._add(inner, partial(page, f"`{path}`"))
            if parameter.component and parameter.component.grouped:
                self._add_parameters(inner, parameter.component)

    def _add_component(self, component: type[Component]) -> None:
        kind, name = component.kind, component.type
        maker = partial(components.component_page, self.registry, component)
        self._add(f"{kind}.{name}", maker, name)
        for parameter in component.parameters().values():
            page = partial(components.parameter_page, self.registry, component, parameter)
            inner = f"{name}.{parameter.name}"
            self._add(f"{kind}.{inner}", partial(page, f"the {kind} `{name}`"), inner)

    def page(self, name: str) -> Page:
        """The page of a subject; UsageError where nothing has the name.

        A section comes before what else has its name; among others there is a choice. The name of
        a part leads to it where one thing alone has it.
        """
        found = self.names.get(name) or self._part(name)
        if found is None:
            raise UsageError(f"nothing is called `{name}`", help=self._meant(name))
        sections = [full for full in found if full.startswith("section.")]
        if len(found) == 1 or sections:
            first = (sections or found)[0]
            parts = [self.names[n][0] for n in self._ends(name) if _is_of_a_section(n)]
            return self._with_others(
                self.pages[first](), [x for x in [*found, *parts] if x != first]
            )
        return self._choice(name, found)

    def _with_others(self, page: Page, others: list[str]) -> Page:
        """A page that ends with what else has its name."""
        rows = tuple(Row(full, f"{self.pages[full]().what}") for full in others)
        if not rows:
            return page
        also = (Heading("Other things of this name"), Table(rows))
        return replace(page, blocks=(*page.blocks, *also))

    def _choice(self, name: str, found: list[str]) -> Page:
        pages = {full: self.pages[full]() for full in found}
        rows = (
            Row(full, next(b.text for b in page.blocks if isinstance(b, Prose)))
            for full, page in pages.items()
        )
        data = {"name": name, "subjects": [dict(page.data) for page in pages.values()]}
        hint = Prose(f"One of them alone: `tfgraph explain {found[0]}`.")
        return Page(name, f"the name of {len(found)} things", (Table(tuple(rows)), hint), data)

    def _ends(self, name: str) -> list[str]:
        """The parts of sections and types that are called so, by the names that lead to them."""
        inner = (known for known in self.names if known.endswith(f".{name}"))
        return [n for n in inner if n.count(".") == 1 or _is_of_a_section(n)]

    def _part(self, name: str) -> list[str] | None:
        ends = self._ends(name)
        return self.names[ends[0]] if len(ends) == 1 else None

    def _meant(self, name: str) -> str:
        """What else the name may have been."""
        if ends := self._ends(name):
            return f"it is a part of others: did you mean {listed(ends[:4])}?"
        if code := re.fullmatch(r"(?:tg)?(\d{3})|tg(\d)x{0,2}", name.lower()):
            return self._meant_code(f"TG{code[1] or code[2]}")
        names = [known for known in self.names if known.upper() not in CODES or known in CODES]
        known = {known: () for known in names if ("." in known) == ("." in name)}
        other = {c.type: c.other_names() for kind in COMPONENT_HOOKS for c in self._types(kind)}
        elsewhere = [own for own, others in other.items() if folded(name) in map(folded, others)]
        if found := dict.fromkeys([*called(name, known), *elsewhere]):
            return asked(found)
        if found := dict.fromkeys(self._parameters_called(name)):
            return asked(list(found)[:4])
        missing = (missing_type(name, kind) for kind in COMPONENT_HOOKS)
        return (
            next(filter(None, missing), "")
            or asked(near(name, known) or near(name, dict.fromkeys(names, ())))
            or "`tfgraph explain` alone lists what there is"
        )

    def _parameters_called(self, name: str) -> Iterable[str]:
        """The parameters that others call so, by the names that lead to their pages."""
        for kind in COMPONENT_HOOKS:
            for component in self._types(kind):
                for found in called(name, parameter_names(component)):
                    yield f"{component.type}.{found}"
        for section, component in sections.PARAMETERS.items():
            for found in called(name, parameter_names(component)):
                yield f"{section}.{found}"

    def _meant_code(self, code: str) -> str:
        if code in CODES:
            return asked([code])
        stage = [known for known in CODES if known.startswith(code[:3])]
        if not stage:
            return "`tfgraph explain` alone lists the codes"
        return f"there are `{stage[0]}` to `{stage[-1]}`"

    def _types(self, kind: str) -> Iterable[type[Component]]:
        return self.registry.types(kind).values()

    def overview(self) -> Page:
        """All that can be explained: sections, kinds with their types, codes."""
        rows = tuple(Row(name, part.doc) for name, part in SECTIONS.items())
        types = tuple(Row(k, ", ".join(self.registry.types(k))) for k in COMPONENT_HOOKS)
        blocks: list[Block] = [
            Prose(
                "Name one of these to have it explained: `tfgraph explain conv2d`, "
                "`tfgraph explain TG203`, `tfgraph explain train.epochs`."
            ),
            Heading("Sections of a spec"),
            Table(rows),
            Heading("Beside the type of an entry"),
            Table(tuple(Row(k, ", ".join(s)) for k, s in sections.SIBLINGS.items())),
            Heading("Types of components"),
            Table((*types, Row("plugins", "How others are added."))),
        ]
        for start, stage in STAGES.items():
            codes = {code: text for code, text in CODES.items() if code.startswith(start)}
            blocks += [Heading(stage), Table(tuple(Row(c, t) for c, t in codes.items()))]
        data = {
            "sections": list(SECTIONS),
            "siblings": {kind: list(parts) for kind, parts in sections.SIBLINGS.items()},
            "types": {kind: list(self.registry.types(kind)) for kind in COMPONENT_HOOKS},
            "codes": dict(CODES),
        }
        return Page("tfgraph explain", "what there is", tuple(blocks), data)


def _is_of_a_section(name: str) -> bool:
    """Whether a name leads to a part of a section: `train.precision`."""
    return name.partition(".")[0] in sections.PARAMETERS
