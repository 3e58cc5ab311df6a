"""Data sets in memory: by name, from a file, or from a frame."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import pandas as pd
from pydantic import TypeAdapter

from fairtune.api import defaults
from fairtune.columns import ITEM, PLAYS, SPLIT, USER, BlockName, Table
from fairtune.config.custom_tables import OwnTables
from fairtune.config.sections import Ingest
from fairtune.data import ingest
from fairtune.data.custom import dataset as custom_dataset
from fairtune.data.custom import source_files, text_columns
from fairtune.data.custom.fields import FIELDS
from fairtune.data.download import custom_files, fetch
from fairtune.data.download.http import Patience
from fairtune.data.sources import catalogue, music_types
from fairtune.data.sources.base import Dataset
from fairtune.errors import BadRequest, BadTable
from fairtune.matrix import splits

CACHE: Final = "FAIRTUNE_CACHE"
"""Environment variable: folder for downloads; by default `fairtune` in the user's cache folder."""
LABELS: Final = {splits.TRAIN: "train", splits.VALID: "valid", splits.TEST: "test"}
PATIENCE: Final = Patience(timeout=30, retries=4)

Source: TypeAlias = str | os.PathLike[str] | pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The canonical tables of a data set.

    Attributes
    ----------
    name
        Of the data set.
    item_kind
        What an item is: "artist" or "track".
    counts
        Whether plays are counted; if not, plays = 1 everywhere.
    interactions
        Rows of user_id, item_id, plays[, timestamp][, split].
    items
        Rows of item_id, name, artist, artist_region, artist_country, artist_gender; null: unknown.
    users
        Rows of user_id, country, region, gender, age, signup; null: unknown.
    item_types
        Rows of item_id, music_type, share; may be empty.
    friends
        Rows of user_id, friend_id; may be empty.
    rejected
        Rows that could not be read: file, line, reason.
    """

    name: str
    item_kind: str
    counts: bool
    interactions: pd.DataFrame
    items: pd.DataFrame
    users: pd.DataFrame
    item_types: pd.DataFrame
    friends: pd.DataFrame
    rejected: pd.DataFrame

    def __repr__(self) -> str:
        """Return what there is, counted."""
        kinds = f"{self.item_kind}s"
        rows = (
            f"{len(self.users):,} listeners, {len(self.items):,} {kinds}, {len(self.interactions):,} pairs, "
            f"{self.item_types['music_type'].nunique():,} music types, {len(self.friends):,} friendships"
        )
        return f"Tables({self.name!r}: {rows})"

    @property
    def by_table(self) -> dict[Table, pd.DataFrame]:
        """The five canonical tables by their names."""
        return {table: getattr(self, table) for table in Table}


def load_dataset(
    source: Source,
    *,
    items: Source | None = None,
    users: Source | None = None,
    item_types: Source | None = None,
    friends: Source | None = None,
    columns: Mapping[str, str] | None = None,
    item_kind: Literal["artist", "track"] = "track",
    log: bool = False,
    regions: Mapping[str, tuple[str, ...]] | None = None,
    cache: str | os.PathLike[str] | None = None,
    seed: int = 0,
    name: str = "mine",
) -> Tables:
    """Load a data set into memory; no project folder is needed.

    Parameters
    ----------
    source
        Name of a data set that fairtune knows ("demo" is generated, "lastfm-2k" and "lfm-2b" are downloaded
        once, or read from the folder `FAIRTUNE_MIRROR`); or who played what, with user_id, item_id[, plays]
        [, timestamp][, split]: a frame, a CSV, TSV or Parquet file, a folder of such files, or a pattern.
    items
        File or frame of item_id[, name][, artist][, artist_country][, artist_gender].
    users
        File or frame of user_id[, country][, gender][, age][, signup].
    item_types
        File or frame of item_id, music_type[, weight].
    friends
        File or frame of user_id, friend_id.
    columns
        Our name -> theirs, for all of these files and frames.
    item_kind
        What an item of your own data is.
    log
        A row of your own interactions is a play: rows of a listener and an item are summed.
    regions
        Region -> ISO 3166-1 alpha-2 countries; by default the United States, the United Kingdom, the rest of
        Europe, and the rest of the world.
    cache
        Folder for downloads; by default that of the environment variable `FAIRTUNE_CACHE`, else `fairtune`
        in the user's cache folder.
    seed
        Of what is generated.
    name
        Of your own data.

    Returns
    -------
    Tables
        Cleaned by the same rules as in the pipeline's stage `ingest`.

    Raises
    ------
    BadRequest
        There is no data set and no file of that name, or `columns` names one that isn't there.

    Notes
    -----
    What a file or frame breaks of the rules is told as the pipeline tells it: `BadFile`, `BadTable`.
    """
    chosen = defaults.ingest(regions)
    own = {"items": items, "users": users, "item_types": item_types, "friends": friends}
    own = {table: each for table, each in own.items() if each is not None}
    if isinstance(source, str) and source in catalogue.names():
        if own:
            table = next(iter(own))
            raise BadRequest(f"load_dataset: '{source}' has a table {table} of its own: leave {table} out")
        return _known(catalogue.get(source), chosen, cache, seed=seed)
    if isinstance(source, str) and not Path(source).suffix and not source_files.is_many(source):
        raise BadRequest(
            f"load_dataset: '{source}' is no data set that fairtune knows ({', '.join(catalogue.names())}), "
            "and no file: the name of a file ends in .csv, .tsv or .parquet"
        )
    with tempfile.TemporaryDirectory() as folder:
        described = _described({"interactions": source} | own, columns or {}, Path(folder), log=log)
        tables = TypeAdapter(OwnTables).validate_python({**described, "item_kind": item_kind})
        raw = Path(folder) / "raw"
        custom_files.collect(tables, raw, partial=Path(folder) / "partial", patience=PATIENCE)
        return _ingested(custom_dataset.describe(name, raw), raw, chosen)


def split(
    tables: Tables,
    how: Literal["random", "leave_last", "temporal"] = "random",
    *,
    valid_share: float = 0.1,
    test_share: float = 0.2,
    seed: int = 0,
) -> Tables:
    """Draw which pairs are to train on, to tune on and to test on.

    Parameters
    ----------
    tables
        With interactions; `leave_last` and `temporal` need their time stamps.
    how
        "random": pair by pair; "leave_last": the last pair of each listener is the test, the one before the
        validation; "temporal": the latest pairs of all.
    valid_share
        Share of the pairs, 0..0.5.
    test_share
        Share of the pairs, 0..0.5.
    seed
        Of a random split.

    Returns
    -------
    Tables
        The same, with a column `split` of the interactions: train, valid or test. `BadSplit` says what the
        data lacks for this split.
    """
    params = defaults.matrix(BlockName(tables.item_kind), (BlockName(tables.item_kind),), split=how)
    params = replace(params, valid_share=valid_share, test_share=test_share)
    labels = splits.split(tables.interactions, params, seed=seed)
    parts = pd.Series(labels, index=tables.interactions.index).map(LABELS).astype("str")
    return replace(tables, interactions=tables.interactions.assign(**{SPLIT: parts}))


def _known(dataset: Dataset, chosen: Ingest, cache: str | os.PathLike[str] | None, *, seed: int) -> Tables:
    """Generate or fetch a data set that has a name."""
    if dataset.write is not None:
        with tempfile.TemporaryDirectory() as folder:
            dataset.write(Path(folder), defaults.GENERATE, seed)
            return _ingested(dataset, Path(folder), chosen)
    given = cache or os.environ.get(CACHE)
    kept = Path(given) if given else Path.home() / ".cache" / "fairtune"
    raw = kept / dataset.name
    mirror = os.environ.get(fetch.MIRROR) or None
    partial = kept / f"{dataset.name}.partial"
    fetch.fetch(dataset.sources, raw, partial=partial, mirror=mirror, patience=PATIENCE)
    return _ingested(dataset, raw, chosen)


def _described(
    own: Mapping[str, Source], columns: Mapping[str, str], folder: Path, *, log: bool
) -> dict[str, dict[str, Any]]:
    """Describe each file as params.yaml would; frames are written to `folder` first."""
    described: dict[str, dict[str, Any]] = {}
    for table, source in own.items():
        file = _written(source, table, folder) if isinstance(source, pd.DataFrame) else Path(source)
        named = {ours: theirs for ours, theirs in columns.items() if ours in FIELDS[table]}
        header = _header(file, folder)
        optional = table != Table.INTERACTIONS  # a name that several tables have is looked for where it is
        named = {
            ours: theirs
            for ours, theirs in named.items()
            if theirs in header or not (optional or ours in header)
        }
        described[table] = {"file": str(file), "columns": named}
    described[Table.INTERACTIONS]["log"] = log
    used = {ours for file in described.values() for ours in file["columns"]}
    if strange := sorted(set(columns) - used):
        raise BadRequest(
            f"load_dataset: columns: '{strange[0]}' is no column of {' or '.join(own)}, or none of them "
            f"has '{columns[strange[0]]}'"
        )
    return described


def _header(source: Path, folder: Path) -> tuple[str, ...]:
    """Return the names in the first file that a path means; a compressed one is unpacked for it."""
    first = source_files.find(str(source))[0]
    if first.compression is None or not first.path.is_file():
        return text_columns.header(first.path)
    unpacked = folder / first.plain_name
    first.copy(unpacked, limit=source_files.LARGEST)
    names = text_columns.header(unpacked)
    unpacked.unlink()
    return names


def _written(frame: pd.DataFrame, table: str, folder: Path) -> Path:
    path = folder / f"{table}.parquet"
    mixed = [name for name in frame if frame[name].dtype == object]
    text = {name: frame[name].map(lambda value: None if pd.isna(value) else str(value)) for name in mixed}
    frame.assign(**text).rename(columns=str).to_parquet(path, index=False)
    return path


def _ingested(dataset: Dataset, raw: Path, chosen: Ingest) -> Tables:
    made = ingest.ingest(dataset.read(raw), dataset, music_types.vocabulary(), chosen)
    _check(made.tables[Table.INTERACTIONS])
    return Tables(
        name=dataset.name,
        item_kind=str(dataset.item_kind),
        counts=dataset.counts,
        rejected=made.rejected,
        **{str(table): frame for table, frame in made.tables.items()},
    )


def _check(played: pd.DataFrame) -> None:
    """Refuse what stage `validate` would, and no model could learn from."""
    broken = {
        (PLAYS, "plays are at least 1"): played[PLAYS] < 1,
        (f"{USER}, {ITEM}", "a listener and an item meet once"): played.duplicated([USER, ITEM]),
    }
    for (column, rule), wrong in broken.items():
        if wrong.any():
            rows = played.loc[wrong, [USER, ITEM, PLAYS]].head().itertuples(index=False, name=None)
            raise BadTable(
                table=Table.INTERACTIONS,
                column=column,
                rule=rule,
                count=int(wrong.sum()),
                examples=[" ".join(map(str, row)) for row in rows],
            )
