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
    """Return what two spellings of a name have in common: no case, no accents, single blanks."""
    if not name.isascii():
        apart = unicodedata.normalize("NFKD", name.casefold())
        name = "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(LETTERS)
    return " ".join(name.casefold().split())


def likeness(one: str, other: str) -> float:
    """Return how like two folded names are, 0 to 100, by letters or by shared words; "the" doesn't count."""
    from rapidfuzz import fuzz

    one, other = one.removeprefix("the "), other.removeprefix("the ")
    return max(fuzz.ratio(one, other), SHARED_WORDS * fuzz.token_set_ratio(one, other))


@dataclass(frozen=True)
class Index:
    """Columns of one block by folded name.

    Attributes
    ----------
    block
        Whose columns they are.
    columns
        By folded name; of columns that share one, the most played.
    names
        As the model spells them, by column.
    """

    block: BlockName
    columns: Mapping[str, int]
    names: Sequence[str]

    @classmethod
    def of(cls, release: Release, block: BlockName) -> "Index":
        items = release.columns(block)
        by_name: dict[str, int] = {}
        for column in (-items.listeners).argsort(kind="stable").tolist():
            by_name.setdefault(fold(items.names[column]), column)
            artist = None if items.artists is None else items.artists[column]
            if artist is not None:
                by_name.setdefault(fold(f"{artist} - {items.names[column]}"), column)
        return cls(block, by_name, items.names)

    def close(self, text: str) -> list[str]:
        """Return the names most like `text`, best first; of equally close ones the most played."""
        wanted = fold(text)
        like = {name: likeness(wanted, name) for name in self.columns}
        near = sorted((name for name in like if like[name] >= CLOSE_ENOUGH), key=lambda name: -like[name])
        return [self.names[self.columns[name]] for name in near[:CLOSE]]


def likes(release: Release, named: str | Sequence[str]) -> Likes:
    """Find the artists and tracks that are named.

    Parameters
    ----------
    release
        The model.
    named
        A list with a name each, or names in one text, separated by commas. A name may itself hold commas
        ("Earth, Wind & Fire"): in a text the longest run of parts that is a name wins.

    Returns
    -------
    Likes
        Each once.

    Raises
    ------
    BadRequest
        Nobody has a name (the message lists close ones), or none is given.
    """
    indexes = [_index(release, block) for block in _nameable(release)]
    if isinstance(named, str):
        columns = list(_in_text(indexes, [part.strip() for part in named.split(",")]))
    else:
        columns = [_longest(indexes, [name], 0)[:2] for name in named]
    if not columns:
        raise BadRequest("no likes are named: give artists, separated by commas")
    return _likes(columns)


def by_id(release: Release, item_ids: Iterable[int | str]) -> Likes:
    """Find the items of the item block (artists or tracks) with these ids.

    Parameters
    ----------
    release
        The model.
    item_ids
        Ids that are numbers may be given as text.

    Returns
    -------
    Likes
        Each once.

    Raises
    ------
    BadRequest
        An id is unknown (the message names some that exist), or none is given.
    """
    block = release.item_block
    columns = release.once("columns by id", lambda: _by_id(release.columns(block).ids))
    liked = []
    for item_id in item_ids:
        column = columns.get(str(item_id).strip())
        if column is None:
            examples = ", ".join(islice(columns, 3))
            known = f"{release.dataset} has {len(columns):,} {block}s, for example {examples}"
            raise BadRequest(f"unknown {block} id '{item_id}': {known}")
        liked.append((block, column))
    if not liked:
        raise BadRequest(f"no likes are named: give ids of {block}s")
    return _likes(liked)


def _by_id(ids: Sequence[int | str]) -> dict[str, int]:
    return {str(item_id): column for column, item_id in enumerate(ids)}


def _likes(columns: Sequence[tuple[BlockName, int]]) -> Likes:
    """Sort what is liked by block, each once."""
    artists, tracks = (
        tuple(dict.fromkeys(column for block, column in columns if block is wanted))
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


def names_of(release: Release, likes: Likes) -> list[str]:
    """Return the names of what is liked, as the model spells them."""
    liked = ((BlockName.ARTIST, likes.artists), (BlockName.TRACK, likes.tracks))
    return [release.columns(block).names[column] for block, columns in liked for column in columns]


def _nameable(release: Release) -> list[BlockName]:
    return [block for block in (BlockName.ARTIST, BlockName.TRACK) if block in release.blocks]


def _longest(indexes: Sequence[Index], parts: Sequence[str], start: int) -> tuple[BlockName, int, int]:
    """Block and column of the longest name that begins at part `start`, and where it ends."""
    for end in range(len(parts), start, -1):
        name = fold(", ".join(parts[start:end]))
        for index in indexes:
            if name in index.columns:
                return index.block, index.columns[name], end
    raise unknown(indexes, parts[start])


def unknown(indexes: Sequence[Index], name: str) -> BadRequest:
    """Return the error that nobody is called `name`, with who is called almost so."""
    kind = " or ".join(index.block for index in indexes)
    close = [match for index in indexes for match in index.close(name)][:CLOSE]
    hint = f"close matches: {', '.join(close)}" if close else "no name comes close"
    return BadRequest(f"unknown {kind} '{name}'; {hint}")
