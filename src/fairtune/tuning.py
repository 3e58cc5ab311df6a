"""The search for weights that are accurate and fair at once.

Two goals, both on the validation part: nDCG@10 up, the worst fairness disparity down. The choice among the
finished trials is a rule of its own, so that another limit needs no new fit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Final

from fairtune.errors import BadParams
from fairtune.params import Hyperparameters, Range, Tune, TuneLimits, hyperparameters

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.storages import BaseStorage

LIBRARY_DEFAULTS: Final = Hyperparameters(
    factors=100,
    regularization=0.01,
    iterations=15,
    alpha=1.0,
    beta=0.0,
    gamma=0.0,
    scaling="log",
    block_weights={},
)
"""Trial 0: what somebody who tunes nothing would get from the same matrix."""
STARTUP: Final = 6
"""Searched trials drawn at random before the sampler learns from what it has seen."""
POINT: Final = "hyperparameters"
JUDGED: Final = "judged"


@dataclass(frozen=True)
class Judged:
    """What a fit is worth on the validation part, all by lists of ten.

    ndcg: 0 to 1, up. dp, eo: disparity between artist regions, 0 and above, down.
    served: recall of the listeners served worst over that of those served best, the lowest ratio of all
    groupings, 0 to 1, up; 1 where nothing is known of listeners.
    """

    ndcg: float
    dp: float
    eo: float
    served: float = 1.0

    @property
    def disparity(self) -> float:
        """The worse of DP and EO: the search's second goal."""
        return max(self.dp, self.eo)

    def excess(self, limits: TuneLimits) -> float:
        """How far the limit that is missed most is missed; 0 and below: all are kept."""
        over = (
            (self.dp, limits.dp),
            (self.eo, limits.eo),
            (-self.served, None if limits.served is None else -limits.served),
        )
        return max((value - limit for value, limit in over if limit is not None), default=-inf)


@dataclass(frozen=True)
class FinishedTrial:
    """One point of the search and what came of it; `number` counts finished trials from 0."""

    number: int
    point: Hyperparameters
    judged: Judged


@dataclass(frozen=True)
class Choice:
    """The trial that is fitted and released; `flagged` if no trial kept the limit, and `reason` in a
    sentence.
    """

    trial: FinishedTrial
    flagged: bool
    reason: str


def search(
    judge: Callable[[Hyperparameters], Judged],
    tune: Tune,
    *,
    seed: int,
    storage: "BaseStorage | None" = None,
    name: str = "study",
    finished: Callable[[], None] = lambda: None,
) -> tuple[FinishedTrial, ...]:
    """Run trials until `tune.trials` have finished in the study `name` of `storage`; give the first that
    many.

    The sampler is seeded by the number of finished trials: a search that was killed and started again
    proposes what it would have proposed. `finished` is called once a trial, those found in the storage
    included.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    _check_start(tune)
    study = optuna.create_study(
        storage=storage, study_name=name, directions=["maximize", "minimize"], load_if_exists=True
    )
    for left in study.get_trials(deepcopy=False, states=[optuna.trial.TrialState.RUNNING]):
        study.tell(left.number, state=optuna.trial.TrialState.FAIL)
    done = len(_complete(study))
    for _ in range(min(done, tune.trials)):
        finished()
    while done < tune.trials:
        study.sampler = optuna.samplers.TPESampler(seed=seed + done, n_startup_trials=STARTUP)
        if done == 1 and not study.get_trials(deepcopy=False, states=[optuna.trial.TrialState.WAITING]):
            study.enqueue_trial(_start(tune), skip_if_exists=False)  # waits already if killed right here
        trial = study.ask()
        point = LIBRARY_DEFAULTS if done == 0 else suggest(trial, tune)
        trial.set_user_attr(POINT, asdict(point))
        judged = judge(point)
        trial.set_user_attr(JUDGED, asdict(judged))
        study.tell(trial, [judged.ndcg, judged.disparity])
        finished()
        done = len(_complete(study))
    return _complete(study)[: tune.trials]


def choose(trials: Sequence[FinishedTrial], limits: TuneLimits) -> Choice:
    """Take the highest nDCG among the trials within `limits`, else the least unfair one, flagged.

    The least unfair one has the smallest worst excess over the limits.
    """
    said = _said(limits)
    within = [trial for trial in trials if trial.judged.excess(limits) <= 0]
    if within:
        best = max(within, key=lambda trial: (trial.judged.ndcg, -trial.number))
        of = (
            f"of the {len(within)} of {len(trials)} trials within {said}"
            if said
            else f"of {len(trials)} trials"
        )
        return Choice(trial=best, flagged=False, reason=f"highest nDCG@10 {of}")
    least = min(trials, key=lambda trial: (trial.judged.excess(limits), trial.number))
    reason = f"no trial of {len(trials)} is within {said}: the one that misses them least"
    return Choice(trial=least, flagged=True, reason=reason)


def _said(limits: TuneLimits) -> str:
    said = (
        ("DP disparity", limits.dp),
        ("EO disparity", limits.eo),
        ("EO ratio of listeners", limits.served),
    )
    return ", ".join(f"{name} {limit:g}" for name, limit in said if limit is not None)


def worth_a_look(iterations: int) -> frozenset[int]:
    """Choose the iterations after which a fit is judged: the first, where most happens, and every fifth."""
    return frozenset({*range(1, 6), *range(5, iterations, 5), iterations} & {*range(1, iterations + 1)})


def suggest(trial: "Trial", tune: Tune) -> Hyperparameters:
    """Draw a point: what `space` names, and `start` for the rest."""
    values: dict[str, Any] = {}
    for name, dimension in sorted(tune.space.items()):
        if not isinstance(dimension, Range):
            values[name] = trial.suggest_categorical(name, dimension)
        elif name in {"factors", "iterations"}:
            values[name] = trial.suggest_int(name, int(dimension.low), int(dimension.high), log=dimension.log)
        else:
            values[name] = trial.suggest_float(name, dimension.low, dimension.high, log=dimension.log)
    return _point(tune.start, values)


def _point(start: Hyperparameters, values: Mapping[str, Any]) -> Hyperparameters:
    point = asdict(start)
    weights = dict(point["block_weights"])
    for name, value in values.items():
        head, _, block = name.partition(".")
        if block:
            weights[block] = value
        else:
            point[head] = value
    return hyperparameters({**point, "block_weights": weights})


def _start(tune: Tune) -> dict[str, Any]:
    point = asdict(tune.start)
    weights = point["block_weights"]
    return {
        name: weights.get(name.partition(".")[2], 1.0) if "." in name else point[name] for name in tune.space
    }


def _check_start(tune: Tune) -> None:
    """Refuse a space with an unknown name or one that doesn't hold its own starting point."""
    allowed = set(asdict(tune.start)) - {"block_weights"}
    for name, dimension in tune.space.items():
        if name not in allowed and not name.startswith("block_weights."):
            there = ", ".join([*sorted(allowed), "block_weights.<block>"])
            raise BadParams(f"tune.space: '{name}' is nothing to tune; there are: {there}")
        value = _start(tune)[name]
        inside = (
            dimension.low <= value <= dimension.high if isinstance(dimension, Range) else value in dimension
        )
        if not inside:
            raise BadParams(f"tune.space.{name}: the start value {value} lies outside of it")


def _complete(study: "Study") -> tuple[FinishedTrial, ...]:
    from optuna.trial import TrialState

    complete = study.get_trials(deepcopy=False, states=[TrialState.COMPLETE])
    return tuple(
        FinishedTrial(number, hyperparameters(trial.user_attrs[POINT]), Judged(**trial.user_attrs[JUDGED]))
        for number, trial in enumerate(sorted(complete, key=lambda trial: trial.number))
    )
