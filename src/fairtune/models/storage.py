"""Fits as folders of plain files: arrays, sparse matrices, tables and one JSON."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from scipy.sparse import issparse

from fairtune import files
from fairtune.columns import ITEM, USER, BlockName
from fairtune.matrix.weights import BlockWeights
from fairtune.models.alignment import Fitted
from fairtune.models.als.model import Als
from fairtune.models.neighbours.storage import read_neighbours, write_neighbours

ModelT = TypeVar("ModelT")


def write_model(folder: Path, model: Any) -> None:
    """Write a model whose fields are arrays: one file a field."""
    for field in fields(model):
        value = getattr(model, field.name)
        if issparse(value):
            files.write_sparse(folder / f"{field.name}.npz", value)
        else:
            files.write_array(folder / f"{field.name}.npy", value)


def read_model(folder: Path, kind: type[ModelT]) -> ModelT:
    """Return the model of class `kind` that `write_model` wrote."""
    values: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]
        sparse = folder / f"{field.name}.npz"
        values[field.name] = (
            files.read_sparse(sparse) if sparse.exists() else files.read_array(folder / f"{field.name}.npy")
        )
    return kind(**values)


def write_als(folder: Path, model: Als) -> None:
    """Write the factors and weights that `read_als` reads."""
    files.write_array(folder / "listener_factors.npy", model.listener_factors)
    for block, factors in model.column_factors.items():
        files.write_array(folder / f"factors_{block}.npy", factors)
        files.write_array(folder / f"multipliers_{block}.npy", model.weights[block].multipliers)
        if block in model.bonus:
            files.write_array(folder / f"bonus_{block}.npy", model.bonus[block])
        else:
            (folder / f"bonus_{block}.npy").unlink(missing_ok=True)  # of an earlier model
    if model.listener_weights is not None:
        files.write_array(folder / "listener_weights.npy", model.listener_weights)
    files.write_json(folder / "scaling.json", scaling(model.weights))
    write_neighbours(folder, model.neighbours)


def read_als(folder: Path) -> Als:
    """Return the fit that stage `train` wrote."""
    scaling: dict[str, dict[str, Any]] = files.read_json(folder / "scaling.json")
    of_listeners = folder / "listener_weights.npy"
    return Als(
        listener_factors=files.read_array(folder / "listener_factors.npy"),
        column_factors={
            BlockName(block): files.read_array(folder / f"factors_{block}.npy") for block in scaling
        },
        weights={
            BlockName(block): BlockWeights(
                multipliers=files.read_array(folder / f"multipliers_{block}.npy"),
                scaling=how["s"],
                scale=how["scale"],
            )
            for block, how in scaling.items()
        },
        listener_weights=files.read_array(of_listeners) if of_listeners.exists() else None,
        bonus={
            BlockName(block): files.read_array(folder / f"bonus_{block}.npy")
            for block in scaling
            if (folder / f"bonus_{block}.npy").exists()
        },
        neighbours=read_neighbours(folder),
    )


def write_fitted(folder: Path, fitted: Fitted) -> None:
    """Write a fit with what names its rows and columns, so that it can be aligned with another matrix."""
    write_als(folder, fitted.model)
    about = {
        "target": fitted.target,
        "item_block": fitted.item_block,
        "blocks": list(fitted.blocks),
        "counts": fitted.counts,
        "regularization": fitted.regularization,
    }
    files.write_json(folder / "about.json", about)
    files.write_table(folder / "listeners.parquet", pd.DataFrame({USER: fitted.listeners}))
    for block, ids in fitted.columns.items():
        columns = pd.DataFrame({ITEM: ids, "listeners": fitted.audience[block]})
        files.write_table(folder / f"columns_{block}.parquet", columns)
    files.write_sparse(folder / "heard.npz", fitted.played)


def read_fitted(folder: Path) -> Fitted:
    """Return the fit that `write_fitted` wrote."""
    about = files.read_json(folder / "about.json")
    columns = {
        BlockName(block): files.read_table(folder / f"columns_{block}.parquet") for block in about["blocks"]
    }
    return Fitted(
        model=read_als(folder),
        target=BlockName(about["target"]),
        item_block=BlockName(about["item_block"]),
        counts=about["counts"],
        regularization=about["regularization"],
        listeners=pd.Index(files.read_table(folder / "listeners.parquet")[USER]),
        columns={block: pd.Index(table[ITEM]) for block, table in columns.items()},
        audience={block: table["listeners"].to_numpy() for block, table in columns.items()},
        played=files.read_sparse(folder / "heard.npz"),
    )


def scaling(weights: Mapping[BlockName, BlockWeights]) -> dict[str, dict[str, object]]:
    """Return how the cells of each block are weighed, as JSON holds it."""
    return {block: {"s": how.scaling, "scale": how.scale} for block, how in weights.items()}
