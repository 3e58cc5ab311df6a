"""A music service whose listeners can be drawn anew, and ways in which its data may drift, one at a time."""

from functools import cache

import numpy as np
import pandas as pd

from fairtune.columns import Table
from fairtune.config import params, sections
from fairtune.data import ingest
from fairtune.data.sources import delimited, music_types
from fairtune.data.sources.base import RawTables
from fairtune.data.sources.demo import generator

LISTENERS, TRACKS = 800, 500


@cache
def tables():
    """Give the canonical tables of a small `demo`; not to be changed."""
    return generated(
        sections.Generate(listeners=LISTENERS, tracks=TRACKS, regional_bias=0.5, taste_strength=0.7), seed=5
    )


def generated(spec, *, seed):
    chosen = params.load().dataset("demo")
    made = generator.generate(spec, seed=seed)
    rejected = pd.DataFrame(columns=list(delimited.REJECTED))
    raw = RawTables(**{str(name): table for name, table in made.items()}, rejected=rejected)
    return dict(ingest.ingest(raw, generator.DATASET, music_types.vocabulary(), chosen.ingest).tables)


def of(listeners, whole=None):
    """Give the tables of these listeners alone, as somebody would have recorded them."""
    whole = whole or tables()
    plays, friends = whole[Table.INTERACTIONS], whole[Table.FRIENDS]
    both = friends["user_id"].isin(listeners) & friends["friend_id"].isin(listeners)
    return {
        **whole,
        Table.USERS: whole[Table.USERS][whole[Table.USERS]["user_id"].isin(listeners)],
        Table.INTERACTIONS: plays[plays["user_id"].isin(listeners)],
        Table.FRIENDS: friends[both],
    }


def shuffled(seed):
    return np.random.default_rng(seed).permutation(tables()[Table.USERS]["user_id"].to_numpy())


def changed(table, **columns):
    """Give the tables with columns of one of them replaced by what a function makes of it."""
    frame = tables()[table]
    return {**tables(), table: frame.assign(**{name: make(frame) for name, make in columns.items()})}


def heard(keep):
    """Give the tables without the pairs that `keep` turns down; it sees what is known of their items, too."""
    plays = tables()[Table.INTERACTIONS]
    described = plays.merge(tables()[Table.ITEMS], on="item_id")
    return {**tables(), Table.INTERACTIONS: plays[keep(described).to_numpy()]}


def bots(count, items, *, plays=20):
    """Give the tables with `count` new listeners of whom nothing is known and who play the same few items."""
    users, played = tables()[Table.USERS], tables()[Table.INTERACTIONS]
    ids = 100_000 + np.arange(count)
    new = pd.DataFrame({"user_id": ids}).reindex(columns=users.columns).astype(users.dtypes.to_dict())
    night = pd.DataFrame(
        {
            "user_id": np.repeat(ids, items),
            "item_id": np.tile(tables()[Table.ITEMS]["item_id"].to_numpy()[:items], count),
            "plays": plays,
            "timestamp": played["timestamp"].max(),
        }
    )
    return {
        **tables(),
        Table.USERS: pd.concat([users, new], ignore_index=True),
        Table.INTERACTIONS: pd.concat([played, night], ignore_index=True),
    }
