"""From the names people type to columns of the model."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.errors import BadRequest
from fairtune.serving.new_listeners import Likes
from fairtune.serving.release import Release
from fairtune.serving.spelling import fold, spelling

BY_ID: Final = "id:"
"""What stands before an id among names."""

CLOSE: Final = 3  # how many close matches an error names
CHOICES: Final = 5  # how many of the same name it names
SHARED_WORDS: Final = 0.9  # "kate" is less like "Kate Bush" than "nirvanna" is like "Nirvana"
CLOSE_ENOUGH: Final = 70  # of 100; below, a match helps nobody


def likeness(wanted: str, names: Sequence[str]) -> NDArray[np.float32]:
    """Return how like folded names are to one, (n_names,), 0 to 100, by letters or by shared words.

    "the" doesn't count.
    """
    from rapidfuzz import fuzz, process

    plain = [name.removeprefix("the ") for name in names]
    by_letters, by_words = (
        process.cdist([wanted.removeprefix("the ")], plain, scorer=scorer)[0]
        for scorer in (fuzz.ratio, fuzz.token_set_ratio)
    )
    return np.asarray(np.maximum(by_letters, np.float32(SHARED_WORDS) * by_words))


@dataclass(frozen=True)
class Index:
    """Columns of one block by name: as it is spelled, without case, and folded.

    Attributes
    ----------
    block
        Whose columns they are.
    spelled
        Columns by spelling, the most played first: several, if several have the very same name.
    cased
        By spelling without case; of columns that share one, the most played.
    columns
        By folded name; of columns that share one, the most played.
    names
        As the model spells them, by column.
    described
        How an error tells columns of the same name apart, by column.
    """

    block: BlockName
    spelled: Mapping[str, Sequence[int]]
    cased: Mapping[str, int]
    columns: Mapping[str, int]
    names: Sequence[str]
    described: Callable[[int], str]

    @classmethod
    def of(cls, release: Release, block: BlockName) -> "Index":
        items = release.columns(block)
        spelled: dict[str, list[int]] = {}
        cased: dict[str, int] = {}
        by_name: dict[str, int] = {}
        for column in (-items.listeners).argsort(kind="stable").tolist():
            name = items.names[column]
            artist = None if items.artists is None else items.artists[column]
            for called in (name,) if artist is None else (name, f"{artist} - {name}"):
                spelled.setdefault(spelling(called), []).append(column)
                cased.setdefault(spelling(called).casefold(), column)
                by_name.setdefault(fold(called), column)

        def described(column: int) -> str:
            artist = None if items.artists is None else items.artists[column]
            by = "" if artist is None else f" by {artist}"
            return f"{BY_ID}{items.ids[column]}{by}, {items.listeners[column]:,} listeners"

        return cls(block, spelled, cased, by_name, items.names, described)

    def find(self, text: str) -> int | None:
        """Find the column that is called `text`: the exact spelling first, then any case, then any accents.

        Parameters
        ----------
        text
            A name, or for tracks "artist - name".

        Returns
        -------
        int | None
            None: nothing is called so.

        Raises
        ------
        BadRequest
            Several have exactly this name; the message lists them with their ids.
        """
        exact = self.spelled.get(spelling(text), ())
        if len(exact) > 1:
            choices = "; ".join(self.described(column) for column in exact[:CHOICES])
            more = f"; and {len(exact) - CHOICES} more" if len(exact) > CHOICES else ""
            raise BadRequest(
                f"'{text}' is the name of {len(exact)} {self.block}s, say which: {choices}{more}"
            )
        if exact:
            return exact[0]
        return self.cased.get(spelling(text).casefold(), self.columns.get(fold(text)))

    def close(self, text: str) -> list[str]:
        """Return the names most like `text`, best first; of equally close ones the most played."""
        names = list(self.columns)
        like = likeness(fold(text), names)
        near = [place for place in (-like).argsort(kind="stable")[:CLOSE] if like[place] >= CLOSE_ENOUGH]
        return [self.names[self.columns[names[place]]] for place in near]


def likes(release: Release, named: str | Sequence[str]) -> Likes:
    """Find the artists and tracks that are named.

    Parameters
    ----------
    release
        The model.
    named
        A list with a name each, or names in one text, separated by commas. A name may itself hold commas
        ("Earth, Wind & Fire"): in a text the longest run of parts that is a name wins. The exact spelling
        wins over one that differs in case, and that over one that differs in accents. "id:..." is an id.

    Returns
    -------
    Likes
        Each once.

    Raises
    ------
    BadRequest
        Nobody has a name (the message lists close ones), several have the same, or none is given.
    """
    indexes = [_index(release, block) for block in _nameable(release)]
    if isinstance(named, str):
        columns = list(_in_text(release, indexes, [part.strip() for part in named.split(",")]))
    else:
        columns = [_longest(release, indexes, [name], 0)[:2] for name in named]
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
    liked = [_of_id(release, item_id) for item_id in item_ids]
    if not liked:
        raise BadRequest(f"no likes are named: give ids of {release.item_block}s")
    return _likes(liked)


def _of_id(release: Release, item_id: int | str) -> tuple[BlockName, int]:
    """Return block and column of the item with this id; `BadRequest` if there is none."""
    block = release.item_block
    columns = release.once("columns by id", lambda: _by_id(release.columns(block).ids))
    column = columns.get(str(item_id).strip())
    if column is None:
        examples = ", ".join(islice(columns, 3))
        known = f"{release.dataset} has {len(columns):,} {block}s, for example {examples}"
        raise BadRequest(f"unknown {block} id '{item_id}': {known}")
    return block, column


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


def _in_text(
    release: Release, indexes: Sequence[Index], parts: Sequence[str]
) -> Iterator[tuple[BlockName, int]]:
    start = 0
    while start < len(parts):
        if not parts[start]:
            start += 1
            continue
        block, column, start = _longest(release, indexes, parts, start)
        yield block, column


def names_of(release: Release, likes: Likes) -> list[str]:
    """Return the names of what is liked, as the model spells them."""
    liked = ((BlockName.ARTIST, likes.artists), (BlockName.TRACK, likes.tracks))
    return [release.columns(block).names[column] for block, columns in liked for column in columns]


def _nameable(release: Release) -> list[BlockName]:
    return [block for block in (BlockName.ARTIST, BlockName.TRACK) if block in release.blocks]


def _longest(
    release: Release, indexes: Sequence[Index], parts: Sequence[str], start: int
) -> tuple[BlockName, int, int]:
    """Block and column of the longest name that begins at part `start`, and where it ends."""
    if parts[start].startswith(BY_ID):
        return *_of_id(release, parts[start].removeprefix(BY_ID)), start + 1
    for end in range(len(parts), start, -1):
        name = ", ".join(parts[start:end])
        for index in indexes:
            column = index.find(name)
            if column is not None:
                return index.block, column, end
    raise unknown(indexes, parts[start])


def unknown(indexes: Sequence[Index], name: str) -> BadRequest:
    """Return the error that nobody is called `name`, with who is called almost so."""
    kind = " or ".join(index.block for index in indexes)
    close = [match for index in indexes for match in index.close(name)][:CLOSE]
    hint = f"close matches: {', '.join(close)}" if close else "no name comes close"
    return BadRequest(f"unknown {kind} '{name}'; {hint}")
