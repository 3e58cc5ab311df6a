"""Write docs/example/night-*.csv: new listening of the data set `demo`, to try `fairtune ingest-events` with.

night-good: the first week after the data set ends, drawn from the same world: new pairs, pairs played again,
a few listeners who are new and like what somebody else likes, and a few new tracks by known artists.
night-bad: every row is formally right, but a crowd of invented listeners plays six tracks of one artist over
and over. night-broken: a few rows that are formally wrong.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from fairtune.columns import (
    AGE,
    ARTIST,
    ARTIST_COUNTRY,
    ARTIST_GENDER,
    COUNTRY,
    GENDER,
    ITEM,
    NAME,
    PLAYS,
    TIMESTAMP,
    USER,
    Table,
)
from fairtune.config import params
from fairtune.config.custom_tables import EVENT_COLUMNS
from fairtune.data.sources.demo import generator
from fairtune.data.sources.demo.world import World

FOLDER: Final = Path(__file__).parents[1] / "docs/example"
STREAM: Final = 11  # of the seed, beside those of the data set itself
NEW_PAIRS: Final = 2_300
PLAYED_AGAIN: Final = 400
NEWCOMERS: Final = 20
TRACKS_OF_A_NEWCOMER: Final = 12
NEW_TRACKS: Final = 12
LISTENERS_OF_A_NEW_TRACK: Final = 10
WEEK: Final = 7 * 24 * 3600  # seconds
BOTS: Final = 500
TRACKS_OF_A_BOT: Final = 6
FIRST_BOT: Final = 3_001
BROKEN: Final = """\
user_id,item_id,timestamp,plays,name,artist
17,204,2012-01-09T20:15:00Z,3,,
17,204,2012-01-09T20:15:00Z,3,,
,311,2012-01-09T20:16:00Z,1,,
18,311,yesterday,1,,
18,312,2012-01-09T20:17:00Z,0,,
19,9001,2012-01-09T20:18:00Z,2,,
19,9002,2012-01-09T20:19:00Z,2,Winter Lantern,
20,313,2112-01-09T20:20:00Z,1,,
21,314,2012-01-09T20:21:00Z
somebody,315,2012-01-09T20:22:00Z,1,,
22,316,2012-01-09T20:23:00Z,4,,
"""


def good(world: World, tables: dict[str, pd.DataFrame], rng: np.random.Generator) -> pd.DataFrame:
    """Draw a week of listening: same tastes, new plays."""
    played = tables[Table.INTERACTIONS]
    again = played[[USER, ITEM]].sample(PLAYED_AGAIN, random_state=rng)
    parts = [
        _new_pairs(world, played, rng),
        again,
        _newcomers(world, tables, rng),
        _new_tracks(world, tables, rng),
    ]
    events = pd.concat([part.reindex(columns=list(EVENT_COLUMNS)) for part in parts], ignore_index=True)
    plays = np.floor(np.exp(rng.normal(0.5, 0.8, len(events)))).astype(np.int64) + 1
    return _timed(events.assign(**{PLAYS: plays}), rng, WEEK)


def bad(tables: dict[str, pd.DataFrame], rng: np.random.Generator) -> pd.DataFrame:
    """Have invented listeners play a few tracks of one artist, in one night."""
    items, played = tables[Table.ITEMS], tables[Table.INTERACTIONS]
    listeners = items[ITEM].map(played[ITEM].value_counts()).fillna(0).groupby(items[ARTIST])
    artists = listeners.agg(["size", "sum"])
    artist = artists[artists["size"] >= TRACKS_OF_A_BOT].sort_values("sum", kind="stable").index[0]
    tracks = items[ITEM][items[ARTIST] == artist].to_numpy()[:TRACKS_OF_A_BOT]
    bots = FIRST_BOT + np.arange(BOTS)
    events = pd.DataFrame({USER: np.repeat(bots, tracks.size), ITEM: np.tile(tracks, BOTS)})
    events = events.assign(**{PLAYS: rng.integers(300, 900, len(events))})
    return _timed(events.reindex(columns=list(EVENT_COLUMNS)), rng, 8 * 3600, start=generator.END + WEEK)


def _new_pairs(world: World, played: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw pairs anew with the probabilities of the world, and keep some that weren't played yet."""
    drawn = []
    for listeners in world.chunks():
        probability = world.probability(listeners)
        row, track = np.nonzero(rng.random(probability.shape) < probability)
        drawn.append(pd.DataFrame({USER: listeners[row] + 1, ITEM: track + 1}))
    pairs = pd.concat(drawn, ignore_index=True)
    there = pairs.merge(played[[USER, ITEM]], on=[USER, ITEM], how="left", indicator=True)["_merge"] == "both"
    return pairs[~there.to_numpy()].sample(NEW_PAIRS, random_state=rng)


def _newcomers(world: World, tables: dict[str, pd.DataFrame], rng: np.random.Generator) -> pd.DataFrame:
    """Give new listeners, each with the taste and the country of somebody who is there."""
    count, users = world.activity.size, tables[Table.USERS]
    parts = []
    for number, like in enumerate(rng.choice(count, NEWCOMERS, replace=False)):
        odds = world.probability(np.array([like]))[0]
        tracks = rng.choice(odds.size, TRACKS_OF_A_NEWCOMER, replace=False, p=odds / odds.sum())
        who = {column: users[column].iloc[like] for column in (COUNTRY, GENDER, AGE)}
        parts.append(pd.DataFrame({USER: count + 1 + number, ITEM: tracks + 1}).assign(**who))
    return pd.concat(parts, ignore_index=True)


def _new_tracks(world: World, tables: dict[str, pd.DataFrame], rng: np.random.Generator) -> pd.DataFrame:
    """Give live versions of some tracks, played by listeners who like the track."""
    count, items = world.quality.size, tables[Table.ITEMS]
    odds = np.concatenate([world.probability(chunk) for chunk in world.chunks()])
    parts = []
    for number, track in enumerate(rng.choice(count, NEW_TRACKS, replace=False, p=world.quality)):
        likes = odds[:, track] / odds[:, track].sum()
        listeners = rng.choice(likes.size, LISTENERS_OF_A_NEW_TRACK, replace=False, p=likes)
        what = {column: items[column].iloc[track] for column in (ARTIST, ARTIST_COUNTRY, ARTIST_GENDER)}
        what[NAME] = f"{items[NAME].iloc[track]} (Live)"
        parts.append(pd.DataFrame({USER: listeners + 1, ITEM: count + 1 + number}).assign(**what))
    return pd.concat(parts, ignore_index=True)


def _timed(
    events: pd.DataFrame, rng: np.random.Generator, seconds: int, start: np.datetime64 = generator.END
) -> pd.DataFrame:
    """Spread events over some time, and sort them by it."""
    times = start + rng.integers(0, seconds, len(events)).astype("timedelta64[s]")
    told = pd.Series(np.datetime_as_string(times, unit="s"), index=events.index) + "Z"
    age = events[AGE].astype("Float64").astype("Int64")
    return events.assign(**{TIMESTAMP: told, AGE: age}).sort_values([TIMESTAMP, USER, ITEM], kind="stable")


def write(folder: Path) -> None:
    """Write the three files: same parameters of `demo` and seed, same bytes."""
    chosen = params.load(Path(__file__).parents[1])
    spec = chosen.dataset("demo").download.generate
    if spec is None:
        raise SystemExit("params.yaml: datasets.demo.download.generate: missing")
    rng = np.random.default_rng([chosen.seed, STREAM])
    world, tables = generator.truth(spec, seed=chosen.seed), generator.generate(spec, seed=chosen.seed)
    for name, events in (("good", good(world, tables, rng)), ("bad", bad(tables, rng))):
        shown = events.dropna(axis="columns", how="all")
        shown.to_csv(folder / f"night-{name}.csv", index=False, lineterminator="\n")
    (folder / "night-broken.csv").write_text(BROKEN, encoding="utf-8")


if __name__ == "__main__":
    write(FOLDER)
