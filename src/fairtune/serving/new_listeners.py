"""The listening of somebody the model never saw, from the artists and tracks they say they like."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.serving.histories import Cells, Listening, average_plays
from fairtune.serving.item_types import types_of
from fairtune.serving.release import Release


@dataclass(frozen=True)
class Likes:
    """What a new listener named.

    Attributes
    ----------
    artists
        Columns of the artist block, each once.
    tracks
        Columns of the track block, each once.
    """

    artists: tuple[int, ...] = ()
    tracks: tuple[int, ...] = ()


def listening_of(release: Release, likes: Likes) -> Listening:
    """Return what somebody plays who likes these artists and tracks, as far as the model knows.

    A like counts as average listening of its block. A liked track also counts for its artist, and an artist
    or track counts for its music types by share, as it does in the matrix.
    """
    plays = {block: np.zeros(release.width(block)) for block in release.blocks}
    for block, liked in ((BlockName.ARTIST, likes.artists), (BlockName.TRACK, likes.tracks)):
        if liked:
            plays[block][list(liked)] = average_plays(release, block)
    return _spread(release, plays)


def with_plays(release: Release, listening: Listening, plays: Mapping[int, float]) -> Listening:
    """Add plays that the model was not fitted on to what a listener plays.

    Parameters
    ----------
    release
        The model.
    listening
        Of a listener, as far as the model knows; empty for somebody new.
    plays
        Column of the items that are played -> how often, above 0.

    Returns
    -------
    Listening
        For every block of the model: a play also counts for its artist and, by share, for its music types.
    """
    amounts = {block: np.zeros(release.width(block)) for block in release.blocks}
    amounts[release.item_block][list(plays)] = list(plays.values())
    added = _spread(release, amounts)
    whole = {block: np.zeros(release.width(block)) for block in release.blocks}
    for part in (listening, added):
        for block, cells in part.items():
            whole[block][cells.columns] += cells.plays
    return {block: _cells(values) for block, values in whole.items()}


def _spread(release: Release, plays: Mapping[BlockName, NDArray[np.float64]]) -> Listening:
    """Let plays count for music types, and those of tracks for their artists, as the matrix does."""
    if BlockName.MUSIC_TYPE in release.blocks:
        for block in {BlockName.ARTIST, BlockName.TRACK}.intersection(release.blocks):
            plays[BlockName.MUSIC_TYPE][:] += types_of(release, block).weighted_sum(plays[block])
    if release.item_artist is not None:
        plays[BlockName.ARTIST][:] += release.item_artist.weighted_sum(plays[BlockName.TRACK])
    return {block: _cells(amounts) for block, amounts in plays.items()}


def share_named(release: Release, likes: Likes) -> float:
    """Return the share of their listening that a new listener named, 0..1: of the average listener's number.

    Somebody who names three artists plays more: the rest is not named, and no dislike.
    """
    share = 0.0
    for block, liked in ((BlockName.ARTIST, likes.artists), (BlockName.TRACK, likes.tracks)):
        if liked:
            pairs = int(release.columns(block).listeners.sum())
            share += len(liked) * len(release.listener_factors) / max(pairs, 1)
    return min(share, 1.0)


def _cells(amounts: NDArray[np.float64]) -> Cells:
    columns = np.flatnonzero(amounts)
    return Cells(columns, amounts[columns])
