"""The release: a fit as a folder that holds what recommending needs and nothing that only training needs."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from fairtune import files
from fairtune.columns import ARTIST, ITEM, NAME, REGION, SIDE_BLOCKS, USER, BlockName, Part
from fairtune.config.hyperparameters import Hyperparameters
from fairtune.matrix.matrix import Matrix
from fairtune.models import storage as model_storage
from fairtune.models.alignment import Fitted
from fairtune.models.als.model import Als
from fairtune.serving import checksums


def read_released(folder: Path) -> Fitted:
    """Return the fit of the release that `write_release` wrote.

    Blocks that say who listeners are are left out: a release doesn't name their columns.
    """
    checksums.check(folder)
    manifest = files.read_json(folder / "manifest.json")
    blocks = [BlockName(block) for block in manifest["blocks"]]
    listeners = pd.Index(files.read_table(folder / "listeners.parquet")[USER])
    items = {
        block: files.read_table(folder / f"columns_{block}.parquet")
        for block in blocks
        if block not in SIDE_BLOCKS
    }
    columns = {block: pd.Index(table[ITEM]) for block, table in items.items()}
    audience = {block: table["listeners"].to_numpy() for block, table in items.items()}
    if BlockName.FRIEND in blocks:
        friends = files.read_sparse(folder / f"plays_{BlockName.FRIEND}.npz")
        columns[BlockName.FRIEND] = listeners
        audience[BlockName.FRIEND] = np.bincount(friends.indices, minlength=friends.shape[1])
    item_block = BlockName(manifest["item_block"])
    return Fitted(
        model=model_storage.read_als(folder),
        target=BlockName(manifest["target"]),
        item_block=item_block,
        counts=manifest["counts"],
        regularization=manifest["regularization"],
        listeners=listeners,
        columns=columns,
        audience=audience,
        played=files.read_sparse(folder / f"plays_{item_block}.npz"),
    )


def write_release(
    folder: Path,
    model: Als,
    matrix: Matrix,
    chosen: Hyperparameters,
    *,
    dataset: str,
    seed: int,
    started: Mapping[str, object] | None = None,
) -> None:
    """Write everything that recommending needs and nothing that only training needs.

    Parameters
    ----------
    folder
        Where the files go.
    model
        The fit on all parts.
    matrix
        What it was fitted on.
    chosen
        Hyperparameters of the fit.
    dataset
        Its name.
    seed
        Of the fit.
    started
        Where the fit started, if not afresh; it stands in the manifest.
    """
    model_storage.write_als(folder, model)
    manifest = {
        "dataset": dataset,
        "target": matrix.target,
        "item_block": matrix.item_block,
        "blocks": list(matrix.blocks),
        "counts": matrix.counts,
        "regularization": chosen.regularization,
        "hyperparameters": asdict(chosen),
        "scaling": model_storage.scaling(model.weights),
        "seed": seed,
        **({"warm_start": dict(started)} if started else {}),
    }
    files.write_json(folder / "manifest.json", manifest)
    files.write_table(folder / "listeners.parquet", matrix.listeners[[USER]])
    for block in matrix.blocks:
        files.write_sparse(folder / f"plays_{block}.npz", matrix.block(block, Part.ALL))
    for block in matrix.item_blocks:
        described = _described(matrix, block)
        files.write_table(folder / f"columns_{block}.parquet", described)
    if BlockName.MUSIC_TYPE in matrix.blocks:
        files.write_sparse(folder / "item_types.npz", matrix.shares[BlockName.MUSIC_TYPE])
    if matrix.item_block is BlockName.TRACK and BlockName.ARTIST in matrix.blocks:
        files.write_sparse(folder / "item_artist.npz", matrix.shares[BlockName.ARTIST])
    files.write_json(folder / checksums.FILE, checksums.of(folder))


def _described(matrix: Matrix, block: BlockName) -> pd.DataFrame:
    plays = matrix.block(block, Part.ALL)
    described = matrix.columns[block][[ITEM, NAME, ARTIST, REGION]]
    return described.assign(listeners=np.bincount(plays.indices, minlength=plays.shape[1]))
