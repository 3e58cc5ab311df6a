"""Recommend music from a released model, to its own listeners and to new ones, with reasons."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.errors import BadRequest
from fairtune.serving import (
    item_neighbours,
    listener_ids,
    name_search,
    ranked_rows,
    requests,
    starting_points,
)
from fairtune.serving.explanations import reasons
from fairtune.serving.fold_in import Floats
from fairtune.serving.long_tail import best_with, fewest
from fairtune.serving.recommendation import DEFAULT_N, Recommendation, RecommendationList, length_of
from fairtune.serving.release import Release
from fairtune.serving.requests import Request
from fairtune.serving.top_k import best

EXPLAINED: Final = 256  # requests that are held at once: each has a matrix of its own, factors x factors

Scores = NDArray[np.float32]
Columns = NDArray[np.int64]


class Shown(NamedTuple):
    """Items of one list, best first.

    Attributes
    ----------
    block
        Whose columns they are.
    columns
        Of the items, (k,).
    scores
        Of the items, (k,).
    ranks
        Of the items, from 1, k of them.
    """

    block: BlockName
    columns: Columns
    scores: Scores
    ranks: Sequence[int]


@dataclass(frozen=True)
class Recommender:
    """Recommends from one release; reads of it what an answer needs, when it is needed.

    Attributes
    ----------
    release
        The model.
    """

    release: Release

    @classmethod
    def load(cls, folder: Path) -> "Recommender":
        """Open the release in `folder`; `NotThere` if there is none."""
        return cls(Release.load(folder))

    def for_listener(
        self, user_id: int | str, *, n: int | None = None, kind: str | None = None, strict: bool = True
    ) -> RecommendationList:
        """Recommend to a listener of the training data.

        Parameters
        ----------
        user_id
            Of the listener.
        n
            Length of the list, 1 and above; by default ten, or as many as are left.
        kind
            Block of the items; by default the target.
        strict
            A list that can't have `n` items is an error, else it is shorter.

        Returns
        -------
        RecommendationList
            Best first, with reasons.
        """
        requested = [requests.known_listener(self.release, user_id)]
        return next(self.for_all(requested, n=n, kind=kind, strict=strict))

    def for_likes(
        self,
        likes: str | Sequence[str],
        *,
        n: int | None = None,
        kind: str | None = None,
        strict: bool = True,
    ) -> RecommendationList:
        """Recommend to somebody the model never saw, who likes "Radiohead, Björk", or a list of names."""
        requested = [requests.new_listener(self.release, name_search.likes(self.release, likes))]
        return next(self.for_all(requested, n=n, kind=kind, strict=strict))

    def for_all(
        self,
        requested: Iterable[Request],
        *,
        n: int | None = None,
        kind: str | None = None,
        strict: bool = True,
        long_tail: float = 0.0,
    ) -> Iterator[RecommendationList]:
        """Answer many requests as if each were the only one.

        A part of them at a time is held, scored and ranked together.

        Parameters
        ----------
        requested
            Who is recommended to.
        n
            Length of a list, 1 and above; by default ten, or as many as are left.
        kind
            Block of the items; by default the target.
        strict
            A list that can't have `n` items is an error, else it is shorter.
        long_tail
            Share of the places, 0..1, that emerging items get at least, as far as there are any; under music
            types of the places below them.

        Yields
        ------
        RecommendationList
            For each request, in their order.
        """
        block, left = self.kind(kind), iter(requested)
        step = min(EXPLAINED, self._rows_at_once(block))
        while part := list(islice(left, step)):
            yield from self._recommend(part, n, block, strict=strict, long_tail=long_tail)

    def batch(self, user_ids: Sequence[int | str], *, n: int = DEFAULT_N, kind: str | None = None) -> Columns:
        """Rank for many listeners at once: (len(user_ids), n) columns of `kind`, -1 where none is left."""
        block = self.kind(kind)
        rows = np.array([listener_ids.row_of(self.release, user_id) for user_id in user_ids], dtype=np.int64)
        lists = [columns for _, columns, _ in ranked_rows.ranked(self.release, rows, n, block)]
        return np.concatenate([np.empty((0, n), np.int64), *lists])

    def kind(self, kind: str | None) -> BlockName:
        """Return the block that `kind` names; the target without one."""
        if kind is not None and kind not in self.release.kinds:
            kinds = ", ".join(self.release.kinds)
            raise BadRequest(f"the model of {self.release.dataset} has no kind '{kind}'; it has: {kinds}")
        return self.release.target if kind is None else BlockName(kind)

    def emerging_below(self, block: BlockName) -> int:
        """Return the number of training listeners below which an item is emerging.

        The largest number for which the items below it hold at most a fifth of the block's listener-item
        pairs.
        """
        return self.release.once(f"emerging {block}", lambda: fewest(self.release.listeners(block)))

    def emerging(self, block: BlockName) -> NDArray[np.bool_]:
        """Return which items have fewer listeners than `emerging_below`, (n_columns,)."""
        return self.release.listeners(block) < self.emerging_below(block)

    def _rows_at_once(self, block: BlockName) -> int:
        """Listeners whose scores are held at once; under music types those of what to begin with too."""
        widest = starting_points.block_of(self.release) if block is BlockName.MUSIC_TYPE else block
        return max(1, ranked_rows.CELLS // max(self.release.width(block), self.release.width(widest)))

    def _scored(self, requested: Sequence[Request], block: BlockName) -> tuple[Scores, NDArray[np.bool_]]:
        """Score every column of `block`, and find which are known: (requests, n_columns) each."""
        known = np.zeros((len(requested), self.release.width(block)), dtype=bool)
        for row, request in zip(known, requested, strict=True):
            row[request.listening[block].columns] = True
            row[list(request.left_out.get(block, ()))] = True
        factors = np.stack([request.factor for request in requested])
        scores, beside = self.release.scores(factors, block), item_neighbours.of(self.release, block)
        if beside is not None:
            said = beside.scores([request.listening for request in requested])
            scores = (scores + said).astype(np.float32)
        return scores, known

    def _recommend(
        self,
        requested: Sequence[Request],
        n: int | None,
        block: BlockName,
        *,
        strict: bool,
        long_tail: float,
    ) -> list[RecommendationList]:
        scores, known = self._scored(requested, block)
        left = (known.shape[1] - known.sum(axis=1)).tolist()
        lengths = [
            length_of(n, left=few, strict=strict, kind=block, called=request.called)
            for request, few in zip(requested, left, strict=True)
        ]
        types = block is BlockName.MUSIC_TYPE
        if long_tail and not types:
            ranked = best_with(scores, known, max(lengths), tail=self.emerging(block), share=long_tail)
        else:
            ranked = best(scores, known, max(lengths))
        shown = [
            Shown(block, columns[:length], values[columns[:length]], range(1, length + 1))
            for columns, values, length in zip(ranked, scores, lengths, strict=True)
        ]
        kinds = {block}
        if types:
            items = self._with_starting_points(requested, shown, long_tail)
            kinds.add(starting_points.block_of(self.release))
        else:
            items = [self._described(request, one) for request, one in zip(requested, shown, strict=True)]
        below = {kind: self.emerging_below(kind) for kind in sorted(kinds)}
        return [
            RecommendationList(self.release.dataset, request.listener, block, below, tuple(listed))
            for request, listed in zip(requested, items, strict=True)
        ]

    def _with_starting_points(
        self, requested: Sequence[Request], types: Sequence[Shown], long_tail: float
    ) -> list[list[Recommendation]]:
        """Describe music types, with what to begin with under each."""
        block = starting_points.block_of(self.release)
        scores, known = self._scored(requested, block)
        described = []
        for row, (request, shown) in enumerate(zip(requested, types, strict=True)):
            chosen = starting_points.start_with(
                self.release,
                shown.columns.tolist(),
                scores=scores[row],
                known=known[row],
                tail=self.emerging(block) if long_tail else None,
                tail_share=long_tail,
            )
            columns = np.concatenate([np.empty(0, np.int64), *(columns for columns, _ in chosen)])
            values = np.concatenate([np.empty(0, np.float32), *(values for _, values in chosen)])
            lengths = [len(own) for own, _ in chosen]
            ranks = [rank for length in lengths for rank in range(1, length + 1)]
            described.append(self._described(request, shown, Shown(block, columns, values, ranks), lengths))
        return described

    def _described(
        self, request: Request, shown: Shown, under: Shown | None = None, lengths: Sequence[int] = ()
    ) -> list[Recommendation]:
        """Describe each item and why it is there; lengths[i] of those `under` stand under item i."""
        groups = [shown] if under is None else [shown, under]
        factors = np.concatenate([self.release.factors(each.block)[each.columns] for each in groups])
        contributions = request.folded.contributions(factors)
        beside = item_neighbours.of(self.release, shown.block)  # what is under types is no target
        if beside is not None:
            contributions[: len(shown.columns)] += beside.contributions(request.listening, shown.columns)
        n_shown = len(shown.columns)
        if under is None:
            return self._explained(request, shown, contributions, repeat(()))
        left = iter(self._explained(request, under, contributions[n_shown:], repeat(())))
        start_with = [tuple(islice(left, length)) for length in lengths]
        return self._explained(request, shown, contributions[:n_shown], start_with)

    def _explained(
        self,
        request: Request,
        shown: Shown,
        contributions: Floats,
        start_with: Iterable[tuple[Recommendation, ...]],
    ) -> list[Recommendation]:
        items, below = self.release.columns(shown.block), self.emerging_below(shown.block)
        why = reasons(
            self.release,
            request.origin,
            request.listening,
            block=shown.block,
            items=shown.columns,
            contributions=contributions,
        )
        columns, audience = shown.columns.tolist(), items.listeners[shown.columns].tolist()
        return [
            Recommendation(
                rank=rank,
                item_id=items.ids[column],
                name=items.names[column],
                artist=items.artists[column] if items.artists else None,
                score=score,
                reason=reason,
                why=reason.sentence(request.verb),
                listeners=listeners,
                emerging=listeners < below,
                start_with=under,
            )
            for rank, column, score, reason, listeners, under in zip(
                shown.ranks, columns, shown.scores.tolist(), why, audience, start_with, strict=False
            )
        ]
