"""Revision: the git commit that a spec was trained at, read without running git."""

from __future__ import annotations

import re
from pathlib import Path

_HASH = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_MOST = 4096


def git_revision(folder: Path) -> str | None:
    """The commit that is checked out where a folder lies; None outside of a repository."""
    for parent in (folder.resolve(), *folder.resolve().parents):
        if (parent / ".git").exists():
            try:
                return _head(parent / ".git")
            except (OSError, UnicodeDecodeError):
                return None
    return None


def _head(git: Path) -> str | None:
    if git.is_file():  # a worktree or a submodule: the file names the folder
        git = git.parent / _text(git).removeprefix("gitdir:").strip()
    head = _text(git / "HEAD")
    if not head.startswith("ref:"):
        return head if _HASH.fullmatch(head) else None
    name = head.removeprefix("ref:").strip()
    common = git / _text(git / "commondir") if (git / "commondir").exists() else git
    for place in (git, common):
        if (place / name).is_file():
            found = _text(place / name)
            return found if _HASH.fullmatch(found) else None
    return _packed(common / "packed-refs", name)


def _packed(path: Path, name: str) -> str | None:
    if not path.is_file():
        return None
    for line in path.read_text(encoding="utf-8").splitlines():
        found, _, ref = line.partition(" ")
        if ref == name and _HASH.fullmatch(found):
            return found
    return None


def _text(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.read(_MOST).strip()
