"""Why an item is recommended: what in a listener's own listening its score comes from.

A score is a sum over the cells of a listener (`fold_in.Folded.contributions`). People think in artists, not
in cells, so the cells are regrouped without changing their sum: a track counts for its artist, and a music
type for the artists who brought it into the listening, in proportion to their plays of it. Friends stay one
group, and so does each thing that the model knows of who a listener is. What comes from nobody who is known,
a track without an artist and a music type that only such tracks brought, stays in the sum and is no reason.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import DEMOGRAPHIC, BlockName
from fairtune.serving.histories import Listening
from fairtune.serving.item_types import types_of
from fairtune.serving.release import Release

NAMED: Final = 2  # a reason names at most so many artists
TRAITS: Final = {BlockName.COUNTRY: "country", BlockName.GENDER: "gender", BlockName.AGE_BAND: "age"}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sources:
    """What a listener's cells come from: their artists (or tracks), as one source their friends, then traits.

    Attributes
    ----------
    block
        Of the artists.
    columns
        Of the artists, (s,).
    position
        The source of each cell, (n_cells,), -1 for music types, the last source for what comes from nobody.
    shares
        How the cells of music types come from several, (n_types, s); rows sum to 1, or to 0: from nobody.
    traits
        Demographic blocks of the model, a source each.
    """

    block: BlockName
    columns: NDArray[np.int64]
    position: NDArray[np.int64]
    shares: Floats
    traits: tuple[BlockName, ...] = ()

    def regroup(self, contributions: Floats) -> Floats:
        """Add up contributions of cells, (n, n_cells), by source: (n, s + 1 + traits + 1); row sums stay."""
        single = self.position >= 0
        own = len(self.columns)
        added = np.zeros((own + 1 + len(self.traits) + 1, len(contributions)))
        np.add.at(added, self.position[single], contributions[:, single].T)
        types = contributions[:, ~single]
        added[:own] += (types @ self.shares).T
        added[-1] += types @ (1 - self.shares.sum(axis=1))
        return added.T


@dataclass(frozen=True)
class Reason:
    """The sources that add most to one score, the strongest first.

    Attributes
    ----------
    names
        Artists (or tracks).
    contributions
        What each adds to the score, above 0.
    friends
        How many of the listener's friends play the item, if friends are among what adds most, else 0.
    of_friends
        How many friends there are, if they are among what adds most, else 0.
    traits
        What is known of the listener ("country", ...), if it is among what adds most.
    """

    names: tuple[str, ...]
    contributions: tuple[float, ...]
    friends: int = 0
    of_friends: int = 0
    traits: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; the keys are part of the interface."""
        return {
            "listening": [
                {"name": name, "contribution": round(amount, 6)}
                for name, amount in zip(self.names, self.contributions, strict=True)
            ],
            "friends": self.friends,
            "of_friends": self.of_friends,
            **({"traits": list(self.traits)} if self.traits else {}),
        }

    def sentence(self, verb: str) -> str:
        """Return the reason as "because you play Radiohead and Blur; 3 of your 12 friends play it"."""
        own = f"because you {verb} {' and '.join(self.names)}" if self.names else ""
        plays = "plays" if self.friends == 1 else "play"
        theirs = f"{self.friends} of your {self.of_friends} friends {plays} it" if self.friends else ""
        who = f"because of your {' and '.join(self.traits)}" if self.traits else ""
        return (
            "; ".join(part for part in (own, theirs, who) if part) or "because of your listening as a whole"
        )


def sources(release: Release, listening: Listening) -> Sources:
    """Find what a listener's cells come from; they are in the order that `listening` has them."""
    block = BlockName.ARTIST if BlockName.ARTIST in release.blocks else release.item_block
    mine = listening[block].columns
    traits = tuple(part for part in listening if part in DEMOGRAPHIC)
    position = [
        np.full(len(cells.columns), len(mine) + 1 + traits.index(part))
        if part in DEMOGRAPHIC
        else _position(release, part, cells.columns, block, mine, nobody=len(mine) + 1 + len(traits))
        for part, cells in listening.items()
    ]
    shares = np.empty((0, len(mine)))
    if BlockName.MUSIC_TYPE in listening:
        types = listening[BlockName.MUSIC_TYPE].columns
        brought = types_of(release, block).take(mine).dense()[:, types].T * listening[block].plays
        total = brought.sum(axis=1, keepdims=True)
        shares = np.divide(brought, total, out=np.zeros(brought.shape), where=total > 0)
    return Sources(block, mine, np.concatenate(position), shares, traits)


def reasons(
    release: Release,
    origin: Sources,
    listening: Listening,
    *,
    block: BlockName,
    items: NDArray[np.int64],
    contributions: Floats,
) -> list[Reason]:
    """Find the reason for each item of a list.

    Parameters
    ----------
    release
        The model.
    origin
        What the listener's cells come from.
    listening
        Of the listener.
    block
        Whose columns the items are.
    items
        Columns, (n,).
    contributions
        What each cell adds to the score of each item, (n, n_cells).

    Returns
    -------
    list
        A reason for each item.
    """
    added = origin.regroup(contributions)[:, :-1]  # not what comes from nobody
    strongest = np.argsort(-added, axis=1, kind="stable")[:, : NAMED + 1]
    amounts = np.take_along_axis(added, strongest, axis=1).tolist()
    names, columns, own = release.columns(origin.block).names, origin.columns.tolist(), len(origin.columns)
    friends = listening[BlockName.FRIEND].columns if BlockName.FRIEND in listening else np.empty(0, np.int64)
    playing = _friends_playing(release, block, items, friends) if len(friends) else [0] * len(items)
    explained = []
    for order, added_by, theirs in zip(strongest.tolist(), amounts, playing, strict=True):
        best = [(source, amount) for source, amount in zip(order, added_by, strict=True) if amount > 0]
        mine = [(names[columns[source]], amount) for source, amount in best if source < own][:NAMED]
        name_friends = bool(theirs) and any(source == own for source, _ in best)
        explained.append(
            Reason(
                names=tuple(name for name, _ in mine),
                contributions=tuple(amount for _, amount in mine),
                friends=theirs if name_friends else 0,
                of_friends=len(friends) if name_friends else 0,
                traits=tuple(TRAITS[origin.traits[source - own - 1]] for source, _ in best if source > own),
            )
        )
    return explained


def _position(
    release: Release,
    part: BlockName,
    cells: NDArray[np.int64],
    block: BlockName,
    mine: NDArray[np.int64],
    *,
    nobody: int,
) -> NDArray[np.int64]:
    """Source of each cell of block `part`, where `mine` are the listener's columns of `block`."""
    if part is BlockName.MUSIC_TYPE:
        return np.full(len(cells), -1)
    if part is BlockName.FRIEND:
        return np.full(len(cells), len(mine))
    if part is block or release.item_artist is None:
        return np.arange(len(cells))
    artists = release.item_artist.take(cells).only_columns()
    return np.where(artists >= 0, np.searchsorted(mine, artists), nobody)


def _friends_playing(
    release: Release, block: BlockName, items: NDArray[np.int64], friends: NDArray[np.int64]
) -> list[int]:
    """How many of `friends` (rows: a friend's column is their row) play each of `items`."""
    plays = release.plays(block)
    playing: list[int] = np.bincount(plays.take(friends).indices, minlength=plays.shape[1])[items].tolist()
    return playing
