"""A project whose data set `demo` has a matrix and the fits that stage `train` leaves, in a second."""

import shutil
from pathlib import Path

import numpy as np
from tests.tiny import SEED, TRACK_MODEL, matrix_params, world

from fairtune.columns import BlockName, Part, Table
from fairtune.config.hyperparameters import Hyperparameters
from fairtune.matrix import storage as matrix_storage
from fairtune.matrix.build import build
from fairtune.models import storage as model_storage
from fairtune.models.als import model as als

ROOT = Path(__file__).parents[1]
CHOSEN = Hyperparameters(
    factors=8,
    regularization=2.0,
    iterations=8,
    alpha=5.0,
    beta=0.0,
    gamma=0.0,
    scaling="log",
    block_weights={},
)


def project(root: Path) -> Path:
    """Write it: the tiny world of tracks, whose artists come from two regions."""
    shutil.copy(ROOT / "params.yaml", root)
    tables, item_block = world(tracks=True)
    items = tables[Table.ITEMS]
    north = np.arange(len(items)) % 5 > 0
    tables[Table.ITEMS] = items.assign(artist_region=np.where(north, "north", "south"))
    made = build(
        tables, matrix_params(BlockName.TRACK, TRACK_MODEL), item_block=item_block, counts=True, seed=SEED
    )
    matrix_storage.write_matrix(root / "data/demo/matrix", made)
    for part in (Part.TRAIN, Part.TRAIN_VALID):
        fitted = als.fit(made, part, CHOSEN, seed=SEED, threads=1)
        model_storage.write_als(root / "models/demo" / part, fitted)
    return root
