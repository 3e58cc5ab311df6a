"""The raw folder of a data set: downloaded, generated, or copied from files of the user's own."""

import os
import shutil

from fairtune.columns import ARTIST, BlockName, Table
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.data.custom.record import Record
from fairtune.data.download import custom_files, fetch
from fairtune.data.download.http import Patience
from fairtune.data.sources import catalogue
from fairtune.errors import BadParams


def fill(params: DatasetParams, paths: Paths, *, seed: int) -> tuple[str, ...]:
    """Put every source file in place, verified; return what was done, in lines."""
    chosen = params.download
    patience = Patience(timeout=chosen.timeout, retries=chosen.retries)
    if chosen.table is not None:
        catalogue.check_own_name(paths.dataset)
        record = custom_files.collect(chosen.table, paths.raw, partial=paths.partial, patience=patience)
        _check_blocks(record, params, paths.dataset)
        return tuple(f"{paths.dataset}: {name} from {copied.shown}" for name, copied in record.tables.items())
    dataset = catalogue.get(paths.dataset)
    if dataset.write is not None:
        if chosen.generate is None:
            raise BadParams(f"params.yaml: datasets.{dataset.name}.download.generate: missing")
        shutil.rmtree(paths.raw, ignore_errors=True)  # a killed run may have left half a file there
        dataset.write(paths.raw, chosen.generate, seed)
        return (f"{dataset.name}: generated in {paths.raw}",)
    fetched = fetch.fetch(
        dataset.sources,
        paths.raw,
        partial=paths.partial,
        mirror=os.environ.get(fetch.MIRROR) or None,
        patience=patience,
    )
    there = len(dataset.sources) - len(fetched)
    return (
        f"{dataset.name}: {len(fetched)} files fetched, {there} there already, all checksums right",
        f"licence: {dataset.licence}",
    )


def _check_blocks(record: Record, params: DatasetParams, dataset: str) -> None:
    """Refuse a block of artists that nobody named: all tracks would be by one of them."""
    items = record.tables.get(Table.ITEMS)
    named = items is not None and ARTIST in items.columns
    if record.item_kind is BlockName.TRACK and BlockName.ARTIST in params.matrix.blocks and not named:
        raise BadParams(
            f"params.yaml: datasets.{dataset}.matrix.blocks: 'artist' needs a file "
            "download.table.items with a column 'artist'"
        )
