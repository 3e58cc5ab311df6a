"""Our models in a benchmark: which columns they see, and what of them is tuned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fairtune.columns import BlockName
from fairtune.config.hyperparameters import Hyperparameters
from fairtune.config.search_space import Range, Tune
from fairtune.matrix.matrix import Matrix

ALTERNATIVES: Final = ("popularity", "item_knn")
"""Nothing of them is tuned."""

FACTORS: Final = (48, 64, 96, 128)
"""What the free search may choose."""

REGULARIZATION: Final = Range(low=3.0, high=100.0, log=True)
ALPHA: Final = Range(low=2.0, high=30.0, log=True)
BETA: Final = Range(low=0.0, high=0.8)
WEIGHT: Final = Range(low=0.02, high=1.0, log=True)
SHARE: Final = Range(low=0.0, high=0.5)
NEIGHBOUR_BETA: Final = Range(low=0.0, high=0.6)

WORDS: Final = {
    BlockName.TRACK: "tracks",
    BlockName.ARTIST: "artists",
    BlockName.MUSIC_TYPE: "types",
    BlockName.FRIEND: "friends",
}


@dataclass(frozen=True)
class Factorisation:
    """A factorisation, and the search for its hyperparameters.

    Attributes
    ----------
    name
        Of its row in the table.
    blocks
        Columns that it sees.
    start
        Hyperparameters where the search begins.
    space
        Range of each hyperparameter that is searched.
    """

    name: str
    blocks: tuple[BlockName, ...]
    start: Hyperparameters
    space: Mapping[str, Range]

    def search(self, trials: int, reached: Hyperparameters | None = None) -> Tune:
        """Describe the search.

        Parameters
        ----------
        trials
            Of the search, 1 and above.
        reached
            What another search has chosen: this one begins there, and the number of factors is free too.

        Returns
        -------
        Tune
            Where the search begins and what it may choose.
        """
        return Tune(
            trials=trials,
            start=reached or self.start,
            space=self.space if reached is None else {**self.space, "factors": FACTORS},
        )


def factorisations(matrix: Matrix, factors: int) -> tuple[Factorisation, ...]:
    """List the factorisations that are compared.

    Parameters
    ----------
    matrix
        Whose blocks they see.
    factors
        Their number of factors, 1 and above.

    Returns
    -------
    tuple[Factorisation, ...]
        Plain ALS, with ln(1 + plays), one block and confidence 1 + w, of which the regularisation is tuned;
        ALS with our weights and neighbours, one block, of which alpha, beta, the share of the neighbours and
        their beta are tuned too; and, where the matrix has more
        blocks, ALS with all of them, of which a weight for each further block is tuned too.
    """
    target = (matrix.target,)
    others = tuple(block for block in matrix.blocks if block != matrix.target)
    weights = {f"block_weights.{block}": WEIGHT for block in others}
    plain = {"regularization": REGULARIZATION}
    weighed = {**plain, "alpha": ALPHA, "beta": BETA, "share": SHARE, "neighbour_beta": NEIGHBOUR_BETA}
    unweighed = _start(factors, alpha=1.0, beta=0.0, regularization=10.0, share=0.0)
    compared = (
        Factorisation("plain_als", target, unweighed, plain),
        Factorisation("als", target, _start(factors), weighed),
        Factorisation(
            f"als with {_listed(sorted(WORDS[block] for block in others))}",
            (*target, *others),
            _start(factors, others=others),
            {**weighed, **weights},
        ),
    )
    return compared if others else compared[:-1]


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _start(
    factors: int,
    *,
    alpha: float = 9.0,
    beta: float = 0.5,
    regularization: float = 15.0,
    share: float = 0.25,
    others: tuple[BlockName, ...] = (),
) -> Hyperparameters:
    """Return what earlier searches chose on validation parts: a small search begins well there."""
    return Hyperparameters(
        factors=factors,
        regularization=regularization,
        iterations=15,
        alpha=alpha,
        beta=beta,
        gamma=0.0,  # no group is favoured: that would be another comparison
        scaling="log",
        share=share,
        neighbour_beta=0.3,
        block_weights=dict.fromkeys(others, 0.1),
    )
