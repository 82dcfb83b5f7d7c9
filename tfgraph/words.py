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
#: Slips in longer words are not counted, and fewer words are compared with one: letters that
#: repeat take difflib its time.
MAX_SLIPPED, MAX_LONG = 30, 4
#: So many words are listed in a message.
MAX_LISTED = 100


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A help line that names the known word closest to `word`, or the two that are; or nothing."""
    close = [f"`{other}`" for other in nearest(word, known)]
    return f"did you mean {' or '.join(close)}?" if close else ""


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is most like, if it is like any."""
    return next(iter(nearest(word, known)), None)


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """The known word that `word` is most like, or two where nothing tells which."""
    if len(word) > MAX_WORD:
        return []
    words = [other for other in islice(known, MAX_WORDS) if len(other) <= MAX_WORD]
    bare = folded(word)
    same = [other for other in words if folded(other) == bare]
    if len(same) == 1:
        return same
    word = word.lower()
    cased = {other.lower(): other for other in words}
    words = _candidates(word, list(cased))
    # Of a long word a larger part has to be right.
    close = difflib.get_close_matches(word, words, n=4, cutoff=0.6 if len(word) < 7 else 0.7)
    if close := fewest_slips(word, close):
        return [cased[other] for other in close]
    # `rate` for `decay_rate`
    parts = [longer for longer in words if word in longer.split("_")]
    return [cased[other] for other in parts] if len(parts) == 1 else []


def fewest_slips(word: str, close: list[str]) -> list[str]:
    """Of words, the nearest first, those that the fewest slips of the pen lead to, two at most.

    Among equals those are the likeliest that have the same letters in another order, then those
    that go on where the word ends, then those that begin as it does: a first letter is seldom
    wrong. A word that takes more than two slips, and more than half of the letters, was not meant.
    """
    if len(word) > MAX_SLIPPED:
        return close[:1]
    counted = [(slips(word, other), other) for other in close]
    most = max(2, len(word) // 2)
    likely = [pair for pair in counted if pair[0] <= most or pair[1].startswith(word)]
    fewest = min((number for number, _ in likely), default=0)
    found = [other for number, other in likely if number == fewest]
    moved = [other for other in found if sorted(other) == sorted(word)]
    longer = [other for other in found if other.startswith(word)]
    return (moved or longer or [other for other in found if other[0] == word[0]] or found)[:2]


def slips(word: str, other: str) -> int:
    """How many letters are to be left out, put in, changed or exchanged with the next one."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        last, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            number = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == wanted:
                number = min(number, last[j - 2] + 1)
            row.append(number)
    return row[-1]


@lru_cache(4 * MAX_WORDS)
def folded(word: str) -> str:
    """The word without what it is often written differently in: case, `_`, `-`, blanks."""
    return "".join(filter(str.isalnum, word)).lower() or word


def _candidates(word: str, words: list[str]) -> list[str]:
    """The words worth a close look: difflib takes a tenth of a second for some thousands."""
    most = MAX_CANDIDATES if len(word) <= MAX_SLIPPED else MAX_LONG
    if len(words) <= most:
        return words
    parts = {word[start : start + 3] for start in range(max(1, len(word) - 2))}
    return nlargest(most, words, key=lambda other: sum(map(other.__contains__, parts)))


def listed(words: Iterable[str]) -> str:
    """The words in back quotes, joined with commas; of very many the first ones."""
    quoted = [f"`{word}`" for word in words]
    if len(quoted) > MAX_LISTED:
        quoted[MAX_LISTED:] = [f"and {len(quoted) - MAX_LISTED} more"]
    return ", ".join(quoted)
