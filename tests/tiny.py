"""A tiny world of listeners and artists, and models released from it, for whatever uses a release."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from fairtune.columns import DEMOGRAPHIC, BlockName, Part, Table
from fairtune.config.hyperparameters import Hyperparameters
from fairtune.config.sections import MatrixParams
from fairtune.matrix.build import build
from fairtune.matrix.matrix import Matrix
from fairtune.models import release
from fairtune.models.als import model as als
from fairtune.serving import checksums

SEED = 7
N_LISTENERS = 60
FRIENDS_WEIGH_HALF = MappingProxyType({BlockName.FRIEND: 0.5})

ARTISTS = [
    ("Radiohead", ("rock", "alternative")),
    ("Björk", ("electronic", "icelandic")),
    ("Blur", ("rock", "britpop")),
    ("Sigur Rós", ("post-rock", "icelandic")),
    ("Earth, Wind & Fire", ("funk", "soul")),
    ("Aphex Twin", ("electronic", "ambient")),
    ("Miles Davis", ("jazz",)),
    ("John Coltrane", ("jazz", "soul")),
    ("Röyksopp", ("electronic",)),
    ("Pulp", ("britpop", "rock")),
    ("Curtis Mayfield", ("soul", "funk")),
    ("Brian Eno", ("ambient", "electronic")),
    ("radiohead", ("alternative",)),
    ("Mogwai", ("post-rock", "rock")),
    ("múm", ("icelandic", "electronic")),
    ("[unknown]", ("ambient",)),
]


def world(*, tracks: bool, people: bool = False) -> tuple[dict[Table, pd.DataFrame], BlockName]:
    """Plays of artists (or of three tracks of each), music types and friends; ids have gaps.

    people: every third listener is a woman, the others are men, and all live in Germany.
    """
    rng = np.random.default_rng(SEED)
    per_artist = 3 if tracks else 1
    n_items = len(ARTISTS) * per_artist
    artist = np.repeat(np.arange(len(ARTISTS)), per_artist)
    taste = rng.dirichlet(np.full(len(ARTISTS), 0.4), N_LISTENERS)
    taste[:, 12] *= 0.2  # the wrong spelling of Radiohead is heard less than the right one
    heard = rng.random((N_LISTENERS, n_items)) < np.clip(taste[:, artist] * 4, 0.02, 0.95)
    heard[:, 0] |= ~heard.any(axis=1)
    rows, columns = np.nonzero(heard)
    names = [name for name, _ in ARTISTS]
    items = pd.DataFrame(
        {
            "item_id": np.arange(n_items) * 5 + 1,
            "name": [f"Song {i}" for i in range(n_items)] if tracks else names,
            "artist": [names[a] for a in artist],
            "artist_region": "other Europe",
            "artist_country": "DE",
            "artist_gender": None,
        }
    )
    types = [
        (item * 5 + 1, music_type, 1 / len(ARTISTS[a][1]))
        for item, a in enumerate(artist)
        for music_type in ARTISTS[a][1]
    ]
    ids = np.arange(N_LISTENERS) * 3 + 2
    pairs = rng.choice(N_LISTENERS, (120, 2))
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    pairs = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0)
    known = {"country": "DE", "region": "other Europe"} if people else {"country": None, "region": None}
    gender = np.where(np.arange(N_LISTENERS) % 3 == 0, "f", "m") if people else None
    users = pd.DataFrame({"user_id": ids}).assign(**known, gender=gender, age=None, signup=pd.NaT)
    interactions = pd.DataFrame(
        {
            "user_id": ids[rows],
            "item_id": items["item_id"].to_numpy()[columns],
            "plays": rng.geometric(0.05, len(rows)),
        }
    )
    tables = {
        Table.INTERACTIONS: interactions,
        Table.ITEMS: items,
        Table.USERS: users,
        Table.ITEM_TYPES: pd.DataFrame(types, columns=["item_id", "music_type", "share"]),
        Table.FRIENDS: pd.DataFrame({"user_id": ids[pairs[:, 0]], "friend_id": ids[pairs[:, 1]]}),
    }
    return tables, BlockName.TRACK if tracks else BlockName.ARTIST


def matrix_params(target: BlockName, blocks: tuple[BlockName, ...], *, split: str = "random") -> MatrixParams:
    return MatrixParams(
        target=target, blocks=blocks, split=split, valid_share=0.1, test_share=0.2, min_share=0.05
    )


def make_matrix(target: BlockName, blocks: tuple[BlockName, ...]) -> Matrix:
    people = not DEMOGRAPHIC.isdisjoint(blocks)
    tables, item_block = world(tracks=BlockName.TRACK in blocks, people=people)
    return build(tables, matrix_params(target, blocks), item_block=item_block, counts=True, seed=SEED)


def train(
    folder: Path,
    matrix: Matrix,
    *,
    scaling: str = "log",
    delta: float = 0.0,
    share: float = 0.0,
    block_weights: Mapping[BlockName, float] = FRIENDS_WEIGH_HALF,
) -> als.Als:
    """Fit and write a release the way stage `train` does."""
    chosen = Hyperparameters(
        factors=8,
        regularization=2.0,
        iterations=12,
        alpha=5.0,
        beta=0.3,
        gamma=0.0,
        delta=delta,
        share=share,
        neighbour_inputs="items",
        neighbour_regularization=5.0,
        scaling=scaling,
        block_weights=block_weights,
    )
    fitted = als.fit(matrix, Part.ALL, chosen, seed=SEED, threads=1)
    release.write_release(folder, fitted, matrix, chosen, dataset="tiny", seed=SEED)
    return fitted


ARTIST_MODEL = (BlockName.MUSIC_TYPE, BlockName.ARTIST, BlockName.FRIEND)
TRACK_MODEL = (BlockName.TRACK, BlockName.ARTIST, BlockName.MUSIC_TYPE, BlockName.FRIEND)


def seal(folder: Path) -> None:
    """Write the checksums of a release that a test has changed on purpose."""
    (folder / checksums.FILE).write_text(json.dumps(checksums.of(folder)), encoding="utf-8")
