"""Why an item is recommended: what in a listener's own listening its score comes from.

A score is a sum over the cells of a listener (`folding.Folded.contributions`). People think in artists, not
in cells, so the cells are regrouped without changing their sum: a track counts for its artist, and a music
type for the artists who brought it into the listening, in proportion to their plays of it. Friends stay one
group.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.serving.listening import Listening
from fairtune.serving.release import Release
from fairtune.serving.shares import types_of

NAMED: Final = 2  # a reason names at most so many artists

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sources:
    """What a listener's cells come from.

    block: of the sources that are music. columns: (s,) their columns. spread: (n_cells, s + 1), rows sum to
    1; the last source is the listener's friends.
    """

    block: BlockName
    columns: NDArray[np.int64]
    spread: Floats


@dataclass(frozen=True)
class Reason:
    """The sources that add most to one score, the strongest first.

    names: artists (or tracks). contributions: what each adds to the score, above 0. friends: how many of the
    listener's friends play the item, if friends are among what adds most, else 0. of_friends: how many there
    are.
    """

    names: tuple[str, ...]
    contributions: tuple[float, ...]
    friends: int = 0
    of_friends: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON; the keys are part of the interface."""
        return {
            "listening": [
                {"name": name, "contribution": round(amount, 6)}
                for name, amount in zip(self.names, self.contributions, strict=True)
            ],
            "friends": self.friends,
            "of_friends": self.of_friends,
        }

    def sentence(self, verb: str) -> str:
        """Read as "because you play Radiohead and Blur; 3 of your 12 friends play it"."""
        own = f"because you {verb} {' and '.join(self.names)}" if self.names else ""
        plays = "plays" if self.friends == 1 else "play"
        theirs = f"{self.friends} of your {self.of_friends} friends {plays} it" if self.friends else ""
        return "; ".join(part for part in (own, theirs) if part) or "because of your listening as a whole"


def sources(release: Release, listening: Listening) -> Sources:
    """Regroup a listener's cells by the music (or friends) they come from."""
    block = BlockName.ARTIST if BlockName.ARTIST in release.blocks else release.item_block
    columns = listening[block].columns
    parts = [
        _friends(len(cells.columns), len(columns))
        if part is BlockName.FRIEND
        else _music(release, listening, part, block)
        for part, cells in listening.items()
    ]
    return Sources(block, columns, np.concatenate(parts))


def reasons(
    release: Release,
    origin: Sources,
    listening: Listening,
    *,
    block: BlockName,
    items: NDArray[np.int64],
    contributions: Floats,
) -> list[Reason]:
    """Give the reason for each of `items`, columns of `block`; contributions: (len(items), n_cells)."""
    added = contributions @ origin.spread
    strongest = np.argsort(-added, axis=1, kind="stable")[:, : NAMED + 1]
    names = release.columns(origin.block).names
    friends = listening[BlockName.FRIEND].columns if BlockName.FRIEND in listening else np.empty(0, np.int64)
    playing = _friends_playing(release, block, items, friends)
    found = []
    for item, (order, amounts) in enumerate(zip(strongest, added, strict=True)):
        best = [int(source) for source in order if amounts[source] > 0]
        own = [source for source in best if source < len(origin.columns)][:NAMED]
        told = bool(playing[item]) and len(origin.columns) in best
        found.append(
            Reason(
                names=tuple(names[origin.columns[source]] for source in own),
                contributions=tuple(float(amounts[source]) for source in own),
                friends=int(playing[item]) if told else 0,
                of_friends=len(friends) if told else 0,
            )
        )
    return found


def _friends(n_cells: int, n_sources: int) -> Floats:
    spread = np.zeros((n_cells, n_sources + 1))
    spread[:, -1] = 1
    return spread


def _music(release: Release, listening: Listening, part: BlockName, block: BlockName) -> Floats:
    """Spread the cells of `part` over a listener's columns of `block`: (n_cells, s + 1), rows sum to 1."""
    cells, mine = listening[part].columns, listening[block]
    spread = np.zeros((len(cells), len(mine.columns) + 1))
    if part is block:
        np.fill_diagonal(spread, 1)
    elif part is BlockName.MUSIC_TYPE:
        brought = types_of(release, block).take(mine.columns).dense()[:, cells].T * mine.plays
        spread[:, :-1] = brought / brought.sum(axis=1, keepdims=True)
    elif release.item_artist is not None:
        artists = release.item_artist.take(cells).indices  # one a track
        spread[np.arange(len(cells)), np.searchsorted(mine.columns, artists)] = 1
    return spread


def _friends_playing(
    release: Release, block: BlockName, items: NDArray[np.int64], friends: NDArray[np.int64]
) -> NDArray[np.int64]:
    """How many of `friends` (rows: a friend's column is their row) play each of `items`: (len(items),)."""
    plays = release.plays(block)
    return np.bincount(plays.take(friends).indices, minlength=plays.shape[1])[items]
