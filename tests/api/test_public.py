"""What `import fairtune` hands on, and what it costs."""

import subprocess
import sys

import pytest
from tests import tiny

import fairtune

PUBLIC = [
    "ALS",
    "Champion",
    "Comparison",
    "Evaluation",
    "Fairness",
    "FairtuneError",
    "Tables",
    "build_matrix",
    "compare",
    "evaluate",
    "fairness",
    "load_champion",
    "load_dataset",
    "read_lists",
    "split",
]
USE = """
import sys
import pandas as pd
import fairtune

lists = pd.DataFrame({"user_id": [1, 2], "item_id": ["a", "b"], "rank": [1, 1]})
fairtune.fairness(lists, item_groups={"a": "x", "b": "y"}, k=1)
rows = [(u, i, 1 + u * i % 7) for u in range(30) for i in range(20) if (u + i) % 3]
plays = pd.DataFrame(rows, columns=["user_id", "item_id", "plays"])
matrix = fairtune.build_matrix(fairtune.load_dataset(plays), seed=1)
model = fairtune.ALS(factors=4, iterations=3).fit(matrix)
model.recommend(1, n=2), model.explain(1, 2), fairtune.evaluate(model, matrix, resamples=100)
print(sorted({"dvc", "prefect", "great_expectations", "mlflow", "fastapi", "optuna"} & set(sys.modules)))
"""


def test_what_is_public_stands_in_one_list():
    assert fairtune.__all__ == PUBLIC
    assert set(PUBLIC) <= set(dir(fairtune))


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_public_is_there_and_described(name):
    assert getattr(fairtune, name).__doc__


def test_there_is_nothing_else():
    with pytest.raises(AttributeError, match="module 'fairtune' has no attribute 'als'"):
        fairtune.als  # noqa: B018 - asking is the test


def test_importing_it_imports_nothing_heavy():
    imported = subprocess.run(
        [sys.executable, "-c", "import fairtune, sys; print(*sorted(sys.modules))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()

    assert not {"numpy", "pandas", "pydantic", "implicit", "mlflow", "dvc"} & set(imported)
    assert len([name for name in imported if name.startswith("fairtune")]) == 1


def test_small_data_needs_neither_project_nor_pipeline(tmp_path):
    used = subprocess.run(
        [sys.executable, "-c", USE], check=False, capture_output=True, text=True, cwd=tmp_path
    )

    assert (used.stdout, used.stderr) == ("[]\n", "")
    assert list(tmp_path.iterdir()) == []


def test_the_tiny_world_is_what_the_api_makes_of_its_tables():
    tables, _ = tiny.world(tracks=False)
    plays = tables["interactions"].rename(columns={"plays": "n"})

    loaded = fairtune.load_dataset(
        plays, items=tables["items"].drop(columns="artist_region"), columns={"plays": "n"}, item_kind="artist"
    )

    assert repr(loaded) == (
        f"Tables('mine': 60 listeners, 16 artists, {len(plays):,} pairs, 0 music types, 0 friendships)"
    )
    assert loaded.interactions["plays"].sum() == plays["n"].sum()
