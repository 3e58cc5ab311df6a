"""Stage `tune`: search on the validation part, then choose by rule."""

from dataclasses import replace
from typing import Final

import psutil

from fairtune import files
from fairtune.columns import Part
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.matrix import storage as matrix_storage
from fairtune.models.baselines import autoencoder
from fairtune.pipeline.champion import settings as champion_settings
from fairtune.tuning import objective, results, selection, study

AUTOENCODER: Final = "autoencoder"


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:
    """Write the choice, all trials, how the chosen fit learned, and the best settings of the alternatives.

    A search that was killed goes on where it stopped. Settings of the champion that were taken are kept
    instead (`fairtune.pipeline.champion.settings`).
    """
    kept = champion_settings.read(paths)
    if kept is not None:
        params = replace(params, tune=champion_settings.instead_of_search(params.tune, kept.settings))
    matrix = matrix_storage.read_matrix(paths.matrix)
    if AUTOENCODER in params.train.alternatives:  # found now, not after the fits that come before it
        n_columns = matrix.block(matrix.target, Part.TRAIN).shape[1]
        autoencoder.check_size(n_columns, psutil.virtual_memory().available)
    sample = params.tune.listeners
    goal = objective.prepare(matrix, Part.TRAIN, params.evaluate, listeners=sample, seed=seed)
    files.write_json(paths.alternatives, study.alternatives_of(params, paths, matrix, goal, seed=seed))
    trials = study.search(params, paths, matrix, goal, seed=seed)
    limits = params.tune.limits
    if kept is None:
        again = study.rejudged(params, paths, matrix, trials, seed=seed)
        chosen, origin = selection.choose(trials, limits, again), {}
    else:
        chosen = selection.keep(trials, limits, version=kept.version)
        origin = {champion_settings.KEPT_FROM: kept.version}
    files.write_json(paths.best, origin | results.best(chosen))
    files.write_table(paths.trials, results.table(trials, chosen, matrix))
    took = {"trials": files.sha256(paths.trials), "seconds": results.seconds(trials)}
    files.write_json(paths.trial_seconds, took)  # a file of its own, because it differs in every run
    files.write_table(paths.learning, results.learning(chosen.trial))
    print(results.summary(chosen, trials, params))
