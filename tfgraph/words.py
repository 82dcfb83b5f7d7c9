"""Words: the known one that another is most like, and lists of them for a message."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache
from heapq import nlargest
from itertools import islice

#: Longer words have no near ones, and so many words are searched, so many of them closely.
MAX_WORD = 100
MAX_WORDS = 2000
MAX_CANDIDATES = 40
#: So many words are listed in a message.
MAX_LISTED = 100


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A help line that names the known word closest to `word`, or nothing."""
    close = closest(word, known)
    return f"did you mean `{close}`?" if close else ""


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is most like, if it is like any."""
    if len(word) > MAX_WORD:
        return None
    words = [other for other in islice(known, MAX_WORDS) if len(other) <= MAX_WORD]
    bare = folded(word)
    same = [other for other in words if folded(other) == bare]
    if len(same) == 1:
        return same[0]
    word = word.lower()
    cased = {other.lower(): other for other in words}
    words = _candidates(word, list(cased))
    # Of a long word a larger part has to be right.
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6 if len(word) < 7 else 0.7)
    # `rate` for `decay_rate`
    close = close or [longer for longer in words if word in longer.split("_")]
    return cased[close[0]] if len(close) == 1 else None


@lru_cache(4 * MAX_WORDS)
def folded(word: str) -> str:
    """The word without what it is often written differently in: case, `_`, `-`, blanks."""
    return "".join(filter(str.isalnum, word)).lower() or word


def _candidates(word: str, words: list[str]) -> list[str]:
    """The words worth a close look: difflib takes a tenth of a second for some thousands."""
    if len(words) <= MAX_CANDIDATES:
        return words
    parts = {word[start : start + 3] for start in range(max(1, len(word) - 2))}
    return nlargest(MAX_CANDIDATES, words, key=lambda other: sum(map(other.__contains__, parts)))


def listed(words: Iterable[str]) -> str:
    """The words in back quotes, joined with commas; of very many the first ones."""
    quoted = [f"`{word}`" for word in words]
    if len(quoted) > MAX_LISTED:
        quoted[MAX_LISTED:] = [f"and {len(quoted) - MAX_LISTED} more"]
    return ", ".join(quoted)
