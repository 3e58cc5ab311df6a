"""From a question to its answer: what the trained model of a project would list within bounds."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fairtune.columns import Part
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.config.sections import Evaluate
from fairtune.errors import BadRequest, NotThere
from fairtune.experiments.whatif import effect, options
from fairtune.experiments.whatif.effect import Present
from fairtune.experiments.whatif.options import Groups
from fairtune.matrix import storage as matrix_storage
from fairtune.matrix.matrix import Matrix
from fairtune.matrix.provider_groups import provider_groupings
from fairtune.metrics.fairness.pooling import pool
from fairtune.metrics.rounding import significant
from fairtune.models import storage as model_storage
from fairtune.models.als.model import Als
from fairtune.models.reranking.fit import find, lift

FITS: Final = (Part.TRAIN, Part.TRAIN_VALID)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What lists should keep.

    Attributes
    ----------
    min_share
        "<group>=<share>" or "<grouping>.<group>=<share>" each, share 0..1 of the places of all lists.
    max_dp_disparity
        The most that the demographic parity disparity may be, above 0; None: not asked for.
    max_eo_disparity
        The same of equal opportunity.
    by
        Grouping of both disparities.
    """

    min_share: Sequence[str] = field(default=())
    max_dp_disparity: float | None = None
    max_eo_disparity: float | None = None
    by: str = "region"


@dataclass
class Trained:
    """What stage `train` left of a data set.

    Attributes
    ----------
    matrix
        With validation and test part.
    fits
        By the part that they were fitted on.
    groups
        Groups of the target's items by grouping, as they are judged.
    present
        Lists of the model as it is; None until a question needs them.
    """

    matrix: Matrix
    fits: dict[Part, Als]
    groups: Groups
    present: Present | None = None


_KEPT: Final[dict[object, Trained]] = {}


def answer(
    root: Path,
    dataset: str,
    question: Question,
    *,
    progress: Callable[[], None] = lambda: None,
    keep: bool = False,
) -> dict[str, Any]:
    """Re-rank the lists of the trained model within bounds, and measure what that changes.

    `NotThere` if no model is trained.

    Parameters
    ----------
    root
        Folder of the project.
    dataset
        Of params.yaml.
    question
        What lists should keep.
    progress
        Called for each step.
    keep
        Keep what was read for the next question, for as long as its files stay as they are.

    Returns
    -------
    dict
        As `fairtune whatif --json` prints it, without a picture.

    Raises
    ------
    BadRequest
        The question makes no sense, or no re-ranking keeps what it asks for.
    """
    everything = params.load(root)
    evaluate = everything.dataset(dataset).evaluate
    trained = prepare(root, dataset, keep=keep)
    wanted = options.constraints(
        question.min_share,
        question.max_dp_disparity,
        question.max_eo_disparity,
        by=question.by,
        groups=trained.groups,
    )
    progress()
    threads = _threads()
    found = find(
        trained.matrix, trained.fits[Part.TRAIN], wanted, evaluate, threads=threads, progress=progress
    )
    if not found.kept:
        raise BadRequest(f"whatif: {found.missed}: no re-ranking found on the validation part keeps it")
    model = trained.fits[Part.TRAIN_VALID]
    after = lift(trained.matrix, model, Part.TRAIN_VALID, found.multipliers, evaluate)
    measured = effect.measure(
        trained.matrix, _present(trained, evaluate, everything.seed), after, found, evaluate, threads=threads
    )
    return {
        "dataset": dataset,
        "target": str(trained.matrix.target),
        "question": " and ".join(bound.description() for bound in found.bounds),
        "multipliers": found.multipliers,
        "loss_of_score": significant(found.loss),
        **measured,
    }


def prepare(root: Path, dataset: str, *, keep: bool = True) -> Trained:
    """Read what a question needs; with `keep` also rank by the present model, so that answers are quick.

    Parameters
    ----------
    root
        Folder of the project.
    dataset
        Of params.yaml.
    keep
        Keep it for the next question, for as long as its files stay as they are.

    Returns
    -------
    Trained
        The trained model of the data set.
    """
    everything, paths = params.load(root), Paths(dataset, root)
    evaluate = everything.dataset(dataset).evaluate
    state = (_state(paths), repr(evaluate), everything.seed)
    trained = _KEPT.get(state) or _read(paths, evaluate)
    if keep:
        _KEPT.clear()
        _KEPT[state] = trained
        _present(trained, evaluate, everything.seed)
    return trained


def _present(trained: Trained, evaluate: Evaluate, seed: int) -> Present:
    if trained.present is None:
        model = trained.fits[Part.TRAIN_VALID]
        trained.present = effect.present(trained.matrix, model, evaluate, seed=seed, threads=_threads())
    return trained.present


def _threads() -> int:
    return os.cpu_count() or 1


def _state(paths: Paths) -> tuple[tuple[str, int, int], ...]:
    """Return what changes with the files of a trained model; `NotThere` if there are none."""
    folders = (paths.matrix, *map(paths.fit, FITS))
    if not all(folder.exists() for folder in folders):
        raise NotThere(f"{paths.dataset}: no trained model yet: run `dvc repro train@{paths.dataset}`")
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
    return tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files)


def _read(paths: Paths, evaluate: Evaluate) -> Trained:
    matrix = matrix_storage.read_matrix(paths.matrix)
    groups = provider_groupings(matrix, matrix.target, Part.TRAIN, evaluate)
    names = {
        name: pool(one.names, one.membership.sum(axis=0), evaluate.min_provider_group).names
        for name, one in groups.items()
    }
    return Trained(matrix, {part: model_storage.read_als(paths.fit(part)) for part in FITS}, names)
