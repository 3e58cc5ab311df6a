"""Spellings of a name: as it is written, and what two of them have in common."""

import unicodedata
from typing import Final

LETTERS: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})
"""Letters that carry their accent inside: Unicode doesn't take them apart."""

APART: Final = frozenset({7, 8, 9})
"""Combining classes of marks that make another letter: nukta, voicing marks of kana, virama."""
BREVE: Final = "\u0306"


def spelling(name: str) -> str:
    """Return a name as it is spelled: composed, full-width letters as usual ones, nothing invisible in it."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name)
        name = "".join(letter for letter in name if unicodedata.category(letter) != "Cf")
    return " ".join(name.split())


def fold(name: str) -> str:
    """Return what two spellings of a name have in common: no case, no accents, single blanks.

    Marks that make another letter stay: voicing marks of kana, the breve of a Cyrillic short i.
    """
    if not name.isascii():
        apart = unicodedata.normalize("NFKD", spelling(name).casefold())
        kept = [letter for at, letter in enumerate(apart) if not _accent(letter, apart[at - 1 : at])]
        name = unicodedata.normalize("NFC", "".join(kept)).translate(LETTERS)
    return " ".join(name.casefold().split())


def _accent(mark: str, before: str) -> bool:
    """Whether a mark behind a letter is an accent that people leave out."""
    combining = unicodedata.combining(mark)
    if combining == 0 or combining in APART:
        return False
    return not (mark == BREVE and unicodedata.name(before or " ").startswith("CYRILLIC"))
