"""Stage `download`: source files in place and verified, the user's own copied, or the data set generated."""

import os
import shutil
import sys

from fairtune import processes
from fairtune.columns import ARTIST, ITEM, USER, BlockName, Table
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.data.custom import dataset as custom_dataset
from fairtune.data.custom.dataset import Record
from fairtune.data.download import custom_files, fetch
from fairtune.data.download.http import Patience
from fairtune.data.events import store as event_store
from fairtune.data.events.parsing import Known
from fairtune.data.sources import catalogue
from fairtune.errors import BadParams


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:
    """Fill the raw folder, then add the new listening that is kept and that the watched folder has."""
    doing = f"download@{paths.dataset}"
    with processes.exclusive(paths.events_lock, doing=doing, wait=_waiting):
        event_store.unite(paths)
        _fetch(params, paths, seed=seed)
        event_store.publish(paths)
        if params.download.events is not None:
            _take_in(params, paths)


def _take_in(params: DatasetParams, paths: Paths) -> None:
    """Take in what is new in the watched folder: all of it, or nothing if a row of it is wrong."""
    watched, own = params.download.events, params.download.table
    assert watched is not None  # noqa: S101 - whoever calls has looked
    files = event_store.pending(paths, watched)
    if not files:
        return
    dataset = (
        catalogue.get(paths.dataset) if own is None else custom_dataset.describe(paths.dataset, paths.raw)
    )
    raw = dataset.read(paths.raw)
    taken = event_store.look(
        files,
        Known(raw.users[USER], raw.items[ITEM], dataset.item_kind),
        paths,
        explicit=watched.columns,
        usual=own.interactions.columns if own else {},
        way_out=f"mend the file or take it out of {watched.folder}, then run again",
    )
    event_store.append(taken, paths.events)
    event_store.publish(paths)
    for file in taken:
        print(file.summary())


def _waiting(holder: str) -> None:
    print(f"waiting for {holder} to end", file=sys.stderr)


def _fetch(params: DatasetParams, paths: Paths, *, seed: int) -> None:
    chosen = params.download
    patience = Patience(timeout=chosen.timeout, retries=chosen.retries)
    if chosen.table is not None:
        catalogue.check_own_name(paths.dataset)
        record = custom_files.collect(chosen.table, paths.raw, partial=paths.partial, patience=patience)
        _check_blocks(record, params, paths.dataset)
        for name, copied in record.tables.items():
            print(f"{paths.dataset}: {name} from {copied.source}, sha256 {copied.sha256[:12]}")
        return
    dataset = catalogue.get(paths.dataset)
    if dataset.write is not None:
        if chosen.generate is None:
            raise BadParams(f"params.yaml: datasets.{dataset.name}.download.generate: missing")
        shutil.rmtree(paths.raw, ignore_errors=True)  # a killed run may have left half a file there
        dataset.write(paths.raw, chosen.generate, seed)
        print(f"{dataset.name}: generated in {paths.raw}")
        return
    fetched = fetch.fetch(
        dataset.sources,
        paths.raw,
        partial=paths.partial,
        mirror=os.environ.get(fetch.MIRROR) or None,
        patience=patience,
    )
    there = len(dataset.sources) - len(fetched)
    print(f"{dataset.name}: {len(fetched)} files fetched, {there} there already, all checksums right")
    print(f"licence: {dataset.licence}")


def _check_blocks(record: Record, params: DatasetParams, dataset: str) -> None:
    """Refuse a block of artists that nobody named: all tracks would be by one of them."""
    items = record.tables.get(Table.ITEMS)
    named = items is not None and ARTIST in items.columns
    if record.item_kind is BlockName.TRACK and BlockName.ARTIST in params.matrix.blocks and not named:
        raise BadParams(
            f"params.yaml: datasets.{dataset}.matrix.blocks: 'artist' needs a file "
            "download.table.items with a column 'artist'"
        )
