"""What anything that recommends from a release can be asked: lists, similar items, reasons."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from fairtune.api.lists import RANK, SCORE
from fairtune.columns import ARTIST, ITEM, NAME, USER, BlockName
from fairtune.errors import BadRequest
from fairtune.serving import item_neighbours, listener_ids, ranked_rows, requests
from fairtune.serving.explanations import reasons
from fairtune.serving.recommendation import RecommendationList
from fairtune.serving.recommender import Recommender
from fairtune.serving.top_k import best

SIMILARITY: Final = "similarity"
Id = int | str


@dataclass(frozen=True)
class Explanation:
    """Why a listener gets an item.

    Attributes
    ----------
    item_id
        Of the item.
    name
        Of the item.
    score
        The model's, comparable within one list only.
    why
        The reason as a sentence.
    because
        What adds most to the score: {"listening": [{name, contribution}], "friends", "of_friends"}.
    known
        Whether the listener plays it already, so that no list has it.
    """

    item_id: Id
    name: str
    score: float
    why: str
    because: dict[str, Any]
    known: bool


class Recommends(ABC):
    """Something that recommends from a release."""

    @abstractmethod
    def _recommender(self) -> Recommender:
        """Return what answers."""

    def recommend(
        self,
        listeners: Id | Iterable[Id] | None = None,
        n: int = 10,
        *,
        filter_known: bool = True,
        kind: str | None = None,
    ) -> pd.DataFrame:
        """Recommend to listeners of the data that was fitted.

        Parameters
        ----------
        listeners
            Their ids, or one of them; by default all.
        n
            Length of a list, 1 and above; a list is shorter where a listener plays nearly everything.
        filter_known
            Leave out what the listener plays.
        kind
            Block of the items; by default the target.

        Returns
        -------
        DataFrame
            user_id, item_id, rank (from 1), score, name, artist (null but for tracks): a row a place,
            listeners in the order asked for.

        Raises
        ------
        BadRequest
            `n` is below 1, or a listener or a kind isn't known.
        """
        recommender = self._recommender()
        release, block = recommender.release, recommender.kind(kind)
        if n < 1:
            raise BadRequest(f"recommend: n = {n} is out of range: it goes from 1")
        one = isinstance(listeners, int | str | np.integer)
        asked = release.listener_ids if listeners is None else [listeners] if one else list(listeners)  # type: ignore[arg-type]
        rows = np.array([listener_ids.row_of(release, _plain(user)) for user in asked], dtype=np.int64)
        found = list(ranked_rows.ranked(release, rows, n, block, filter_known=filter_known))
        columns, scores = (
            np.concatenate([np.empty((0, n), kind_), *(part[at] for part in found)])
            for at, kind_ in ((1, np.int64), (2, np.float32))
        )
        place, rank = np.nonzero(columns >= 0)
        items, at = release.columns(block), columns[columns >= 0]
        artists = np.array(items.artists, dtype=object)[at] if items.artists else None
        return pd.DataFrame(
            {
                USER: np.array(release.listener_ids)[rows][place],
                ITEM: np.array(items.ids)[at],
                RANK: rank + 1,
                SCORE: scores[columns >= 0],
                NAME: pd.Series(np.array(items.names, dtype=object)[at], dtype="str"),
                ARTIST: pd.Series(artists, index=range(len(at)), dtype="str"),
            }
        )

    def recommend_for_likes(
        self, likes: str | Sequence[str], n: int = 10, *, kind: str | None = None
    ) -> pd.DataFrame:
        """Recommend to somebody the model never saw, who likes "Radiohead, Björk", or a list of names.

        Parameters
        ----------
        likes
            Names of artists, tracks or music types; `BadRequest` says of an unknown one what comes close.
        n
            Length of the list, 1 and above.
        kind
            Block of the items; by default the target.

        Returns
        -------
        DataFrame
            item_id, rank, score, name, artist, why.
        """
        listed = self._recommender().for_likes(likes, n=n, kind=kind)
        return _frame(listed)

    def similar(self, items: Id | Iterable[Id], n: int = 10, *, kind: str | None = None) -> pd.DataFrame:
        """Find the items whose factors point most nearly the same way.

        Parameters
        ----------
        items
            Their ids, or one of them.
        n
            How many for each.
        kind
            Block of the items; by default the target.

        Returns
        -------
        DataFrame
            item_id (the one asked for), similar_id, rank, similarity (cosine, -1..1), name.

        Notes
        -----
        An item that isn't known raises `BadRequest`.
        """
        recommender = self._recommender()
        release, block = recommender.release, recommender.kind(kind)
        asked = [items] if isinstance(items, int | str | np.integer) else list(items)
        described = release.columns(block)
        at = np.array([_column(described.ids, _plain(item), block) for item in asked], dtype=np.int64)
        factors = release.factors(block)
        lengths = np.linalg.norm(factors, axis=1, keepdims=True)
        directions = factors / np.where(lengths > 0, lengths, 1)
        cosines = (directions[at] @ directions.T).astype(np.float32)
        left_out = np.broadcast_to(lengths.ravel() == 0, cosines.shape).copy()
        left_out[np.arange(len(at)), at] = True
        columns = best(cosines, left_out, n)
        place, rank = np.nonzero(columns >= 0)
        found = columns[columns >= 0]
        return pd.DataFrame(
            {
                ITEM: np.array(described.ids)[at][place],
                "similar_id": np.array(described.ids)[found],
                RANK: rank + 1,
                SIMILARITY: cosines[place, found],
                NAME: pd.Series(np.array(described.names, dtype=object)[found], dtype="str"),
            }
        )

    def explain(self, listener: Id, item: Id, *, kind: str | None = None) -> Explanation:
        """Take the score of an item for a listener apart: what in their listening it comes from.

        Parameters
        ----------
        listener
            Id of a listener of the data that was fitted.
        item
            Id of any item, listed or not.
        kind
            Block of the item; by default the target.

        Returns
        -------
        Explanation
            The score and its reason.
        """
        recommender = self._recommender()
        release, block = recommender.release, recommender.kind(kind)
        request = requests.known_listener(release, _plain(listener))
        described = release.columns(block)
        column = np.array([_column(described.ids, _plain(item), block)])
        contributions = request.folded.contributions(release.factors(block)[column])
        beside = item_neighbours.of(release, block)
        scores = release.scores(request.factor[None], block)[0, column]
        if beside is not None:
            contributions = contributions + beside.contributions(request.listening, column)
            scores = scores + beside.scores([request.listening])[0, column]
        (reason,) = reasons(
            release, request.origin, request.listening, block=block, items=column, contributions=contributions
        )
        return Explanation(
            item_id=described.ids[column[0]],
            name=described.names[column[0]],
            score=float(scores[0]),
            why=reason.sentence(request.verb),
            because=reason.as_dict(),
            known=bool(np.isin(column, request.listening[block].columns)[0]),
        )


def _column(ids: list[Id], item: Id, block: BlockName) -> int:
    if item not in ids:
        raise BadRequest(f"unknown {block.replace('_', ' ')} id {item!r}; for example: {ids[:3]}")
    return ids.index(item)


def _plain(asked: Any) -> Id:
    """Return an id as Python has it: numpy's numbers are none of the release's."""
    return asked.item() if isinstance(asked, np.generic) else asked  # type: ignore[no-any-return]


def _frame(listed: RecommendationList) -> pd.DataFrame:
    rows = [
        {ITEM: i.item_id, RANK: i.rank, SCORE: i.score, NAME: i.name, ARTIST: i.artist, "why": i.why}
        for i in listed.items
    ]
    return pd.DataFrame(rows, columns=[ITEM, RANK, SCORE, NAME, ARTIST, "why"])
