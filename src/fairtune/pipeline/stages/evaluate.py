"""Stage `evaluate`: compute every figure on the test part, with its interval."""

import os

from fairtune import files
from fairtune.columns import Part
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.evaluation.measure import evaluate
from fairtune.matrix import storage as matrix_storage
from fairtune.models import storage as model_storage
from fairtune.models.baselines.catalogue import alternative
from fairtune.models.play_prediction import storage as predictor_storage


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:
    """Read the fits, write metrics.json, the figures of each listener and the taste groups."""
    matrix = matrix_storage.read_matrix(paths.matrix)
    tuned = files.read_json(paths.alternatives)
    evaluated = evaluate.evaluate(
        matrix,
        model_storage.read_als(paths.fit(Part.TRAIN_VALID)),
        predictor_storage.read_play_predictor(paths.play_predictor),
        {
            name: model_storage.read_model(
                paths.fit(Part.TRAIN_VALID) / name, alternative(name, tuned[name]["settings"])
            )
            for name in params.train.alternatives
        },
        params.evaluate,
        refits={block: model_storage.read_als(paths.fit_without(block)) for block in matrix.influencers},
        seed=seed,
        threads=os.cpu_count() or 1,
    )
    files.write_json(paths.metrics, evaluated.metrics)
    files.write_table(paths.listeners, evaluated.listeners)
    files.write_json(paths.taste_groups, evaluated.tastes)
    groups = [group["name"] for group in evaluated.tastes["groups"]]
    print(f"{len(groups)} taste groups{': ' * bool(groups)}{'; '.join(groups)}")
    ndcg = {name: figures["ndcg@10"]["value"] for name, figures in evaluated.metrics["ranking"].items()}
    print("nDCG@10: " + ", ".join(f"{name} {value:.4f}" for name, value in ndcg.items()))
