"""A class of the user's own joins the comparison, or is refused with what is wrong of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.tiny import TRACK_MODEL, make_matrix
from tests.toy import PLAYED, build

from fairtune import files
from fairtune.columns import BlockName, Part
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.errors import BadParams
from fairtune.matrix import storage as matrix_storage
from fairtune.models import own_class
from fairtune.models.baselines import catalogue
from fairtune.pipeline.stages import evaluate, train, tune

MINE = """
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Mine:
    popular: np.ndarray

    @classmethod
    def fit(cls, matrix, part, *, power=1.0, seed, threads):
        plays = matrix.block(matrix.target, part)
        return cls(np.bincount(plays.indices, minlength=plays.shape[1]) ** power)

    def scores(self, listeners):
        return np.tile(self.popular, (len(listeners), 1)).astype("float32")
"""
SETTINGS = {"class": "mine.Mine", "power": 0.5}


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file of the user's own into a project's folder, which is the current one."""
    monkeypatch.chdir(tmp_path)

    def written(text=MINE, name="mine.py"):
        path = own_class.FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    return written


def fit(settings=SETTINGS):
    return catalogue.fit("mine", build(PLAYED), Part.TRAIN, settings, seed=1, threads=1)


def test_a_class_of_a_file_is_fitted_with_its_settings(write):
    write()

    plays = build(PLAYED).block(BlockName.TRACK, Part.TRAIN)

    expected = np.sqrt(np.bincount(plays.indices, minlength=plays.shape[1]))
    assert fit().scores(np.arange(2)) == pytest.approx(np.tile(expected, (2, 1)))


@pytest.mark.parametrize(
    ("text", "settings", "message"),
    [
        (
            MINE,
            {"class": "yours.Mine"},
            "train.alternatives.mine: class yours.Mine: there is no file src/own/yours.py",
        ),
        (
            MINE,
            {"class": "mine.Yours"},
            "train.alternatives.mine: class mine.Yours: src/own/mine.py has no class Yours",
        ),
        (
            "import nothing_of_that_name\n",
            SETTINGS,
            (
                "train.alternatives.mine: class mine.Mine: src/own/mine.py can't be imported: "
                "ModuleNotFoundError: No module named 'nothing_of_that_name'"
            ),
        ),
        (
            "class Mine:\n    fit = scores = None\n",
            SETTINGS,
            (
                "train.alternatives.mine: class mine.Mine: must be a dataclass of arrays with `fit` and "
                "`scores`: see docs/how-to/own-model.md"
            ),
        ),
        (
            MINE,
            SETTINGS | {"factors": 8},
            "train.alternatives.mine.factors: there is no such setting; there are: power",
        ),
    ],
)
def test_what_is_no_model_is_refused_before_anything_is_fitted(write, text, settings, message):
    write(text)
    grid = {setting: (value,) for setting, value in settings.items()}

    with pytest.raises(BadParams) as refused:
        own_class.check({"popularity": {}, "mine": grid})

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "cls(np.bincount(plays.indices, minlength=plays.shape[1]) ** power)",
            "cls('popular')",
            "train.alternatives.mine: field popular holds no array, but str: see docs/how-to/own-model.md",
        ),
        (
            "np.tile(self.popular, (len(listeners), 1))",
            "self.popular",
            "train.alternatives.mine: scores of 2 listeners have the shape (6,), not (2, 6)",
        ),
        (
            "np.tile(self.popular, (len(listeners), 1))",
            "np.log(np.tile(0 * self.popular, (len(listeners), 1)) - 1)",
            "train.alternatives.mine: scores hold what is no finite number",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_a_fit_that_cannot_be_stored_or_ranked_is_refused(write, old, new, message):
    assert old in MINE
    write(MINE.replace(old, new))

    with pytest.raises(BadParams) as refused:
        fit()

    assert str(refused.value) == message


def test_another_file_names_another_study_and_only_where_one_is_asked_for(write):
    write()
    grids = {"mine": {"class": ("mine.Mine",)}}
    before = own_class.digest(grids)
    write(MINE + "# changed\n")

    assert own_class.digest(grids) != before
    assert own_class.digest({"popularity": {}}) == ""


def test_it_is_tuned_stored_and_judged_beside_the_product(write, tmp_path):
    write()
    of = params.load(Path(__file__).parents[2]).dataset("demo")
    matrix = make_matrix(BlockName.TRACK, TRACK_MODEL)
    paths = Paths("demo", tmp_path)
    matrix_storage.write_matrix(paths.matrix, matrix)
    for empty in (paths.champion_settings, paths.champion_fits):
        files.write_json(empty, {})
    start = replace(of.tune.start, factors=8, iterations=2, block_weights={}, share=0.0)
    chosen = replace(
        of,
        matrix=replace(of.matrix, blocks=tuple(matrix.blocks)),
        tune=replace(of.tune, trials=1, space={}, start=start),
        train=replace(
            of.train,
            folds=1,
            alternatives={"popularity": {}, "mine": {"class": "mine.Mine", "power": (0.5, 1.0)}},
        ),
        evaluate=replace(of.evaluate, resamples=100),
        gate=replace(of.gate, beats=("mine",)),
    )
    for stage in (tune, train, evaluate):
        stage.run(chosen, paths, seed=1)

    tuned = files.read_json(paths.alternatives)["mine"]
    assert tuned["tried"] == 2
    assert tuned["settings"]["class"] == "mine.Mine"
    ranking = files.read_json(paths.metrics)["ranking"]
    assert ranking["mine"]["ndcg@10"]["value"] == ranking["popularity"]["ndcg@10"]["value"]  # the same order
