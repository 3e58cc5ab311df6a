"""Matrices, fits and releases as folders of plain files: arrays, sparse matrices, tables and one JSON."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, issparse

from fairtune import store
from fairtune.columns import ARTIST, ITEM, NAME, REGION, SIDE_BLOCKS, USER, BlockName, Part
from fairtune.matrix import Matrix
from fairtune.models.als import Als
from fairtune.models.carried import Fitted
from fairtune.models.play_predictor import RUNGS, PlayPredictor
from fairtune.models.regression import Regression
from fairtune.params import Hyperparameters
from fairtune.weights import BlockWeights

ModelT = TypeVar("ModelT")


def write_matrix(folder: Path, matrix: Matrix) -> None:
    """Write what `read_matrix` reads."""
    about = {
        "target": matrix.target,
        "item_block": matrix.item_block,
        "blocks": list(matrix.blocks),
        "counts": matrix.counts,
        "min_share": matrix.min_share,
    }
    store.write_json(folder / "about.json", about)
    for part in ("train", "valid", "test"):
        store.write_sparse(folder / f"{part}.npz", getattr(matrix, part))
    for block in matrix.item_blocks:
        store.write_sparse(folder / f"shares_{block}.npz", matrix.shares[block])
        store.write_table(folder / f"columns_{block}.parquet", matrix.columns[block])
    for block, cells in matrix.sides.items():
        store.write_sparse(folder / f"side_{block}.npz", cells)
    store.write_table(folder / "listeners.parquet", matrix.listeners)


def read_matrix(folder: Path) -> Matrix:
    """Give the matrix that stage `matrix` wrote."""
    about = store.read_json(folder / "about.json")
    blocks = tuple(BlockName(block) for block in about["blocks"])
    items = [block for block in blocks if (folder / f"shares_{block}.npz").exists()]
    return Matrix(
        target=BlockName(about["target"]),
        item_block=BlockName(about["item_block"]),
        blocks=blocks,
        counts=about["counts"],
        min_share=about["min_share"],
        train=store.read_sparse(folder / "train.npz"),
        valid=store.read_sparse(folder / "valid.npz"),
        test=store.read_sparse(folder / "test.npz"),
        shares={block: store.read_sparse(folder / f"shares_{block}.npz") for block in items},
        sides={
            block: store.read_sparse(folder / f"side_{block}.npz") for block in blocks if block not in items
        },
        listeners=store.read_table(folder / "listeners.parquet"),
        columns={block: store.read_table(folder / f"columns_{block}.parquet") for block in items},
    )


def write_model(folder: Path, model: Any) -> None:
    """Write a model whose fields are arrays: one file a field."""
    for field in fields(model):
        value = getattr(model, field.name)
        if issparse(value):
            store.write_sparse(folder / f"{field.name}.npz", value)
        else:
            store.write_array(folder / f"{field.name}.npy", value)


def read_model(folder: Path, kind: type[ModelT]) -> ModelT:
    """Give the model of class `kind` that `write_model` wrote."""
    values: dict[str, np.ndarray | csr_array] = {}
    for field in fields(kind):  # type: ignore[arg-type]
        sparse = folder / f"{field.name}.npz"
        values[field.name] = (
            store.read_sparse(sparse) if sparse.exists() else store.read_array(folder / f"{field.name}.npy")
        )
    return kind(**values)


def write_als(folder: Path, model: Als) -> None:
    """Write the factors and weights that `read_als` reads."""
    store.write_array(folder / "listener_factors.npy", model.listener_factors)
    for block, factors in model.column_factors.items():
        store.write_array(folder / f"factors_{block}.npy", factors)
        store.write_array(folder / f"multipliers_{block}.npy", model.weights[block].multipliers)
        if block in model.bonus:
            store.write_array(folder / f"bonus_{block}.npy", model.bonus[block])
        else:
            (folder / f"bonus_{block}.npy").unlink(missing_ok=True)  # of an earlier model
    if model.listener_weights is not None:
        store.write_array(folder / "listener_weights.npy", model.listener_weights)
    store.write_json(folder / "scaling.json", _scaling(model.weights))


def read_als(folder: Path) -> Als:
    """Give the fit that stage `train` wrote."""
    scaling: dict[str, dict[str, Any]] = store.read_json(folder / "scaling.json")
    of_listeners = folder / "listener_weights.npy"
    return Als(
        listener_factors=store.read_array(folder / "listener_factors.npy"),
        column_factors={
            BlockName(block): store.read_array(folder / f"factors_{block}.npy") for block in scaling
        },
        weights={
            BlockName(block): BlockWeights(
                multipliers=store.read_array(folder / f"multipliers_{block}.npy"),
                scaling=how["s"],
                scale=how["scale"],
            )
            for block, how in scaling.items()
        },
        listener_weights=store.read_array(of_listeners) if of_listeners.exists() else None,
        bonus={
            BlockName(block): store.read_array(folder / f"bonus_{block}.npy")
            for block in scaling
            if (folder / f"bonus_{block}.npy").exists()
        },
    )


def write_fitted(folder: Path, fitted: Fitted) -> None:
    """Write a fit with what names its rows and columns, so that it can be carried over to another matrix."""
    write_als(folder, fitted.model)
    about = {
        "target": fitted.target,
        "item_block": fitted.item_block,
        "blocks": list(fitted.blocks),
        "counts": fitted.counts,
        "regularization": fitted.regularization,
    }
    store.write_json(folder / "about.json", about)
    store.write_table(folder / "listeners.parquet", pd.DataFrame({USER: fitted.listeners}))
    for block, ids in fitted.columns.items():
        columns = pd.DataFrame({ITEM: ids, "listeners": fitted.audience[block]})
        store.write_table(folder / f"columns_{block}.parquet", columns)
    store.write_sparse(folder / "heard.npz", fitted.heard)


def read_fitted(folder: Path) -> Fitted:
    """Give the fit that `write_fitted` wrote."""
    about = store.read_json(folder / "about.json")
    columns = {
        BlockName(block): store.read_table(folder / f"columns_{block}.parquet") for block in about["blocks"]
    }
    return Fitted(
        model=read_als(folder),
        target=BlockName(about["target"]),
        item_block=BlockName(about["item_block"]),
        counts=about["counts"],
        regularization=about["regularization"],
        listeners=pd.Index(store.read_table(folder / "listeners.parquet")[USER]),
        columns={block: pd.Index(of[ITEM]) for block, of in columns.items()},
        audience={block: of["listeners"].to_numpy() for block, of in columns.items()},
        heard=store.read_sparse(folder / "heard.npz"),
    )


def read_released(folder: Path) -> Fitted:
    """Give the fit of the release that `write_release` wrote.

    Blocks that say who listeners are are left out: a release doesn't name their columns.
    """
    manifest = store.read_json(folder / "manifest.json")
    blocks = [BlockName(block) for block in manifest["blocks"]]
    listeners = pd.Index(store.read_table(folder / "listeners.parquet")[USER])
    items = {
        block: store.read_table(folder / f"columns_{block}.parquet")
        for block in blocks
        if block not in SIDE_BLOCKS
    }
    columns = {block: pd.Index(of[ITEM]) for block, of in items.items()}
    audience = {block: of["listeners"].to_numpy() for block, of in items.items()}
    if BlockName.FRIEND in blocks:
        friends = store.read_sparse(folder / f"plays_{BlockName.FRIEND}.npz")
        columns[BlockName.FRIEND] = listeners
        audience[BlockName.FRIEND] = np.bincount(friends.indices, minlength=friends.shape[1])
    item_block = BlockName(manifest["item_block"])
    return Fitted(
        model=read_als(folder),
        target=BlockName(manifest["target"]),
        item_block=item_block,
        counts=manifest["counts"],
        regularization=manifest["regularization"],
        listeners=listeners,
        columns=columns,
        audience=audience,
        heard=store.read_sparse(folder / f"plays_{item_block}.npz"),
    )


def write_play_predictor(path: Path, predictor: PlayPredictor) -> None:
    """Write what `read_play_predictor` reads."""
    of = {
        "rungs": {name: _regression(rung) for name, rung in predictor.rungs.items()},
        "without": {block: _regression(less) for block, less in predictor.without.items()},
    }
    store.write_json(path, of)


def read_play_predictor(path: Path) -> PlayPredictor:
    """Give the play predictor that stage `train` wrote, its rungs from the lowest up."""
    of: dict[str, dict[str, dict[str, Any]]] = store.read_json(path)
    return PlayPredictor(
        rungs={name: _regression_of(of["rungs"][name]) for name in RUNGS},
        without={BlockName(block): _regression_of(less) for block, less in of["without"].items()},
    )


def _regression(of: Regression) -> dict[str, Any]:
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in asdict(of).items()
    }


def _regression_of(values: dict[str, Any]) -> Regression:
    names = tuple(values["names"])
    arrays = {name: np.array(value) for name, value in values.items() if isinstance(value, list)}
    return Regression(**{**values, **arrays, "names": names})


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

    started: where the fit started, if not afresh; it stands in the manifest.
    """
    write_als(folder, model)
    manifest = {
        "dataset": dataset,
        "target": matrix.target,
        "item_block": matrix.item_block,
        "blocks": list(matrix.blocks),
        "counts": matrix.counts,
        "regularization": chosen.regularization,
        "hyperparameters": asdict(chosen),
        "scaling": _scaling(model.weights),
        "seed": seed,
        **({"warm_start": dict(started)} if started else {}),
    }
    store.write_json(folder / "manifest.json", manifest)
    store.write_table(folder / "listeners.parquet", matrix.listeners[[USER]])
    for block in matrix.blocks:
        store.write_sparse(folder / f"plays_{block}.npz", matrix.block(block, Part.ALL))
    for block in matrix.item_blocks:
        described = _described(matrix, block)
        store.write_table(folder / f"columns_{block}.parquet", described)
    if BlockName.MUSIC_TYPE in matrix.blocks:
        store.write_sparse(folder / "item_types.npz", matrix.shares[BlockName.MUSIC_TYPE])
    if matrix.item_block is BlockName.TRACK and BlockName.ARTIST in matrix.blocks:
        store.write_sparse(folder / "item_artist.npz", matrix.shares[BlockName.ARTIST])


def _described(matrix: Matrix, block: BlockName) -> pd.DataFrame:
    plays = matrix.block(block, Part.ALL)
    described = matrix.columns[block][[ITEM, NAME, ARTIST, REGION]]
    return described.assign(listeners=np.bincount(plays.indices, minlength=plays.shape[1]))


def _scaling(weights: Mapping[BlockName, BlockWeights]) -> dict[str, dict[str, object]]:
    return {block: {"s": how.scaling, "scale": how.scale} for block, how in weights.items()}
