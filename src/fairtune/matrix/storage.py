"""The matrix as a folder of plain files."""

from pathlib import Path

from fairtune import files
from fairtune.columns import BlockName
from fairtune.matrix.matrix import Matrix


def write_matrix(folder: Path, matrix: Matrix) -> None:
    """Write what `read_matrix` reads."""
    about = {
        "target": matrix.target,
        "item_block": matrix.item_block,
        "blocks": list(matrix.blocks),
        "counts": matrix.counts,
        "min_share": matrix.min_share,
    }
    files.write_json(folder / "about.json", about)
    for part in ("train", "valid", "test"):
        files.write_sparse(folder / f"{part}.npz", getattr(matrix, part))
    for block in matrix.item_blocks:
        files.write_sparse(folder / f"shares_{block}.npz", matrix.shares[block])
        files.write_table(folder / f"columns_{block}.parquet", matrix.columns[block])
    for block, cells in matrix.sides.items():
        files.write_sparse(folder / f"side_{block}.npz", cells)
    files.write_table(folder / "listeners.parquet", matrix.listeners)


def read_matrix(folder: Path) -> Matrix:
    """Read the matrix that stage `matrix` wrote."""
    about = files.read_json(folder / "about.json")
    blocks = tuple(BlockName(block) for block in about["blocks"])
    items = [block for block in blocks if (folder / f"shares_{block}.npz").exists()]
    return Matrix(
        target=BlockName(about["target"]),
        item_block=BlockName(about["item_block"]),
        blocks=blocks,
        counts=about["counts"],
        min_share=about["min_share"],
        train=files.read_sparse(folder / "train.npz"),
        valid=files.read_sparse(folder / "valid.npz"),
        test=files.read_sparse(folder / "test.npz"),
        shares={block: files.read_sparse(folder / f"shares_{block}.npz") for block in items},
        sides={
            block: files.read_sparse(folder / f"side_{block}.npz") for block in blocks if block not in items
        },
        listeners=files.read_table(folder / "listeners.parquet"),
        columns={block: files.read_table(folder / f"columns_{block}.parquet") for block in items},
    )
