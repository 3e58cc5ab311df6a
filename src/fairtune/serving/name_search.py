"""From the names people type to columns of the model."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from fairtune.columns import BlockName
from fairtune.errors import BadRequest
from fairtune.serving.new_listeners import Likes
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


def likes(release: Release, named: str | Sequence[str]) -> Likes:
    """Give the artists and tracks that are named; `BadRequest` for a name nobody has.

    named: a list with a name each, or names in one text, separated by commas. A name may itself hold commas
    ("Earth, Wind & Fire"): in a text the longest run of parts that is a name wins.
    """
    indexes = [_index(release, block) for block in _nameable(release)]
    if isinstance(named, str):
        found = list(_in_text(indexes, [part.strip() for part in named.split(",")]))
    else:
        found = [_longest(indexes, [name], 0)[:2] for name in named]
    if not found:
        raise BadRequest("no likes are named: give artists, separated by commas")
    return _likes(found)


def by_id(release: Release, item_ids: Iterable[int | str]) -> Likes:
    """Give the items that were played (artists or tracks) with these ids; `BadRequest` for an unknown one."""
    block = release.item_block
    columns = release.once("columns by id", lambda: _by_id(release.columns(block).ids))
    found = []
    for item_id in item_ids:
        column = columns.get(str(item_id).strip())
        if column is None:
            examples = ", ".join(islice(columns, 3))
            there = f"{release.dataset} has {len(columns):,} {block}s, for example {examples}"
            raise BadRequest(f"unknown {block} id '{item_id}': {there}")
        found.append((block, column))
    if not found:
        raise BadRequest(f"no likes are named: give ids of {block}s")
    return _likes(found)


def _by_id(ids: Sequence[int | str]) -> dict[str, int]:
    return {str(item_id): column for column, item_id in enumerate(ids)}


def _likes(found: Sequence[tuple[BlockName, int]]) -> Likes:
    """Sort what is liked by block, each once."""
    artists, tracks = (
        tuple(dict.fromkeys(column for block, column in found if block is wanted))
        for wanted in (BlockName.ARTIST, BlockName.TRACK)
    )
    return Likes(artists, tracks)


def _index(release: Release, block: BlockName) -> Index:
    return release.once(f"names of {block}", lambda: Index.of(release, block))


def _in_text(indexes: Sequence[Index], parts: Sequence[str]) -> Iterator[tuple[BlockName, int]]:
    start = 0
    while start < len(parts):
        if not parts[start]:
            start += 1
            continue
        block, column, start = _longest(indexes, parts, start)
        yield block, column


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
