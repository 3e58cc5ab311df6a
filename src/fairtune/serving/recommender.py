"""Recommend music from a released model, to its own listeners and to new ones, with reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.errors import BadRequest
from fairtune.serving import listeners, names, starters
from fairtune.serving.folding import Floats, Folded, fold_in
from fairtune.serving.liked import of_likes, share_told
from fairtune.serving.listening import Listening, confidences, of_listener
from fairtune.serving.ranking import best
from fairtune.serving.reasons import Sources, reasons, sources
from fairtune.serving.recommendation import Recommendation, RecommendationList
from fairtune.serving.release import Release

DEFAULT_N: Final = 10
TAIL_SHARE: Final = 0.2  # of listener-item pairs, held by the emerging items
BATCH_CELLS: Final = 4_000_000  # scores that `batch` holds at once

Scores = NDArray[np.float32]
Columns = NDArray[np.int64]


@dataclass(frozen=True)
class _Asker:
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


@dataclass(frozen=True)
class Recommender:
    """Answers from one release; reads of it what an answer needs, when it is needed."""

    release: Release

    @classmethod
    def load(cls, folder: Path) -> "Recommender":
        """Open the release in `folder`; `NotThere` if there is none."""
        return cls(Release.load(folder))

    def for_listener(
        self, user_id: int | str, *, n: int | None = None, kind: str | None = None, strict: bool = True
    ) -> RecommendationList:
        """Recommend to a listener of the training data; without `n`, ten or as many as are left.

        strict: a list that can't have `n` items is an error, else it is shorter.
        """
        row = listeners.row_of(self.release, user_id)
        listening = of_listener(self.release, row)
        factor = self.release.listener_factors[row].astype(np.float64)
        told = {"user_id": self.release.listener_ids[row]}
        explaining = self._explaining(listening, weight=self.release.listener_weight(row))
        asker = _Asker(told, f"listener {user_id}", "play", listening, factor, *explaining)
        return self._recommend(asker, n, self.kind(kind), strict=strict)

    def for_likes(
        self, likes: str, *, n: int | None = None, kind: str | None = None, strict: bool = True
    ) -> RecommendationList:
        """Recommend to somebody the model never saw, who likes these artists: "Radiohead, Björk"."""
        liked = names.likes(self.release, likes)
        listening = of_likes(self.release, liked)
        folded, origin = self._explaining(listening, unheard=share_told(self.release, liked))
        told = {"likes": names.of(self.release, liked)}
        asker = _Asker(told, "somebody with these likes", "like", listening, folded.factor, folded, origin)
        return self._recommend(asker, n, self.kind(kind), strict=strict)

    def batch(self, user_ids: Sequence[int | str], *, n: int = DEFAULT_N, kind: str | None = None) -> Columns:
        """Rank for many listeners at once: (len(user_ids), n) columns of `kind`, -1 where none is left."""
        block = self.kind(kind)
        rows = np.array([listeners.row_of(self.release, user_id) for user_id in user_ids], dtype=np.int64)
        step = max(1, BATCH_CELLS // self.release.width(block))
        lists = [self._best(rows[start : start + step], n, block) for start in range(0, len(rows), step)]
        return np.concatenate([np.empty((0, n), np.int64), *lists])

    def kind(self, kind: str | None) -> BlockName:
        """Give the block that `kind` names; the target without one."""
        if kind is not None and kind not in self.release.kinds:
            there = ", ".join(self.release.kinds)
            raise BadRequest(f"the model of {self.release.dataset} has no kind '{kind}'; it has: {there}")
        return self.release.target if kind is None else BlockName(kind)

    def emerging_below(self, block: BlockName) -> int:
        """Items with fewer training listeners than this are emerging.

        The largest number for which the items below it hold at most a fifth of the block's listener-item
        pairs.
        """
        items = np.bincount(self.release.columns(block).listeners)
        pairs = np.cumsum(items * np.arange(len(items)))
        return int(np.searchsorted(pairs, TAIL_SHARE * pairs[-1], side="right"))

    def _explaining(
        self, listening: Listening, *, weight: float = 1.0, unheard: float = 1.0
    ) -> tuple[Folded, Sources]:
        release = self.release
        folded = fold_in(
            gram=release.once("gram", self._gram),
            columns=np.concatenate(
                [release.factors(block)[cells.columns] for block, cells in listening.items()]
            ),
            confidences=np.concatenate(
                [confidences(release, *of, weight=weight) for of in listening.items()]
            ),
            regularization=release.regularization,
            unheard=unheard,
        )
        return folded, sources(release, listening)

    def _gram(self) -> Floats:
        """Add up Y^T Y of the columns that somebody plays; the factors of the others come after the fit."""
        grams = []
        for block in self.release.blocks:
            factors = self.release.factors(block)
            if block in self.release.kinds:
                factors = factors[self.release.listeners(block) > 0]
            grams.append(factors.T @ factors)
        return np.asarray(np.sum(grams, axis=0))

    def _best(self, rows: Columns, n: int, block: BlockName) -> Columns:
        factors = self.release.listener_factors[rows].astype(np.float64)
        plays = self.release.plays(block).take(rows)
        known = np.zeros((len(rows), self.release.width(block)), dtype=bool)
        known[plays.row_of_cell, plays.indices] = True
        return best(self.release.scores(factors, block), known, n)

    def _scored(self, asker: _Asker, block: BlockName) -> tuple[Scores, NDArray[np.bool_]]:
        """Score every column of `block`, and say which the asker knows: (n_columns,) each."""
        known = np.zeros(self.release.width(block), dtype=bool)
        known[asker.listening[block].columns] = True
        return self.release.scores(asker.factor, block), known

    def _recommend(
        self, asker: _Asker, n: int | None, block: BlockName, *, strict: bool
    ) -> RecommendationList:
        scores, known = self._scored(asker, block)
        n = _length(n, left=int((~known).sum()), strict=strict, kind=block, called=asker.called)
        columns = best(scores[None], known[None], n)[0]
        items = self._describe(asker, block, columns, scores[columns])
        kinds = {block}
        if block is BlockName.MUSIC_TYPE:
            items = self._with_starters(asker, columns, items)
            kinds.add(starters.block_of(self.release))
        below = {kind: self.emerging_below(kind) for kind in sorted(kinds)}
        return RecommendationList(self.release.dataset, asker.told, block, below, tuple(items))

    def _with_starters(
        self, asker: _Asker, types: Columns, items: Sequence[Recommendation]
    ) -> list[Recommendation]:
        block = starters.block_of(self.release)
        scores, known = self._scored(asker, block)
        chosen = starters.start_with(self.release, types.tolist(), scores=scores, known=known)
        if not chosen:
            return []
        columns, values = (np.concatenate(parts) for parts in zip(*chosen, strict=True))
        described = iter(self._describe(asker, block, columns, values))
        return [
            replace(
                item, start_with=tuple(replace(next(described), rank=rank + 1) for rank in range(len(own)))
            )
            for item, (own, _) in zip(items, chosen, strict=True)
        ]

    def _describe(
        self, asker: _Asker, block: BlockName, columns: Columns, scores: Scores
    ) -> list[Recommendation]:
        told, below = self.release.columns(block), self.emerging_below(block)
        contributions = asker.folded.contributions(self.release.factors(block)[columns])
        why = reasons(
            self.release,
            asker.origin,
            asker.listening,
            block=block,
            items=columns,
            contributions=contributions,
        )
        return [
            Recommendation(
                rank=rank,
                item_id=told.ids[column],
                name=told.names[column],
                artist=told.artists[column] if told.artists else None,
                score=float(score),
                reason=reason,
                why=reason.sentence(asker.verb),
                listeners=int(told.listeners[column]),
                emerging=bool(told.listeners[column] < below),
            )
            for rank, (column, score, reason) in enumerate(zip(columns, scores, why, strict=True), start=1)
        ]


def _length(n: int | None, *, left: int, strict: bool, kind: BlockName, called: str) -> int:
    """Give the length of a list, or say what it may be."""
    spoken = kind.replace("_", " ")
    if left == 0 and strict:
        raise BadRequest(f"{called} already plays every {spoken} there is: nothing is left to recommend")
    wanted = DEFAULT_N if n is None else n
    if wanted < 1 or (wanted > left and strict and n is not None):
        reach = f"it goes from 1 to {left:,}, the number of {spoken}s that {called} doesn't play yet"
        raise BadRequest(f"n = {n} is out of range: {reach}")
    return min(wanted, left)
