"""Data drifted on purpose is found and named, column by column; data that didn't drift isn't."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.validation.drift import listening

from fairtune.columns import Table
from fairtune.config import params
from fairtune.config.drift_limits import DriftLimits, Limit
from fairtune.validation.drift.detection import Drift, State, compare
from fairtune.validation.drift.measures import Measure
from fairtune.validation.drift.profile import Distribution, Key, Profile, profile

LIMITS = params.load().dataset("demo").validate.drift
INTERACTIONS, ITEMS, USERS = Table.INTERACTIONS, Table.ITEMS, Table.USERS


@cache
def as_it_was():
    return profile(listening.tables())


def judged(tables, before=None, limits=LIMITS):
    return compare(before or as_it_was(), profile(tables), limits, model="m", version=1)


def beyond(drift):
    return {
        (column.column, column.of, str(column.measure))
        for column in drift.columns
        if column.state is not State.FINE
    }


def nulled(name, share):
    """Forget so much of a column."""
    return {name: lambda frame: frame[name].mask(np.arange(len(frame)) % 100 < 100 * share)}


def moved_to(name, value, share):
    """Have so much of what is known of a column be `value`."""
    return {
        name: lambda frame: frame[name].mask(
            (np.arange(len(frame)) % 100 < 100 * share) & frame[name].notna(), value
        )
    }


ALONE = {
    "plays": (
        lambda: listening.changed(INTERACTIONS, plays=lambda frame: 3 * frame["plays"]),
        {("plays", "pairs", "psi")},
    ),
    "age": (
        lambda: listening.changed(USERS, age=lambda frame: frame["age"] + 5),
        {("age", "listeners", "psi")},
    ),
    "listener country": (
        lambda: listening.changed(USERS, **moved_to("country", "JP", 0.3)),
        {("listener country", "listeners", "js")},
    ),
    "listener region": (
        lambda: listening.changed(USERS, **moved_to("region", "rest of the world", 0.3)),
        {("listener region", "listeners", "js")},
    ),
    "listener gender": (
        lambda: listening.changed(USERS, **moved_to("gender", "f", 0.4)),
        {("listener gender", "listeners", "js")},
    ),
    "artist": (
        lambda: listening.changed(ITEMS, **moved_to("artist", "Everybody", 0.3)),
        {("artist", "pairs", "js"), ("artist", "plays", "js")},
    ),
    "artist region": (
        lambda: listening.changed(ITEMS, **moved_to("artist_region", "rest of the world", 0.4)),
        {("artist region", "pairs", "js"), ("artist region", "plays", "js")},
    ),
    "artist country": (
        lambda: listening.changed(ITEMS, **moved_to("artist_country", "JP", 0.3)),
        {("artist country", "pairs", "js"), ("artist country", "plays", "js")},
    ),
    "artist gender": (
        lambda: listening.changed(ITEMS, **moved_to("artist_gender", "f", 0.5)),
        {("artist gender", "pairs", "js"), ("artist gender", "plays", "js")},
    ),
    "music type": (
        lambda: listening.changed(Table.ITEM_TYPES, **moved_to("music_type", "polka", 0.3)),
        {("music type", "pairs", "js"), ("music type", "plays", "js")},
    ),
    "unknown country": (
        lambda: listening.changed(USERS, **nulled("country", 0.2)),
        {("listener country", "listeners", "unknown")},
    ),
    "unknown gender": (
        lambda: listening.changed(USERS, **nulled("gender", 0.2)),
        {("listener gender", "listeners", "unknown")},
    ),
    "unknown age": (
        lambda: listening.changed(USERS, **nulled("age", 0.3)),
        {("age", "listeners", "unknown")},
    ),
    "unknown signup": (
        lambda: listening.changed(USERS, **nulled("signup", 0.2)),
        {("signup", "listeners", "unknown")},
    ),
    "unknown artist region": (
        lambda: listening.changed(ITEMS, **nulled("artist_region", 0.3)),
        {("artist region", "items", "unknown"), ("artist region", "pairs", "unknown")},
    ),
    "unknown artist gender": (
        lambda: listening.changed(ITEMS, **nulled("artist_gender", 0.3)),
        {("artist gender", "items", "unknown"), ("artist gender", "pairs", "unknown")},
    ),
    "unknown time": (
        lambda: listening.changed(INTERACTIONS, **nulled("timestamp", 0.2)),
        {("time", "pairs", "unknown")},
    ),
    "no time": (
        lambda: {
            **listening.tables(),
            INTERACTIONS: listening.tables()[INTERACTIONS].drop(columns="timestamp"),
        },
        {("time", "pairs", "unknown")},
    ),
    "friends": (
        lambda: {**listening.tables(), Table.FRIENDS: listening.tables()[Table.FRIENDS].head(100)},
        {("friends", "rows", "rows")},
    ),
}


@pytest.mark.parametrize("what", ALONE)
def test_a_column_that_drifted_alone_is_found_and_no_other(what):
    drift, expected = ALONE[what]

    assert beyond(judged(drift())) == expected


def only_some_listeners_play_on(pairs):
    rank = pairs.groupby("user_id").cumcount()
    return (rank < 5) | (pairs["user_id"] % 2 == 0)


def odd_items_are_hardly_heard(pairs):
    return (pairs["item_id"] % 2 == 0) | (pairs["user_id"] % 20 == 0)


LISTENING = {
    "items per listener": (only_some_listeners_play_on, ("items per listener", "listeners", "psi")),
    "listeners per item": (odd_items_are_hardly_heard, ("listeners per item", "items", "psi")),
    "music of a region": (
        lambda pairs: (pairs["artist_region"] != "United States") | (pairs["user_id"] % 5 == 0),
        ("artist region", "pairs", "js"),
    ),
    "known artists": (
        lambda pairs: pairs["artist_region"].isna() | (pairs["user_id"] % 3 == 0),
        ("artist region", "pairs", "unknown"),
    ),
    "all": (lambda pairs: pairs["user_id"] % 2 == 0, ("interactions", "rows", "rows")),
}


@pytest.mark.parametrize("what", LISTENING)
def test_listening_that_is_missing_is_found_in_the_column_that_it_is_missing_from(what):
    keep, column = LISTENING[what]

    assert column in beyond(judged(listening.heard(keep)))


def test_a_night_of_bots_is_stopped_and_what_they_play_is_named():
    drift = judged(listening.bots(200, 4))

    assert drift.state is State.STOP
    worst = drift.columns[0]
    assert (worst.column, worst.state) == ("items per listener", State.STOP)
    assert worst.moved[0].value == "3 to 4 items"
    assert worst.moved[0].before < 0.01
    assert worst.moved[0].after == pytest.approx(0.2, abs=0.01)


def with_night(tables, name):
    """Give the tables after a night of docs/example: plays of a pair add up, newcomers are unknown."""
    night = pd.read_csv(params.project_root() / "docs" / "example" / name)
    plays = pd.concat([tables[INTERACTIONS], night])[["user_id", "item_id", "plays"]]
    plays = plays.groupby(["user_id", "item_id"], as_index=False)["plays"].sum()
    whole = dict(tables)
    for table, key in ((USERS, "user_id"), (ITEMS, "item_id")):
        ids = pd.unique(night[key])
        new = pd.DataFrame({key: ids[~np.isin(ids, tables[table][key])]})
        columns = tables[table].columns
        whole[table] = pd.concat([tables[table], new.reindex(columns=columns).astype(tables[table].dtypes)])
    return {**whole, INTERACTIONS: plays.assign(timestamp=pd.Timestamp("2012-01-08"))}


def test_of_the_nights_of_the_example_the_good_one_is_no_drift_and_the_bad_one_is_stopped():
    everything = params.load()
    before = listening.generated(everything.dataset("demo").download.generate, seed=everything.seed)
    was = profile(before)

    assert judged(with_night(before, "night-good.csv"), was).state is State.FINE
    bad = judged(with_night(before, "night-bad.csv"), was)
    assert bad.state is State.STOP
    stopped = {(column.column, column.of) for column in bad.those(State.STOP)}
    assert stopped >= {("items per listener", "listeners"), ("artist", "plays"), ("age", "listeners")}


def test_bots_that_nothing_but_their_music_gives_away_are_warned_of():
    """As many items as anybody plays, and who they are is known: only the artists show it."""
    tables = listening.bots(100, 40)
    people = tables[USERS].copy()
    people.iloc[-100:, 1:] = people.iloc[:100, 1:].to_numpy()

    assert ("artist", "pairs", "js") in beyond(judged({**tables, USERS: people}))


def test_the_same_tables_did_not_drift_at_all():
    drift = judged(listening.tables())

    assert {column.raw for column in drift.columns} == {0}
    assert drift.state is State.FINE


@pytest.mark.parametrize("seed", range(6))
def test_other_listeners_of_the_same_kind_are_no_drift(seed):
    """Half of them against the other half: the least alike that data without drift can be."""
    people = listening.shuffled(seed)
    half = len(people) // 2
    before = profile(listening.of(people[:half]))

    assert beyond(judged(listening.of(people[half:]), before)) <= {("friends", "rows", "rows")}


def test_what_chance_does_would_have_been_called_drift():
    """Without it the smaller half of these columns would warn: the raw distances are above the limits."""
    people = listening.shuffled(0)
    drift = judged(listening.of(people[:60]), profile(listening.of(people[60:120])))

    artists = next(column for column in drift.columns if (column.column, column.of) == ("artist", "plays"))
    assert artists.raw > LIMITS.js.warn > artists.distance


@pytest.mark.parametrize("growth", [0.01, 0.05, 0.1])
def test_data_that_grew_is_no_drift(growth):
    people = listening.shuffled(1)
    before = profile(listening.of(people[: int(len(people) / (1 + growth))]))

    assert judged(listening.tables(), before).state is State.FINE


def distribution(*counts, chance=0.0):
    return Distribution({str(at): count for at, count in enumerate(counts)}, 0, chance)


KEY = Key("age", "listeners", Measure.PSI)


def of_one(before, after, limits=LIMITS, key=KEY):
    return compare(Profile({}, {key: before}), Profile({}, {key: after}), limits, model="m", version=1)


def test_what_chance_adds_on_both_sides_is_taken_off_where_it_adds_up():
    """On the scale of the index, and on that of the squared Jensen-Shannon distance."""
    index = of_one(distribution(50, 50, chance=0.01), distribution(30, 70, chance=0.02)).columns[0]
    assert index.raw == pytest.approx(0.2 * np.log(0.7 / 0.3), abs=1e-6)
    assert (index.chance, index.distance) == (0.03, pytest.approx(index.raw - 0.03))

    key = Key("artist", "pairs", Measure.JS)
    far = of_one(distribution(50, 50, chance=0.01), distribution(10, 90, chance=0.0), key=key).columns[0]
    assert far.chance == pytest.approx(0.1)
    assert far.distance == pytest.approx((far.raw**2 - 0.01) ** 0.5, abs=1e-6)


def test_a_limit_is_broken_above_it_and_a_null_limit_never():
    limits = lambda **bounds: DriftLimits(psi=Limit(**bounds))  # noqa: E731
    apart = (distribution(50, 50), distribution(30, 70))
    index = of_one(*apart).columns[0].distance

    assert of_one(*apart, limits(warn=index, stop=index)).state is State.FINE
    assert of_one(*apart, limits(warn=index - 1e-6, stop=index)).state is State.WARNING
    assert of_one(*apart, limits(stop=index - 1e-6)).state is State.STOP
    assert of_one(*apart, limits()).state is State.FINE


def test_where_too_little_is_known_to_tell_chance_nothing_is_said():
    drift = of_one(distribution(5, 0, chance=None), distribution(0, 5, chance=0.1))

    assert drift.columns[0].distance is None
    assert drift.state is State.FINE


def test_a_column_that_only_one_side_knows_is_told_by_its_unknowns():
    drift = judged(listening.changed(USERS, **nulled("gender", 1)))

    assert beyond(drift) == {("listener gender", "listeners", "unknown")}
    assert drift.columns[0].moved[0].after == 1


def test_a_table_that_was_empty_has_changed_by_all_of_it():
    before = Profile({"friends": 0}, {})
    there = compare(before, Profile({"friends": 10}, {}), LIMITS, model="m", version=1)
    still = compare(before, Profile({"friends": 0}, {}), LIMITS, model="m", version=1)

    assert (there.columns[0].distance, there.state) == (1, State.STOP)
    assert (still.columns[0].distance, still.state) == (0, State.FINE)


def test_drift_is_the_same_after_a_file():
    drift = judged(listening.bots(200, 4))

    assert Drift.from_json(drift.to_json()) == drift
