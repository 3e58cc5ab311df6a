"""The matrix as a folder of plain files."""

from pathlib import Path

from fairtune import store
from fairtune.columns import BlockName
from fairtune.matrix import Matrix


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
