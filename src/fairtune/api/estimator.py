"""`ALS`: the product's model as an estimator, driven like those of scikit-learn."""

import os
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from pydantic import ValidationError
from scipy.sparse import csr_array

from fairtune.api.recommending import Recommends
from fairtune.columns import Part
from fairtune.config.hyperparameters import Hyperparameters, hyperparameters
from fairtune.errors import BadRequest
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.ranking import Rows
from fairtune.models import release
from fairtune.models.als import model as als
from fairtune.models.base import Scores
from fairtune.serving.recommender import Recommender

DEFAULTS: Mapping[str, Any] = {
    "factors": 64,
    "regularization": 10.0,
    "iterations": 15,
    "alpha": 6.0,
    "beta": 0.25,
    "gamma": 0.0,
    "scaling": "log",
    "block_weights": {},
}


class ALS(Recommends):
    """Alternating least squares over blocks, with balance and item neighbours.

    Parameters
    ----------
    seed
        Of the start of the factors; same seed, same model.
    threads
        Processor threads, 1 and above, which change no result; by default all there are.
    **chosen
        Hyperparameters, the same as `tune.start` in params.yaml: factors, regularization,
        regularization_exponent, iterations, alpha, beta (popularity balance), gamma (balance between artists'
        regions), delta (balance between listeners), scaling, block_weights, share (of the neighbours), ...

    Attributes
    ----------
    model_
        Factors and weights, once fitted (`fairtune.models.als.model.Als`).

    Notes
    -----
    The same hyperparameters, matrix and seed give the factors of the pipeline's stage `train`, to the last
    digit where instructions are pinned as it pins them (`fairtune.config.environment`), else nearly.
    """

    model_: als.Als

    def __init__(self, *, seed: int = 0, threads: int | None = None, **chosen: Any) -> None:
        self.seed, self.threads = seed, threads
        self._given = {
            **_usual(),
            **chosen,
        }  # as they are: scikit-learn's `clone` asks
        self._chosen = _checked(self._given)
        self._matrix: Matrix | None = None
        self._part = Part.TRAIN_VALID
        self._opened: Recommender | None = None

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's form
        """Return every hyperparameter, seed and threads by name."""
        return {"seed": self.seed, "threads": self.threads, **self._given}

    def set_params(self, **chosen: Any) -> Self:
        """Change hyperparameters, seed or threads; what was fitted stays until the next `fit`."""
        given = self.get_params() | chosen
        seed, threads = given.pop("seed"), given.pop("threads")
        self._chosen = _checked(given)
        self.seed, self.threads, self._given = seed, threads, given
        return self

    def __repr__(self) -> str:
        """Return what differs from the defaults."""
        usual = ALS().get_params()
        own = {name: value for name, value in self.get_params().items() if value != usual[name]}
        return f"ALS({', '.join(f'{name}={value!r}' for name, value in own.items())})"

    def fit(self, matrix: Matrix, part: str = "train_valid") -> Self:
        """Fit the factors.

        Parameters
        ----------
        matrix
            From `build_matrix`.
        part
            What is learned from: "train" to compare settings by the validation part, "train_valid" to judge
            by the test part, "all" to recommend from.

        Returns
        -------
        Self
            The estimator itself.

        Raises
        ------
        BadRequest
            There is no such part.
        """
        if part not in set(Part):
            raise BadRequest(f"fit: no part '{part}'; there are: {', '.join(Part)}")
        self._matrix, self._part = matrix, Part(part)
        self._opened = None
        threads = self.threads or os.cpu_count() or 1
        self.model_ = als.fit(matrix, self._part, self._chosen, seed=self.seed, threads=threads)
        return self

    @property
    def part(self) -> Part:
        """What was learned from; `BadRequest` before `fit`."""
        self._fitted()
        return self._part

    def scores(self, listeners: Rows) -> Scores:
        """Score every column of the target for rows of the matrix.

        Parameters
        ----------
        listeners
            Rows to score for, (n,).

        Returns
        -------
        Scores
            Float32, (n, n_columns), higher is better.
        """
        return self.model_.scores(listeners, self._fitted().target)

    def _fitted(self) -> Matrix:
        if self._matrix is None:
            raise BadRequest("this ALS is not fitted yet: call fit(matrix) first")
        return self._matrix

    def _recommender(self) -> Recommender:
        """Open a release of the fit, in a folder that goes with the estimator."""
        matrix = self._fitted()
        if self._opened is None:
            folder = Path(tempfile.mkdtemp(prefix="fairtune-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            nothing = csr_array(matrix.train.shape, dtype=np.int64)
            learned = replace(matrix, train=matrix.plays(self._part), valid=nothing, test=nothing)
            release.write_release(folder, self.model_, learned, self._chosen, dataset="mine", seed=self.seed)
            self._opened = Recommender.load(folder)
        return self._opened

    def __getstate__(self) -> dict[str, Any]:
        """Leave the release out of what is pickled: it is made anew."""
        return vars(self) | {"_opened": None}


def _usual() -> dict[str, Any]:
    return asdict(hyperparameters(DEFAULTS))


def _checked(chosen: Mapping[str, Any]) -> Hyperparameters:
    names = {field.name for field in fields(Hyperparameters)}
    if strange := sorted(set(chosen) - names):
        raise BadRequest(
            f"ALS: no hyperparameter '{strange[0]}'; there are: {', '.join(sorted(names))}, seed, threads"
        )
    try:
        return hyperparameters(chosen)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadRequest(f"ALS: {where}: {first['msg']}, found {first['input']!r}") from error
