"""Neighbours as plain files: arrays that serving maps into memory, and the listeners' cells."""

from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from fairtune import files
from fairtune.columns import BlockName
from fairtune.models.neighbours.model import Neighbours

ABOUT = "neighbours.json"
CELLS = "neighbour_cells.npz"
WEIGHTS = tuple(f"neighbours_{part}.npy" for part in ("indptr", "indices", "data"))


def write_neighbours(folder: Path, neighbours: Neighbours | None) -> None:
    """Write neighbours as `read_neighbours` reads them; without any, remove those of an earlier model."""
    if neighbours is None:
        for name in (ABOUT, CELLS, *WEIGHTS):
            (folder / name).unlink(missing_ok=True)
        return
    weights = neighbours.weights
    weights.sort_indices()
    arrays = weights.indptr.astype(np.int64), weights.indices.astype(np.int32), weights.data
    for name, array in zip(WEIGHTS, arrays, strict=True):
        files.write_array(folder / name, array)
    files.write_sparse(folder / CELLS, neighbours.cells)
    about = {
        "target": neighbours.target,
        "scaling": neighbours.scaling,
        "inputs": list(neighbours.inputs),
        "scales": {str(block): scale for block, scale in neighbours.scales.items()},
        "shape": [int(size) for size in weights.shape],
    }
    files.write_json(folder / ABOUT, about)


def read_neighbours(folder: Path) -> Neighbours | None:
    """Return what `write_neighbours` wrote; None if there are none."""
    if not (folder / ABOUT).exists():
        return None
    about = files.read_json(folder / ABOUT)
    indptr, indices, data = (files.read_array(folder / name) for name in WEIGHTS)
    return Neighbours(
        target=BlockName(about["target"]),
        scales={BlockName(block): about["scales"][block] for block in about["inputs"]},
        scaling=about["scaling"],
        cells=files.read_sparse(folder / CELLS),
        weights=csr_array((data, indices, indptr), shape=tuple(about["shape"])),
    )
