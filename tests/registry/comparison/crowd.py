"""A crowd with tastes, data that grow and are split anew, and a project that trains and registers on them."""

import dataclasses
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from tests.tiny import matrix_params

from fairtune import files
from fairtune.columns import BlockName, Part, Table
from fairtune.config import params
from fairtune.config.hyperparameters import hyperparameters
from fairtune.config.paths import Paths
from fairtune.evaluation.measure import evaluate
from fairtune.matrix import storage as matrix_storage
from fairtune.matrix.build import build
from fairtune.matrix.matrix import Matrix
from fairtune.models import release as models_release
from fairtune.models import storage as model_storage
from fairtune.models.als import model as als
from fairtune.models.play_prediction import predictor as play_predictor
from fairtune.models.play_prediction import storage as predictor_storage
from fairtune.registry.champion import fits as champion_fits
from fairtune.registry.client import connection, versions
from fairtune.registry.comparison import champion, logged_metrics

MODEL = "fairtune-demo-track"
ARTIST, MUSIC_TYPE = BlockName.ARTIST, BlockName.MUSIC_TYPE
KINDS = 6
SEED = 5


def listening(n_listeners=300, n_items=120, *, seed=0) -> pd.DataFrame:
    """Pairs of listeners who mostly play one kind of artist, some artists more than others."""
    rng = np.random.default_rng(seed)
    people, items = np.arange(n_listeners), np.arange(n_items)
    likes = np.where(people[:, None] % KINDS == items % KINDS, 0.6, 0.04)
    known = (1.0 / (1 + items * 7 % 120 // KINDS)) ** 0.5  # later artists are as well known as earlier ones
    rows, columns = np.nonzero(np.random.default_rng(1).random((n_listeners, n_items)) < likes * known)
    return pd.DataFrame(
        {"user_id": rows * 2 + 1, "item_id": columns * 3 + 1, "plays": rng.geometric(0.1, len(rows))}
    )


def split(pairs: pd.DataFrame, *, seed=0) -> pd.DataFrame:
    """Draw 70 / 10 / 20."""
    drawn = np.random.default_rng(seed).random(len(pairs))
    return pairs.assign(split=np.where(drawn < 0.7, "train", np.where(drawn < 0.8, "valid", "test")))


def matrix_of(pairs: pd.DataFrame, blocks=(ARTIST, MUSIC_TYPE)) -> Matrix:
    ids = np.sort(pairs["item_id"].unique())
    kind = ids // 3 % KINDS
    items = pd.DataFrame(
        {
            "item_id": ids,
            "name": [f"Artist {i}" for i in ids],
            "artist": [f"Artist {i}" for i in ids],
            "artist_region": np.where(ids // 3 % 4 > 0, "north", "south"),
            "artist_country": "DE",
            "artist_gender": None,
        }
    )
    users = pd.DataFrame({"user_id": np.sort(pairs["user_id"].unique())}).assign(
        country="DE", region="north", gender=None, age=None, signup=pd.NaT
    )
    types = pd.DataFrame({"item_id": ids, "music_type": [f"kind {k}" for k in kind], "share": 1.0})
    tables = {
        Table.INTERACTIONS: pairs,
        Table.ITEMS: items,
        Table.USERS: users,
        Table.ITEM_TYPES: types,
        Table.FRIENDS: pd.DataFrame({"user_id": [], "friend_id": []}),
    }
    asked = matrix_params(ARTIST, blocks, split="given")
    return build(tables, asked, item_block=ARTIST, counts=True, seed=SEED)


POINT = {
    "factors": 8, "regularization": 2.0, "iterations": 8, "alpha": 5.0, "beta": 0.0, "gamma": 0.0,
    "scaling": "log", "block_weights": {},
}  # fmt: skip


class Project:
    """A folder with the files that the stages before `register` leave, and a registry in SQLite."""

    def __init__(self, root: Path, *, min_group=20):
        of = params.load().dataset("demo")
        evaluate = dataclasses.replace(of.evaluate, min_group=min_group, resamples=200, emerging_listeners=0)
        self.params = dataclasses.replace(of, evaluate=evaluate)
        self.paths = Paths("demo", root)

    def made(self, pairs: pd.DataFrame, *, model=None, **point) -> "Project":
        """Build a matrix of `pairs`, fit (or take what `model` gives for matrix and part) and evaluate."""
        matrix, point = matrix_of(pairs), POINT | point
        chosen = hyperparameters(point)

        def fit(of, part):
            return (model or _fit)(of, part, chosen)

        matrix_storage.write_matrix(self.paths.matrix, matrix)
        files.write_json(self.paths.best, {"hyperparameters": point})
        for part in (Part.TRAIN, Part.TRAIN_VALID):
            model_storage.write_als(self.paths.fit(part), fit(matrix, part))
        release = fit(matrix, Part.ALL)
        models_release.write_release(self.paths.release, release, matrix, chosen, dataset="demo", seed=SEED)
        predictor = play_predictor.learn(
            matrix, Part.TRAIN_VALID, lambda held: fit(held, Part.TRAIN), folds=1, seed=SEED
        )
        predictor_storage.write_play_predictor(self.paths.play_predictor, predictor)
        evaluated = evaluate.evaluate(
            matrix,
            model_storage.read_als(self.paths.fit(Part.TRAIN_VALID)),
            predictor,
            {},
            self.params.evaluate,
            refits={},
            seed=SEED,
            threads=1,
            taste=False,
        )
        files.write_json(self.paths.metrics, evaluated.metrics)
        files.write_table(self.paths.listeners, evaluated.listeners)
        files.write_json(self.paths.verdict, {"passed": True, "gates": []})
        files.write_text(self.paths.report, "<p>fine</p>")
        return self

    def version(self, tmp_path, *, champion=False, fits=True, tags=True, figures=True) -> int:
        """Register what is here, without the model itself, which no comparison needs."""
        kept = champion_fits.write(tmp_path / "kept", self.params, self.paths) if fits else {}
        of = {"fairtune.digest": f"{np.random.default_rng().integers(1 << 60)}"}
        if tags:
            of |= logged_metrics.tags(self.params, self.paths, seed=SEED)
        with connection.connected(self.paths.root) as client:
            with mlflow.start_run(experiment_id=connection.experiment(client, self.paths.root)) as run:
                for path, folder in kept.items():
                    mlflow.log_artifacts(str(folder), path)
                for file in (self.paths.metrics, self.paths.listeners) if figures else ():
                    mlflow.log_artifact(str(file))
            if not versions.versions(client, MODEL):
                client.create_registered_model(MODEL)
            made = client.create_model_version(
                MODEL, source=run.info.artifact_uri, run_id=run.info.run_id, tags=of
            )
            if champion:
                client.set_registered_model_alias(MODEL, "champion", made.version)
        return int(made.version)

    def judged(self, number: int):
        with connection.connected(self.paths.root) as client:
            version = versions.version(client, MODEL, number)
            return champion.against_champion(client, version, self.params, self.paths)


def _fit(matrix, part, chosen):
    return als.fit(matrix, part, chosen, seed=SEED, threads=1)


def memoriser(matrix, part, _chosen):
    """A model that lists what it was trained on and nothing else: perfect where the answers were in there."""
    heard = (matrix.plays(part) > 0).astype(np.float32).toarray()
    like = als.fit(matrix, part, hyperparameters(POINT | {"iterations": 1}), seed=SEED, threads=1)
    types = np.zeros((matrix.shares[MUSIC_TYPE].shape[1], heard.shape[1]), dtype=np.float32)
    return als.Als(heard, {ARTIST: np.eye(heard.shape[1], dtype=np.float32), MUSIC_TYPE: types}, like.weights)
