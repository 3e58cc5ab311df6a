"""A music service of five listeners, six tracks, four artists and three music types: a hand can check it."""

import pandas as pd

from fairtune.columns import BlockName, Table
from fairtune.config.hyperparameters import hyperparameters
from fairtune.config.sections import MatrixParams
from fairtune.config.tune_limits import TuneLimits
from fairtune.matrix import build as matrix_build

ITEMS = 6
TYPES = {0: {"rock": 1.0}, 1: {"rock": 0.5, "jazz": 0.5}, 2: {"jazz": 1.0}, 3: {"folk": 0.9, "rock": 0.1}}
PLAYED = {(user, item): user + item for user in range(1, 6) for item in range(user % 3, ITEMS, 2)}
POINT = hyperparameters(
    {
        "factors": 8,
        "regularization": 0.1,
        "iterations": 10,
        "alpha": 3.0,
        "beta": 0.2,
        "gamma": 0.2,
        "scaling": "log",
        "block_weights": {"artist": 0.5},
    }
)


def tune_limits(dp=None, eo=None, served=None):
    """Limit the disparities between regions, and the ratio of every grouping of listeners; None: no limit."""
    return TuneLimits(
        max_dp_disparity={} if dp is None else {"region": dp},
        max_eo_disparity={} if eo is None else {"region": eo},
        min_eo_ratio={} if served is None else {"every": served},
    )


def tables(played):
    rows = sorted((user, item, plays) for (user, item), plays in played.items())
    artists = ["a", "a", "b", "c", "c", "d"]
    return {
        Table.INTERACTIONS: pd.DataFrame(rows, columns=["user_id", "item_id", "plays"]),
        Table.ITEMS: pd.DataFrame(
            {
                "item_id": range(ITEMS),
                "name": [f"track {i}" for i in range(ITEMS)],
                "artist": artists,
                "artist_region": ["north", "north", "south", None, None, "south"],
                "artist_country": ["NO", "NO", "ZA", None, None, "BW"],
                "artist_gender": ["f", "f", "m", None, None, "m"],
            }
        ),
        Table.USERS: pd.DataFrame({"user_id": range(1, 6), "region": ["north"] * 5, "country": ["NO"] * 5}),
        Table.ITEM_TYPES: pd.DataFrame(
            [(item, kind, share) for item, kinds in TYPES.items() for kind, share in kinds.items()],
            columns=["item_id", "music_type", "share"],
        ),
        Table.FRIENDS: pd.DataFrame({"user_id": [1, 2, 1], "friend_id": [2, 1, 9]}),
    }


def params(**changes):
    values = {
        "target": "track",
        "blocks": ("track", "artist", "music_type", "friend"),
        "split": "random",
        "valid_share": 0.2,
        "test_share": 0.3,
        "min_share": 0.2,
    }
    return MatrixParams(**{**values, **changes})


def build(played, **changes):
    return matrix_build.build(
        tables(played), params(**changes), item_block=BlockName.TRACK, counts=True, seed=1
    )


def cells(sparse):
    return {(int(r), int(c)): v for r, c, v in zip(*sparse.nonzero(), sparse[sparse.nonzero()], strict=True)}
