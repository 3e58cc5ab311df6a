"""Who is recommended to: a listener of the model, or somebody new who says what they like."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.serving import listener_ids, name_search
from fairtune.serving.explanations import Sources, sources
from fairtune.serving.fold_in import Floats, Folded, fold_in
from fairtune.serving.histories import Listening, confidences, of_listener
from fairtune.serving.new_listeners import Likes, listening_of, share_named, with_plays
from fairtune.serving.release import Release


@dataclass(frozen=True)
class Request:
    """Somebody to recommend to.

    Attributes
    ----------
    listener
        Who it is, for the list.
    called
        Who it is, for an error.
    verb
        Of the reasons.
    listening
        Cells of the listener.
    factor
        Ranks, (f,).
    folded
        Explains scores by cells.
    origin
        Explains cells by artists, friends and traits.
    left_out
        Columns that aren't listed although they aren't played, by block.
    """

    listener: Mapping[str, int | str | list[str]]
    called: str
    verb: str
    listening: Listening
    factor: Floats
    folded: Folded
    origin: Sources
    left_out: Mapping[BlockName, Collection[int]] = field(default_factory=dict)


def known_listener(
    release: Release, user_id: int | str, *, plays: Mapping[int, float] | None = None
) -> Request:
    """Look up a listener of the training data by id.

    Parameters
    ----------
    release
        The model.
    user_id
        Of the listener; `BadRequest` if there is none.
    plays
        What they have played since: column of the items that are played -> how often. Their factor is solved
        for anew with it.

    Returns
    -------
    Request
        Of this listener.
    """
    row = listener_ids.row_of(release, user_id)
    listening, weight = of_listener(release, row), release.listener_weight(row)
    factor = release.listener_factors[row].astype(np.float64)
    if plays:
        listening = with_plays(release, listening, plays)
    folded, origin = explaining(release, listening, weight=weight)
    listener = {"user_id": release.listener_ids[row]}
    called = f"listener {user_id}"
    return Request(listener, called, "play", listening, folded.factor if plays else factor, folded, origin)


def somebody_who_played(release: Release, user_id: int | str, plays: Mapping[int, float]) -> Request:
    """Fold in a listener whom the model doesn't know, by what they have played: columns -> how often."""
    listening = with_plays(release, {}, plays)
    folded, origin = explaining(release, listening)
    called = f"listener {user_id}"
    return Request({"user_id": user_id}, called, "play", listening, folded.factor, folded, origin)


def new_listener(release: Release, likes: Likes) -> Request:
    """Fold in somebody whom the model never saw, who likes these artists and tracks."""
    listening = listening_of(release, likes)
    folded, origin = explaining(release, listening, zero_confidence=share_named(release, likes))
    listener = {"likes": name_search.names_of(release, likes)}
    return Request(listener, "somebody with these likes", "like", listening, folded.factor, folded, origin)


def explaining(
    release: Release, listening: Listening, *, weight: float = 1.0, zero_confidence: float = 1.0
) -> tuple[Folded, Sources]:
    """Set up what takes a listener's scores apart.

    Parameters
    ----------
    release
        The model.
    listening
        Cells of the listener.
    weight
        Of the listener in the fit; 1 for a new one.
    zero_confidence
        In what the listener doesn't play, 0..1, as in `fold_in`.

    Returns
    -------
    tuple
        What explains scores by cells, and cells by artists, friends and traits.
    """
    folded = fold_in(
        gram=release.once("gram", lambda: gram(release)),
        columns=np.concatenate([release.factors(block)[cells.columns] for block, cells in listening.items()]),
        confidences=np.concatenate(
            [confidences(release, block, cells, weight=weight) for block, cells in listening.items()]
        ),
        regularization=release.regularization,
        zero_confidence=zero_confidence,
    )
    return folded, sources(release, listening)


def gram(release: Release) -> NDArray[np.float64]:
    """Sum Y^T Y over the columns that somebody plays; the factors of the others come after the fit."""
    grams = []
    for block in release.blocks:
        factors = release.factors(block)
        if block in release.kinds:
            factors = factors[release.listeners(block) > 0]
        grams.append(factors.T @ factors)
    return np.asarray(np.sum(grams, axis=0))
