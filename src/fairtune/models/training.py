"""Fitting the factorisation as a run does: every fit by the same settings, some from where others ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fairtune.columns import Part
from fairtune.config.params import Hyperparameters
from fairtune.matrix.matrix import Matrix
from fairtune.models.als import model as als
from fairtune.models.als.model import Als, Start


@dataclass(frozen=True, kw_only=True)
class Trainer:
    """What the fits of a run have in common.

    finished: called after each iteration. starts: factors that the fit of everything in a part starts from;
    such a fit takes the settings `shorter`.
    """

    matrix: Matrix
    chosen: Hyperparameters
    seed: int
    threads: int
    finished: Callable[[], None]
    starts: Mapping[Part, Start]
    shorter: Hyperparameters

    def fit(self, matrix: Matrix, part: Part) -> Als:
        """Fit another matrix, one without a block or with cells held out, from the beginning."""
        return self._fit(matrix, part, self.chosen, None)

    def whole(self, part: Part) -> Als:
        """Fit everything in `part`, from `starts` where they have it."""
        start = self.starts.get(part)
        return self._fit(self.matrix, part, self.chosen if start is None else self.shorter, start)

    def _fit(self, matrix: Matrix, part: Part, settings: Hyperparameters, start: Start | None) -> Als:
        return als.fit(
            matrix,
            part,
            settings,
            seed=self.seed,
            threads=self.threads,
            progress=lambda _: self.finished(),
            start=start,
        )
