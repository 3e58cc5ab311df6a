"""Data set `demo`: generated, no network, Last.fm-shaped, with a planted regional bias of known size.

What is planted, and the formulas, stand in `world`; `truth` returns the numbers for tests and benchmarks.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from fairtune import files
from fairtune.columns import (
    AGE,
    ARTIST,
    ARTIST_COUNTRY,
    ARTIST_GENDER,
    COUNTRY,
    FRIEND,
    GENDER,
    ITEM,
    NAME,
    PLAYS,
    SIGNUP,
    TIMESTAMP,
    USER,
    BlockName,
    Table,
)
from fairtune.config.sections import Generate
from fairtune.data.sources.base import Dataset, RawTables
from fairtune.data.sources.demo import names as demo_names
from fairtune.data.sources.demo import world as demo_world
from fairtune.data.sources.demo.world import MUSIC_TYPES, World

if TYPE_CHECKING:
    import pandas as pd

TAGS: Final = "tags"
FILES: Final = (Table.INTERACTIONS, Table.ITEMS, Table.USERS, TAGS, Table.FRIENDS)
LISTENER_COUNTRIES: Final = {
    "US": 0.28, "GB": 0.14, "DE": 0.10, "PL": 0.08, "BR": 0.08, "RU": 0.06, "SE": 0.05, "FR": 0.05,
    "NL": 0.04, "JP": 0.04, "MX": 0.03, "AU": 0.03, "CA": 0.02,
}  # fmt: skip
FIRST_SIGNUP: Final = np.datetime64("2006-01-01", "s")
LAST_SIGNUP: Final = np.datetime64("2010-01-01", "s")
END: Final = np.datetime64("2012-01-01", "s")
FRIENDS: Final = 8  # friendships of a listener, on average


def truth(spec: Generate, *, seed: int) -> World:
    """Return what was planted: tastes, qualities, true countries and the probability of every pair."""
    return demo_world.create(spec, seed=seed)


def _null(values: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Hide a share of the values: array of objects, None where hidden."""
    shown = values.astype(object)
    shown[rng.random(values.size) < share] = None
    return shown


def _played(world: World, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Draw the pairs that are played: listeners, tracks and affinities, a chunk of listeners at a time."""
    for listeners in world.chunks():
        probability = world.probability(listeners)
        row, track = np.nonzero(rng.random(probability.shape) < probability)
        yield listeners[row], track, world.affinity(listeners)[row, track]


def _interactions(world: World, signup: np.ndarray, rng: np.random.Generator) -> "pd.DataFrame":
    """Count plays, log-normal: keener listeners, better tracks and better liked music types have more."""
    import pandas as pd

    user, item, affinity = (np.concatenate(parts) for parts in zip(*_played(world, rng), strict=True))
    keen = rng.normal(1.8, 0.5, world.activity.size)
    liked = np.log1p(affinity) + 0.25 * np.log(world.quality[item] * world.quality.size)
    plays = np.floor(np.exp(keen[user] + liked + rng.normal(0, 0.9, user.size))).astype(np.int64) + 1
    since = (END - signup[user]).astype(np.int64)
    first = signup[user] + (since * rng.beta(1.0, 1.6, user.size)).astype("timedelta64[s]")
    return pd.DataFrame({USER: user + 1, ITEM: item + 1, PLAYS: plays, TIMESTAMP: first})


def _items(world: World, rng: np.random.Generator) -> "pd.DataFrame":
    import pandas as pd

    artists, tracks = world.country.size, world.artist.size
    gender = _null(rng.choice(["m", "f"], artists, p=[0.7, 0.3]), 0.3, rng)  # bands have none
    country = _null(world.country, 0.08, rng)
    name = demo_names.artists(artists, rng)
    columns = {
        ITEM: np.arange(tracks) + 1,
        NAME: demo_names.tracks(tracks, rng),
        ARTIST: name[world.artist],
        ARTIST_COUNTRY: country[world.artist],
        ARTIST_GENDER: gender[world.artist],
    }
    return pd.DataFrame(columns).astype(dict.fromkeys([NAME, ARTIST, ARTIST_COUNTRY, ARTIST_GENDER], "str"))


def _users(count: int, country: np.ndarray, rng: np.random.Generator) -> "pd.DataFrame":
    import pandas as pd

    age = np.clip(np.round(14 + rng.gamma(2.6, 4.2, count)), 12, 85)
    columns = {
        USER: np.arange(count) + 1,
        COUNTRY: _null(country, 0.03, rng),
        GENDER: _null(rng.choice(["m", "f"], count, p=[0.66, 0.34]), 0.06, rng),
        AGE: _null(age, 0.15, rng),
        SIGNUP: FIRST_SIGNUP
        + (rng.random(count) * (LAST_SIGNUP - FIRST_SIGNUP).astype(int)).astype("timedelta64[s]"),
    }
    return pd.DataFrame(columns).astype({COUNTRY: "str", GENDER: "str", AGE: "float64"})


def _tags(world: World) -> "pd.DataFrame":
    """Tag each track with its music types; `taggers` is the share in percent."""
    import pandas as pd

    item, kind = np.nonzero(world.types)
    taggers = np.round(world.types[item, kind] * 100).astype(np.int64)
    return pd.DataFrame({ITEM: item + 1, "tag": np.array(MUSIC_TYPES)[kind], "taggers": taggers}).astype(
        {"tag": "str"}
    )


def _friends(world: World, country: np.ndarray, rng: np.random.Generator) -> "pd.DataFrame":
    """Befriend listeners, rather those of similar taste and of the same country; both directions."""
    import pandas as pd

    count = world.taste.shape[0]
    low, high = np.sort(rng.integers(0, count, (2, 40 * FRIENDS * count)), axis=0)
    taste = world.taste / np.linalg.norm(world.taste, axis=1, keepdims=True)
    similarity = np.einsum("ij,ij->i", taste[low], taste[high])
    closeness = (similarity**2 + 0.3 * (country[low] == country[high])) * (low != high)
    odds = closeness / closeness.sum() * (FRIENDS * count / 2)
    met = rng.random(odds.size) < odds
    pairs = np.unique(np.column_stack([low[met], high[met]]), axis=0) + 1
    directed = np.concatenate([pairs, pairs[:, ::-1]])
    return pd.DataFrame(directed[np.lexsort(directed.T[::-1])], columns=[USER, FRIEND])


def generate(spec: Generate, *, seed: int) -> "dict[str, pd.DataFrame]":
    """Generate the raw tables, in the shape of `RawTables`: same specification and seed, same values."""
    world = demo_world.create(spec, seed=seed)
    streams = [np.random.default_rng([seed, stream]) for stream in range(2, 7)]
    country = streams[0].choice(list(LISTENER_COUNTRIES), spec.listeners, p=list(LISTENER_COUNTRIES.values()))
    users = _users(spec.listeners, country, streams[1])
    return {
        Table.INTERACTIONS: _interactions(world, users[SIGNUP].to_numpy(), streams[2]),
        Table.ITEMS: _items(world, streams[3]),
        Table.USERS: users,
        TAGS: _tags(world),
        Table.FRIENDS: _friends(world, country, streams[4]),
    }


def write(folder: Path, spec: Generate, seed: int) -> None:
    """Write the raw tables as Parquet files: same specification and seed, same bytes."""
    for name, table in generate(spec, seed=seed).items():
        files.write_table(folder / f"{name}.parquet", table)


def read(folder: Path) -> RawTables:
    """Read the files that `write` wrote; no row of them is ever rejected."""
    import pandas as pd

    from fairtune.data.sources import delimited

    tables = {str(name): files.read_table(folder / f"{name}.parquet") for name in FILES}
    for table, column in ((Table.INTERACTIONS, TIMESTAMP), (Table.USERS, SIGNUP)):
        tables[table] = tables[table].astype({column: "datetime64[s]"})  # Parquet has no seconds
    return RawTables(**tables, rejected=pd.DataFrame(columns=list(delimited.REJECTED)))


DATASET: Final = Dataset(
    name="demo",
    item_kind=BlockName.TRACK,
    counts=True,
    licence="generated by fairtune, Apache-2.0",
    citation="generated by fairtune",
    homepage="fairtune.datasets.demo_world",  # where it was first; the report names it, byte for byte
    read=read,
    write=write,
)
