"""Stage `download`: source files in place and verified, the user's own copied, or the data set generated."""

import os
import shutil

from fairtune import datasets, download, own_files
from fairtune.columns import ARTIST, BlockName, Table
from fairtune.datasets.table import Record
from fairtune.errors import BadParams
from fairtune.params import DatasetParams
from fairtune.paths import Paths
from fairtune.transfer import Patience


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:
    chosen = params.download
    patience = Patience(timeout=chosen.timeout, retries=chosen.retries)
    if chosen.table is not None:
        datasets.check_own_name(paths.dataset)
        record = own_files.collect(chosen.table, paths.raw, partial=paths.partial, patience=patience)
        _check_blocks(record, params, paths.dataset)
        for table, copied in record.tables.items():
            print(f"{paths.dataset}: {table} from {copied.source}, sha256 {copied.sha256[:12]}")
        return
    dataset = datasets.get(paths.dataset)
    if dataset.write is not None:
        if chosen.generate is None:
            raise BadParams(f"params.yaml: datasets.{dataset.name}.download.generate: missing")
        shutil.rmtree(paths.raw, ignore_errors=True)  # a killed run may have left half a file there
        dataset.write(paths.raw, chosen.generate, seed)
        print(f"{dataset.name}: generated in {paths.raw}")
        return
    fetched = download.fetch(
        dataset.sources,
        paths.raw,
        partial=paths.partial,
        mirror=os.environ.get(download.MIRROR) or None,
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
