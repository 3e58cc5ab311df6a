"""Every fit that a release and its evaluation need, from one matrix and one set of hyperparameters."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from fairtune.columns import BlockName, Part
from fairtune.config.hyperparameters import Hyperparameters
from fairtune.config.sections import Evaluate, Train
from fairtune.matrix.matrix import Matrix
from fairtune.models.als import model as als
from fairtune.models.als.solver import Start
from fairtune.models.champion_start import Starts
from fairtune.models.neighbours.model import Learned
from fairtune.models.play_prediction import predictor
from fairtune.models.play_prediction.predictor import PlayPredictor
from fairtune.models.reranking.fit import Reranking, find, lift


@dataclass(frozen=True)
class Training:
    """The fits of `als`, each worked out when it is asked for.

    Attributes
    ----------
    matrix
        What is fitted.
    chosen
        The hyperparameters that the search chose.
    train
        Folds of the play predictor, and what re-ranked lists are to keep.
    evaluate
        The groups that re-ranking goes by.
    starts
        Where fits start from the champion's factors; None: all start afresh.
    seed
        Of every draw.
    threads
        Processor threads, which change no byte.
    advance
        Called after each iteration of each fit.

    """

    matrix: Matrix
    chosen: Hyperparameters
    train: Train
    evaluate: Evaluate
    starts: Starts | None
    seed: int
    threads: int
    advance: Callable[[], None] = lambda: None

    @property
    def iterations(self) -> int:
        """Iterations that all fits take together: a fit a part, a fold and an influencer."""
        warm = len(self.starts.starts) if self.starts else 0
        cold = len(Part) - warm + self.train.folds + len(self.matrix.influencers)
        return cold * self.chosen.iterations + (warm * self.starts.chosen.iterations if self.starts else 0)

    @cached_property
    def reranking(self) -> Reranking | None:
        """What re-ranks the target, chosen on the validation part; None if nothing is asked for.

        A bound that can't be kept is come as near to as can be: whether that will do is for the gate to say.
        """
        wanted = self.train.rerank
        if wanted is None:
            return None
        return find(self.matrix, self._plain, wanted, self.evaluate, threads=self.threads)

    def fit(self, part: Part) -> als.Als:
        """Fit everything in `part`, with what re-ranks its target."""
        return self._lifted(self._plain if part is Part.TRAIN else self._whole(part), part)

    def fit_without(self, block: BlockName) -> als.Als:
        """Fit train and validation without one influencer, for the ablation."""
        return self._lifted(self._fit(self.matrix.without(block), Part.TRAIN_VALID), Part.TRAIN_VALID)

    def play_predictor(self) -> PlayPredictor:
        """Learn to predict play counts on train and validation."""
        return predictor.learn(
            self.matrix,
            Part.TRAIN_VALID,
            lambda held: self._fit(held, Part.TRAIN, chosen=replace(self.chosen, share=0.0)),
            folds=self.train.folds,
            seed=self.seed,
        )

    @cached_property
    def _learned(self) -> dict[Part, Learned]:
        """Neighbours of each part: leaving a block out changes none that don't look at it."""
        return {part: Learned(part, self.threads) for part in Part}

    @cached_property
    def _plain(self) -> als.Als:
        return self._whole(Part.TRAIN)

    def _whole(self, part: Part) -> als.Als:
        start = self.starts.starts.get(part) if self.starts else None
        if self.starts is None or start is None:
            return self._fit(self.matrix, part)
        return self._fit(self.matrix, part, chosen=self.starts.chosen, start=start)

    def _fit(
        self,
        matrix: Matrix,
        part: Part,
        *,
        chosen: Hyperparameters | None = None,
        start: Start | None = None,
    ) -> als.Als:
        return als.fit(
            matrix,
            part,
            chosen or self.chosen,
            seed=self.seed,
            threads=self.threads,
            progress=lambda _: self.advance(),
            start=start,
            neighbours=self._learned[part].of(matrix, chosen or self.chosen),
        )

    def _lifted(self, model: als.Als, part: Part) -> als.Als:
        if self.reranking is None or not self.reranking.multipliers:
            return model
        return lift(self.matrix, model, part, self.reranking.multipliers, self.evaluate)
