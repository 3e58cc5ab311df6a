"""From the names people type to columns of the model."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fairtune.columns import BlockName
from fairtune.errors import BadRequest
from fairtune.serving.liked import Likes
from fairtune.serving.release import Release

LETTERS: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})
"""Letters that carry their accent inside: Unicode doesn't take them apart."""

CLOSE: Final = 3  # how many close matches an error names
SHARED_WORDS: Final = 0.9  # "kate" is less like "Kate Bush" than "nirvanna" is like "Nirvana"
CLOSE_ENOUGH: Final = 70  # of 100; below, a match helps nobody


def fold(name: str) -> str:
    """Give what two spellings of a name have in common: no case, no accents, single blanks."""
    if not name.isascii():
        apart = unicodedata.normalize("NFKD", name.casefold())
        name = "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(LETTERS)
    return " ".join(name.casefold().split())


def likeness(one: str, other: str) -> float:
    """How like two folded names are, 0 to 100: by letters or by shared words, "the" in front left out."""
    from rapidfuzz import fuzz

    one, other = one.removeprefix("the "), other.removeprefix("the ")
    return max(fuzz.ratio(one, other), SHARED_WORDS * fuzz.token_set_ratio(one, other))


@dataclass(frozen=True)
class Index:
    """Columns of one block by folded name; of columns that share one, the most heard."""

    block: BlockName
    columns: Mapping[str, int]
    names: Sequence[str]

    @classmethod
    def of(cls, release: Release, block: BlockName) -> "Index":
        told = release.columns(block)
        by_name: dict[str, int] = {}
        for column in (-told.listeners).argsort(kind="stable").tolist():
            by_name.setdefault(fold(told.names[column]), column)
            if told.artists is not None:
                by_name.setdefault(fold(f"{told.artists[column]} - {told.names[column]}"), column)
        return cls(block, by_name, told.names)

    def close(self, text: str) -> list[str]:
        """Names most like `text`, best first; of equally close ones the most heard."""
        wanted = fold(text)
        like = {name: likeness(wanted, name) for name in self.columns}
        near = sorted((name for name in like if like[name] >= CLOSE_ENOUGH), key=lambda name: -like[name])
        return [self.names[self.columns[name]] for name in near[:CLOSE]]


def likes(release: Release, text: str) -> Likes:
    """Give the artists and tracks that a comma-separated `text` names; `BadRequest` for a name nobody has.

    A name may itself hold commas ("Earth, Wind & Fire"): the longest run of parts that is a name wins.
    """
    parts = [part.strip() for part in text.split(",")]
    indexes = [Index.of(release, block) for block in _nameable(release)]
    found: dict[BlockName, list[int]] = {BlockName.ARTIST: [], BlockName.TRACK: []}
    start = 0
    while start < len(parts):
        if not parts[start]:
            start += 1
            continue
        block, column, start = _longest(indexes, parts, start)
        found[block].append(column)
    if not any(found.values()):
        raise BadRequest("--likes names nothing: give artists, separated by commas")
    return Likes(*(tuple(dict.fromkeys(found[block])) for block in (BlockName.ARTIST, BlockName.TRACK)))


def of(release: Release, likes: Likes) -> list[str]:
    """Give the names of what is liked, as the model spells them."""
    liked = ((BlockName.ARTIST, likes.artists), (BlockName.TRACK, likes.tracks))
    return [release.columns(block).names[column] for block, columns in liked for column in columns]


def _nameable(release: Release) -> list[BlockName]:
    return [block for block in (BlockName.ARTIST, BlockName.TRACK) if block in release.blocks]


def _longest(indexes: Sequence[Index], parts: Sequence[str], start: int) -> tuple[BlockName, int, int]:
    """Give block and column of the longest name that begins at part `start`, and where it ends."""
    for end in range(len(parts), start, -1):
        name = fold(", ".join(parts[start:end]))
        for index in indexes:
            if name in index.columns:
                return index.block, index.columns[name], end
    raise unknown(indexes, parts[start])


def unknown(indexes: Sequence[Index], name: str) -> BadRequest:
    """Say that nobody is called `name`, and who is called almost so."""
    kind = " or ".join(index.block for index in indexes)
    close = [match for index in indexes for match in index.close(name)][:CLOSE]
    hint = f"close matches: {', '.join(close)}" if close else "no name comes close"
    return BadRequest(f"unknown {kind} '{name}'; {hint}")
