"""Who is recommended to: a listener of the model, or somebody new who says what they like."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairtune.serving import listener_ids, name_search
from fairtune.serving.explanations import Sources, sources
from fairtune.serving.fold_in import Floats, Folded, fold_in
from fairtune.serving.histories import Listening, confidences, of_listener
from fairtune.serving.new_listeners import Likes, listening_of, share_told
from fairtune.serving.release import Release


@dataclass(frozen=True)
class Asker:
    """Somebody to recommend to.

    told, called: who, for the list and for an error. verb: of the reasons. factor: (f,), it ranks; folded and
    origin explain.
    """

    told: Mapping[str, int | str | list[str]]
    called: str
    verb: str
    listening: Listening
    factor: Floats
    folded: Folded
    origin: Sources


def known(release: Release, user_id: int | str) -> Asker:
    """Give a listener of the training data, by id; `BadRequest` if there is none."""
    row = listener_ids.row_of(release, user_id)
    listening = of_listener(release, row)
    factor = release.listener_factors[row].astype(np.float64)
    folded, origin = explaining(release, listening, weight=release.listener_weight(row))
    told = {"user_id": release.listener_ids[row]}
    return Asker(told, f"listener {user_id}", "play", listening, factor, folded, origin)


def newcomer(release: Release, likes: Likes) -> Asker:
    """Give somebody whom the model never saw, who likes these artists and tracks."""
    listening = listening_of(release, likes)
    folded, origin = explaining(release, listening, unheard=share_told(release, likes))
    told = {"likes": name_search.of(release, likes)}
    return Asker(told, "somebody with these likes", "like", listening, folded.factor, folded, origin)


def explaining(
    release: Release, listening: Listening, *, weight: float = 1.0, unheard: float = 1.0
) -> tuple[Folded, Sources]:
    """Set up what takes a listener's scores apart; weight and unheard as in `confidences` and `fold_in`."""
    folded = fold_in(
        gram=release.once("gram", lambda: gram(release)),
        columns=np.concatenate([release.factors(block)[cells.columns] for block, cells in listening.items()]),
        confidences=np.concatenate([confidences(release, *of, weight=weight) for of in listening.items()]),
        regularization=release.regularization,
        unheard=unheard,
    )
    return folded, sources(release, listening)


def gram(release: Release) -> NDArray[np.float64]:
    """Add up Y^T Y of the columns that somebody plays; the factors of the others come after the fit."""
    grams = []
    for block in release.blocks:
        factors = release.factors(block)
        if block in release.kinds:
            factors = factors[release.listeners(block) > 0]
        grams.append(factors.T @ factors)
    return np.asarray(np.sum(grams, axis=0))
