"""How often drift is called where there is none, and what a profile costs.

    python benchmarks/drift.py demo lastfm-2k lfm-2b
    python benchmarks/drift.py --speed

For each data set: a random half of the listeners beside the other half, and all listeners beside a data set
that lacks some, as before it grew by 1, 5 and 10 %. Counted are comparisons with a column beyond a limit of
params.yaml, by the distance beyond chance and by the raw one; rows of tables aside, which did change. Then
bots: new listeners of whom nothing is known and who play the same five items. Needs the outputs of stage
`ingest`. `--speed` profiles 17.5 million generated pairs.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import time
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from fairtune import files
from fairtune.columns import ITEM, PLAYS, USER, Table
from fairtune.config import params
from fairtune.config.drift_limits import DriftLimits
from fairtune.config.paths import Paths
from fairtune.validation.drift import messages
from fairtune.validation.drift.detection import ColumnDrift, compare
from fairtune.validation.drift.measures import Measure
from fairtune.validation.drift.profile import Profile, profile

Tables = Mapping[Table, pd.DataFrame]
HALVES = 100
GROWN = 20
GROWTHS = (0.01, 0.05, 0.1)
BOTS = (30, 75, 150)
TRACKS = 5


def main() -> None:
    """Print a line for each data set and way to compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("datasets", nargs="*")
    parser.add_argument("--speed", action="store_true")
    arguments = parser.parse_args()
    root = params.project_root()
    for dataset in arguments.datasets:
        limits = params.load(root).dataset(dataset).validate.drift
        tables = {name: files.read_table(Paths(dataset, root).table(name)) for name in Table}
        for what, pairs in (
            ("halves", halves(tables)),
            *((f"+{by:.0%}", grown(tables, by)) for by in GROWTHS),
        ):
            print(f"{dataset}, {what}: {told(pairs, limits)}", flush=True)
        before = profile(with_bots(tables, 0))
        for count in BOTS:
            drift = compare(before, profile(with_bots(tables, count)), limits, model=dataset, version=0)
            print(f"{dataset}, {count} bots: {messages.summary(drift)}", flush=True)
    if arguments.speed:
        print(speed())


def halves(tables: Tables) -> Iterator[tuple[Profile, Profile]]:
    for people in shuffled(tables, HALVES):
        middle = len(people) // 2
        yield profile(of(people[:middle], tables)), profile(of(people[middle:], tables))


def grown(tables: Tables, growth: float) -> Iterator[tuple[Profile, Profile]]:
    now = profile(tables)
    for people in shuffled(tables, GROWN):
        yield profile(of(people[: int(len(people) / (1 + growth))], tables)), now


def shuffled(tables: Tables, times: int) -> Iterator[np.ndarray]:
    users = tables[Table.USERS][USER].to_numpy()
    return (np.random.default_rng(seed).permutation(users) for seed in range(times))


def of(people: np.ndarray, tables: Tables) -> Tables:
    """Give the tables of these listeners, with the items that they play."""
    users, played = tables[Table.USERS], tables[Table.INTERACTIONS]
    theirs = played[played[USER].isin(people)]
    items = tables[Table.ITEMS]
    return {
        **tables,
        Table.USERS: users[users[USER].isin(people)],
        Table.INTERACTIONS: theirs,
        Table.ITEMS: items[items[ITEM].isin(theirs[ITEM])],
        Table.ITEM_TYPES: tables[Table.ITEM_TYPES][tables[Table.ITEM_TYPES][ITEM].isin(theirs[ITEM])],
    }


def with_bots(tables: Tables, count: int) -> Tables:
    """Add listeners of whom nothing is known and who play the same few items once; times are left out."""
    users, played = tables[Table.USERS], tables[Table.INTERACTIONS]
    ids = users[USER].max() + 1 + np.arange(count)
    new = pd.DataFrame({USER: ids}).reindex(columns=users.columns).astype(users.dtypes.to_dict())
    items = tables[Table.ITEMS][ITEM].to_numpy()[:TRACKS]
    night = pd.DataFrame({USER: np.repeat(ids, TRACKS), ITEM: np.tile(items, count), PLAYS: 1})
    return {
        **tables,
        Table.USERS: pd.concat([users, new], ignore_index=True),
        Table.INTERACTIONS: pd.concat([played[[USER, ITEM, PLAYS]], night], ignore_index=True),
    }


def told(pairs: Iterator[tuple[Profile, Profile]], limits: DriftLimits) -> str:
    """Count comparisons that warn, stop, and would warn without regard to chance; name the worst column."""
    found: list[Sequence[ColumnDrift]] = []
    for before, after in pairs:
        drift = compare(before, after, limits, model="", version=0)
        found.append([column for column in drift.columns if column.measure is not Measure.ROWS])
    warned, stopped, raw = (
        sum(any(is_it(column) for column in columns) for columns in found)
        for is_it in (
            lambda column: (column.distance or 0.0) > column.warn,
            lambda column: (column.distance or 0.0) > column.stop,
            lambda column: column.raw > column.warn,
        )
    )
    worst = max((column for columns in found for column in columns), key=lambda column: column.weight)
    return (
        f"of {len(found)} comparisons {warned} warn, {stopped} stop; by raw distances {raw} would warn; "
        f"furthest: {worst.column}, of {worst.of}: {worst.distance:.3f} ({worst.raw:.3f} with chance)"
    )


def speed(*, listeners: int = 359_000, items: int = 292_000, pairs: int = 17_500_000) -> str:
    rng = np.random.default_rng(0)
    tables = {
        Table.INTERACTIONS: pd.DataFrame(
            {
                "user_id": np.sort(rng.integers(0, listeners, pairs)),
                "item_id": np.minimum((rng.pareto(0.9, pairs) * 50).astype(np.int64), items - 1),
                "plays": rng.geometric(0.02, pairs),
            }
        ),
        Table.ITEMS: pd.DataFrame(
            {
                "item_id": np.arange(items),
                "artist": [f"artist {number}" for number in range(items)],
                "artist_region": rng.choice(["here", "there"], items),
                "artist_country": rng.choice(["DE", "FR", "GB", "US"], items),
                "artist_gender": rng.choice(["f", "m"], items),
            }
        ),
        Table.USERS: pd.DataFrame(
            {
                "user_id": np.arange(listeners),
                "country": rng.choice(["DE", "FR", "GB", "US"], listeners),
                "region": rng.choice(["here", "there"], listeners),
                "gender": rng.choice(["f", "m"], listeners),
                "age": rng.integers(15, 60, listeners).astype(float),
                "signup": pd.NaT,
            }
        ),
        Table.ITEM_TYPES: pd.DataFrame(
            {"item_id": np.arange(items), "music_type": rng.choice(["jazz", "rock"], items), "share": 1.0}
        ),
        Table.FRIENDS: pd.DataFrame({"user_id": [], "friend_id": []}),
    }
    start, worked = time.perf_counter(), time.process_time()
    profile(tables)
    return (
        f"a profile of {pairs:,} pairs: {time.perf_counter() - start:.1f} s, "
        f"of which {time.process_time() - worked:.1f} s of CPU"
    )


if __name__ == "__main__":
    main()
