"""Stage `train`: fit the tuned model for evaluation and release, what guesses plays, and the alternatives."""

import os
import time

from fairtune import files
from fairtune.columns import Part
from fairtune.config.params import DatasetParams, hyperparameters
from fairtune.config.paths import Paths
from fairtune.console import steps
from fairtune.matrix import storage as matrix_storage
from fairtune.matrix.matrix import Matrix
from fairtune.models import release as models_release
from fairtune.models import storage as model_storage
from fairtune.models.als import model as als
from fairtune.models.baselines import catalogue
from fairtune.models.play_prediction import cross_fitting
from fairtune.models.play_prediction import predictor as play_predictor
from fairtune.models.play_prediction import storage as predictor_storage
from fairtune.models.reranking.fit import find, lift
from fairtune.models.reranking.multipliers import Multipliers
from fairtune.models.training import Trainer
from fairtune.registry.champion import warm_start


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:
    """Write a folder a part: TRAIN for re-ranking, TRAIN_VALID for evaluation, ALL for release.

    TRAIN_VALID also holds the play predictor, the alternatives and, for the ablation, a fit without each
    influencer.
    """
    matrix = matrix_storage.read_matrix(paths.matrix)
    chosen = hyperparameters(files.read_json(paths.best)["hyperparameters"])
    threads = os.cpu_count() or 1
    others = files.read_json(paths.alternatives)
    names, seconds = tuple(params.train.alternatives), {}
    left_out = matrix.influencers
    folds = params.train.folds
    warmed = warm_start.prepare(params, paths, matrix, chosen, threads=threads)
    if warmed is not None:
        print(warmed.told())
    short = len(warmed.starts) if warmed else 0
    rounds = (len(Part) - short + folds + len(left_out)) * chosen.iterations
    rounds += short * warmed.chosen.iterations if warmed else 0
    with steps("train", total=rounds + len(names)) as advance:
        trainer = Trainer(
            matrix=matrix,
            chosen=chosen,
            seed=seed,
            threads=threads,
            finished=advance,
            starts=warmed.starts if warmed else {},
            shorter=warmed.chosen if warmed else chosen,
        )
        plain = trainer.whole(Part.TRAIN)
        multipliers = _multipliers(params, paths, matrix, plain, threads=threads)

        def lifted(model: als.Als, part: Part) -> als.Als:
            return lift(matrix, model, part, multipliers, params.evaluate) if multipliers else model

        model_storage.write_als(paths.fit(Part.TRAIN), lifted(plain, Part.TRAIN))
        for_test = lifted(trainer.whole(Part.TRAIN_VALID), Part.TRAIN_VALID)
        model_storage.write_als(paths.fit(Part.TRAIN_VALID), for_test)
        release = lifted(trainer.whole(Part.ALL), Part.ALL)
        models_release.write_release(
            paths.release,
            release,
            matrix,
            chosen,
            dataset=paths.dataset,
            seed=seed,
            started=warmed.origin if warmed else None,
        )
        predictor = play_predictor.learn(
            matrix, Part.TRAIN_VALID, lambda held: trainer.fit(held, Part.TRAIN), folds=folds, seed=seed
        )
        predictor_storage.write_play_predictor(paths.play_predictor, predictor)
        for block in left_out:
            less = trainer.fit(matrix.without(block), Part.TRAIN_VALID)
            model_storage.write_als(paths.fit_without(block), lifted(less, Part.TRAIN_VALID))
        for name in names:
            start = time.perf_counter()
            settings = others[name]["settings"]
            other = catalogue.fit(name, matrix, Part.TRAIN_VALID, settings, seed=seed, threads=threads)
            seconds[name] = time.perf_counter() - start
            model_storage.write_model(paths.fit(Part.TRAIN_VALID) / name, other)
            advance()
    took = ", ".join(f"{name} {spent:.1f} s" for name, spent in seconds.items())
    print(f"als on {', '.join(Part)}; on {Part.TRAIN_VALID}: {took}")
    print(f"play predictor from {folds} of {cross_fitting.FOLDS} folds of {Part.TRAIN_VALID}")
    if left_out:
        print(f"als on {Part.TRAIN_VALID} without {', without '.join(left_out)}")


def _multipliers(
    params: DatasetParams, paths: Paths, matrix: Matrix, model: als.Als, *, threads: int
) -> Multipliers | None:
    """Choose what re-ranks the target, on the validation part, and write it; None if nothing is asked for.

    A bound that can't be kept is come as near to as can be, and said so: whether that will do is for the gate
    to say.
    """
    wanted = params.train.rerank
    if wanted is None:
        paths.reranking.unlink(missing_ok=True)
        return None
    found = find(matrix, model, wanted, params.evaluate, threads=threads)
    if not found.kept:
        print(f"train.rerank: {found.missed}: no re-ranking found keeps it, so this is as near as it gets")
    files.write_json(paths.reranking, found.to_json())
    return found.multipliers
