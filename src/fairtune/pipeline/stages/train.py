"""Stage `train`: the chosen model for evaluation and release, the play predictor and the alternatives."""

import os
import time
from dataclasses import replace

from fairtune import files
from fairtune.columns import Part
from fairtune.config.hyperparameters import hyperparameters
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.console import steps
from fairtune.matrix import storage as matrix_storage
from fairtune.models import champion_start, release
from fairtune.models import storage as model_storage
from fairtune.models.baselines import catalogue
from fairtune.models.play_prediction import cross_fitting
from fairtune.models.play_prediction import storage as predictor_storage
from fairtune.models.training import Training
from fairtune.pipeline.champion import fits as champion_fits


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:
    """Write a folder a part: TRAIN for re-ranking, TRAIN_VALID for evaluation, ALL for release.

    TRAIN_VALID also holds the play predictor, the alternatives and, for the ablation, a fit without each
    influencer.
    """
    matrix, threads = matrix_storage.read_matrix(paths.matrix), os.cpu_count() or 1
    others, names = files.read_json(paths.alternatives), tuple(params.train.alternatives)
    chosen = hyperparameters(files.read_json(paths.best)["hyperparameters"])
    starts = None
    if params.train.warm_start is not None:
        starts = champion_start.prepare(
            champion_fits.read(paths),
            matrix,
            chosen,
            iterations=params.train.warm_start.iterations,
            age_bands=params.evaluate.age_bands,
            threads=threads,
        )
        print(starts.message)
    training = Training(matrix, chosen, params.train, params.evaluate, starts, seed=seed, threads=threads)
    with steps("train", total=training.iterations + len(names)) as advance:
        training = replace(training, advance=advance)
        _write_fits(training, paths)
        seconds = {}
        for name in names:
            start = time.perf_counter()
            settings = others[name]["settings"]
            other = catalogue.fit(name, matrix, Part.TRAIN_VALID, settings, seed=seed, threads=threads)
            seconds[name] = time.perf_counter() - start
            model_storage.write_model(paths.fit(Part.TRAIN_VALID) / name, other)
            advance()
    took = ", ".join(f"{name} {spent:.1f} s" for name, spent in seconds.items())
    print(f"als on {', '.join(Part)}; on {Part.TRAIN_VALID}: {took}")
    print(f"play predictor from {params.train.folds} of {cross_fitting.FOLDS} folds of {Part.TRAIN_VALID}")
    if matrix.influencers:
        print(f"als on {Part.TRAIN_VALID} without {', without '.join(matrix.influencers)}")


def _write_fits(training: Training, paths: Paths) -> None:
    """Write each fit as soon as it is there; a bound of re-ranking that isn't kept is said."""
    paths.reranking.unlink(missing_ok=True)
    plain = training.fit(Part.TRAIN)
    if (found := training.reranking) is not None:
        if not found.kept:
            nearest = "no re-ranking found keeps it, so this is as near as it gets"
            print(f"train.rerank: {found.missed}: {nearest}")
        files.write_json(paths.reranking, found.to_json())
    model_storage.write_als(paths.fit(Part.TRAIN), plain)
    model_storage.write_als(paths.fit(Part.TRAIN_VALID), training.fit(Part.TRAIN_VALID))
    release.write_release(
        paths.release,
        training.fit(Part.ALL),
        training.matrix,
        training.chosen,
        dataset=paths.dataset,
        seed=training.seed,
        started=training.starts.origin if training.starts else None,
    )
    predictor_storage.write_play_predictor(paths.play_predictor, training.play_predictor())
    for block in training.matrix.influencers:
        model_storage.write_als(paths.fit_without(block), training.fit_without(block))
