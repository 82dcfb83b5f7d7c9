"""Where results stand: a JSON file for each subject, and its part of README.md between marks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
README = HERE / "README.md"


def recorded(subject: str) -> dict[str, Any]:
    """The result that is committed."""
    return json.loads((HERE / f"{subject}.json").read_text(encoding="utf-8"))


def record(subject: str, result: dict[str, Any], text: str) -> None:
    """Write the result as data, and its text into README.md."""
    data = json.dumps(result, indent=2, ensure_ascii=False)
    (HERE / f"{subject}.json").write_text(data + "\n", encoding="utf-8")
    page = README.read_text(encoding="utf-8")
    README.write_text(with_section(page, subject, text), encoding="utf-8")


def section(page: str, subject: str) -> str:
    """What stands between the marks of a subject."""
    begin, end = marks(subject)
    assert page.count(begin) == page.count(end) == 1, f"README.md needs {begin} and {end}"
    return page.split(begin)[1].split(end, maxsplit=1)[0].strip()


def with_section(page: str, subject: str, text: str) -> str:
    """The page with other text between the marks of a subject."""
    begin, end = marks(subject)
    section(page, subject)
    return f"{page.split(begin, maxsplit=1)[0]}{begin}\n{text}\n{end}{page.split(end)[1]}"


def marks(subject: str) -> tuple[str, str]:
    return f"<!-- {subject}: begin -->", f"<!-- {subject}: end -->"


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """A table; all columns but the first hold numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
