"""What proposes the trials: Optuna's TPE over all searched names at once."""

from typing import TYPE_CHECKING, Final

from fairtune.config.search_space import Tune
from fairtune.tuning import space

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.samplers import TPESampler
    from optuna.study import Study
    from optuna.trial import FrozenTrial

GIVEN: Final = 2
"""Trials 0 and 1 are given: the library's defaults and the start."""
STARTUP: Final = 6
"""Searched trials drawn at random before the sampler learns from what it has seen."""


def sampler(tune: Tune, *, seed: int) -> "TPESampler":
    """Return the multivariate tree-structured Parzen estimator over the names of the space.

    Optuna models together what all finished trials have a value for. Trial 0 lies outside of the space and
    has none, so that it would model every name by itself, though weights make sense together.

    Parameters
    ----------
    tune
        Holds the space.
    seed
        Of the proposals.

    Returns
    -------
    TPESampler
        Draws at random until it has seen enough trials.

    References
    ----------
    Bergstra et al., "Algorithms for hyper-parameter optimization", NeurIPS 2011; Falkner, Klein and Hutter,
    "BOHB: robust and efficient hyperparameter optimization at scale", ICML 2018.
    """
    from optuna.samplers import TPESampler

    class Together(TPESampler):
        def infer_relative_search_space(
            self,
            study: "Study",  # noqa: ARG002 - Optuna's interface
            trial: "FrozenTrial",  # noqa: ARG002
        ) -> "dict[str, BaseDistribution]":
            return space.distributions(tune)

    return Together(seed=seed, n_startup_trials=GIVEN + STARTUP, multivariate=True)
