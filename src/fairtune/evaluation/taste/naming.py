"""What sets groups of listeners apart: the music types and artists that one has more of than all others.

They are found by the log-odds ratio with an informative Dirichlet prior, see `log_odds`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fairtune.columns import ARTIST, NAME, OTHER, UNKNOWN, BlockName, Part
from fairtune.matrix.matrix import Matrix

Floats = NDArray[np.float64]
PRIOR: Final = 20.0
"""Listeners that average listening weighs as much as: what few play needs more to stand out."""
IN_NAME: Final = 2
MOST_IN_NAME: Final = 3
LISTED: Final = 6
LONGEST: Final = 40  # letters of a word in a name: MLflow takes names of figures up to 250
CHANCE: Final = 0.05
"""Of anything being called sure in a group that plays what all others do (Bonferroni over all things)."""
MIXED: Final = "mixed tastes"


@dataclass(frozen=True)
class Affinity:
    """A music type or artist that a group plays more than others do.

    Attributes
    ----------
    name
        Of the music type or artist.
    share
        Of what the group's listeners play, each listener counting alike, 0..1.
    elsewhere
        The same share of what all others play, 0..1.
    z
        The log-odds ratio over its standard deviation.
    sure
        Whether z is more than chance explains, even of the one that stands out most.
    """

    name: str
    share: float
    elsewhere: float
    z: float
    sure: bool


@dataclass(frozen=True)
class Description:
    """A group in words.

    Attributes
    ----------
    name
        Its own among all groups.
    types
        Music types that it plays more than others do, strongest first.
    artists
        Artists that it plays more than others do, strongest first.
    """

    name: str
    types: tuple[Affinity, ...]
    artists: tuple[Affinity, ...]


def describe(matrix: Matrix, part: Part, labels: NDArray[np.intp], number: int) -> tuple[Description, ...]:
    """Describe groups of listeners by what they play.

    Parameters
    ----------
    matrix
        The listening.
    part
        Of the listening that is looked at.
    labels
        The group of each listener, (n_listeners,), 0..number - 1; -1: in no group.
    number
        Of groups.

    Returns
    -------
    tuple[Description, ...]
        One for each group, named by music types, or by artists where types are unknown.
    """
    types = affinities(*_types(matrix, part), labels, number)
    artists = affinities(*_artists(matrix, part), labels, number)
    naming, between = (map(unlike, types), " & ") if any(types) else (artists, ", ")
    names = distinct(
        [[_short(affinity.name) for affinity in group if affinity.sure] for group in naming],
        [[_short(affinity.name) for affinity in group] for group in artists],
        between=between,
    )
    return tuple(map(Description, names, types, artists))


def affinities(
    plays: csr_array, names: Sequence[str], labels: NDArray[np.intp], number: int
) -> list[tuple[Affinity, ...]]:
    """Find what each group plays more than all others.

    Parameters
    ----------
    plays
        Listeners x things, shape (n_listeners, n_things): whether, or how many. A listener's row is scaled to
        sum 1.
    names
        Of the n_things things.
    labels
        The group of each listener, (n_listeners,), 0..number - 1; -1: in no group.
    number
        Of groups.

    Returns
    -------
    list[tuple[Affinity, ...]]
        For each group, at most `LISTED`, strongest first.
    """
    totals = np.asarray(plays.sum(axis=1), dtype=np.float64).ravel()
    rows = np.flatnonzero((totals > 0) & (labels >= 0))
    members = csr_array((1 / totals[rows], (labels[rows], rows)), shape=(number, len(labels)))
    inside = np.asarray((members @ plays).todense(), dtype=np.float64)
    z = log_odds(inside, prior=PRIOR)
    outside = inside.sum(axis=0) - inside
    share, elsewhere = (_shares(amount) for amount in (inside, outside))
    sure = NormalDist().inv_cdf(1 - CHANCE / max(len(names), 1))
    order = np.argsort(-z, axis=1, kind="stable")[:, :LISTED]
    return [
        tuple(
            Affinity(
                name=str(names[i]),
                share=float(share[g, i]),
                elsewhere=float(elsewhere[g, i]),
                z=float(z[g, i]),
                sure=bool(z[g, i] > sure),
            )
            for i in order[g]
            if z[g, i] > 0
        )
        for g in range(number)
    ]


def log_odds(inside: Floats, *, prior: float) -> Floats:
    """Compute how much more of a thing each group has than all others together.

    Parameters
    ----------
    inside
        Amounts, shape (groups, things), 0 and above.
    prior
        The amount that average listening weighs as much as, above 0.

    Returns
    -------
    Floats
        z-scores, shape (groups, things), above 0 where a group has more than others; 0 for what nobody has,
        and where there is nothing else.

    Notes
    -----
    With y the amounts of a group and n their sum, y' and n' those of all others, and a the `prior` amount
    spread over things as they are over all groups,

        delta = ln((y + a) / (n + prior - y - a)) - ln((y' + a) / (n' + prior - y' - a))
        z     = delta / sqrt(1 / (y + a) + 1 / (y' + a))

    which are equations 15, 16 and 22 of the paper.

    References
    ----------
    Monroe, Colaresi and Quinn, "Fightin' words: lexical feature selection and evaluation for identifying the
    content of political conflict", Political Analysis 16, 2008.
    """
    every = inside.sum(axis=0)
    varied = (every > 0) & (every < every.sum())
    z = np.zeros_like(inside)
    a = prior * every[varied] / max(every.sum(), 1e-300)
    one, other = inside[:, varied] + a, every[varied] - inside[:, varied] + a
    n = inside.sum(axis=1, keepdims=True) + prior
    m = every.sum() - inside.sum(axis=1, keepdims=True) + prior
    delta = np.log(one / (n - one)) - np.log(other / (m - other))
    z[:, varied] = delta / np.sqrt(1 / one + 1 / other)
    return z


def distinct(words: Sequence[Sequence[str]], artists: Sequence[Sequence[str]], *, between: str) -> list[str]:
    """Name each group by its first words: two, three where two are taken, else with its first free artist.

    Parameters
    ----------
    words
        Of each group, strongest first.
    artists
        Of each group, strongest first; what tells groups apart that have the same words.
    between
        What words are joined by.

    Returns
    -------
    list[str]
        A name for each group, no two alike. A group without words is `MIXED`; one that artists don't set
        apart either is numbered.
    """
    taken = {OTHER, UNKNOWN}
    names = []
    for its_words, its_artists in zip(words, artists, strict=True):
        longer = [between.join(its_words[:size]) or MIXED for size in range(IN_NAME, MOST_IN_NAME + 1)]
        beside = (f"{longer[0]} ({more})" for more in chain(its_artists, count(2)))
        name = next(name for name in chain(longer, beside) if name not in taken)
        taken.add(name)
        names.append(name)
    return names


def unlike(types: Sequence[Affinity]) -> list[Affinity]:
    """Leave out a type that has a word of one before it inside, or the reverse.

    So a name reads 'metal & hard rock', not 'metal & metalcore' or 'metal & heavy metal'.
    """
    kept: list[Affinity] = []
    for affinity in types:
        words = affinity.name.split()
        if not any(
            one in word or word in one for other in kept for one in other.name.split() for word in words
        ):
            kept.append(affinity)
    return kept


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def _shares(amounts: Floats) -> Floats:
    total = amounts.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(amounts, total, out=np.zeros_like(amounts), where=total > 0))


def _types(matrix: Matrix, part: Part) -> tuple[csr_array, Sequence[str]]:
    """Return listeners x music types, items played of each; no column where types are unknown."""
    shares = matrix.shares.get(BlockName.MUSIC_TYPE)
    if shares is None:
        return csr_array((len(matrix.listeners), 0)), []
    columns = matrix.columns[BlockName.MUSIC_TYPE]
    return csr_array(_played(matrix, part) @ shares), columns[NAME].tolist()


def _artists(matrix: Matrix, part: Part) -> tuple[csr_array, Sequence[str]]:
    """Return listeners x artists, items played of each; an item without an artist is left out."""
    columns = matrix.columns[matrix.item_block]
    codes, names = columns[NAME if matrix.item_block is BlockName.ARTIST else ARTIST].factorize(sort=True)
    known = np.flatnonzero(codes >= 0)
    by = csr_array((np.ones(len(known)), (known, codes[known])), shape=(len(codes), len(names)))
    return csr_array(_played(matrix, part) @ by), [str(name) for name in names]


def _played(matrix: Matrix, part: Part) -> csr_array:
    """Return listeners x items, ones."""
    plays = matrix.plays(part)
    return csr_array((np.ones(len(plays.data)), plays.indices, plays.indptr), shape=plays.shape)
