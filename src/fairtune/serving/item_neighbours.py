"""What a listener's own items say of the target: the neighbours of a release, mapped, without scipy.

The formula is that of `fairtune.models.neighbours.model`; a test holds the two together.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import BlockName
from fairtune.serving.histories import Listening
from fairtune.serving.release import Release
from fairtune.serving.sparse_rows import SparseRows

ABOUT: Final = "neighbours.json"

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class ItemNeighbours:
    """Item-item weights of a release.

    Attributes
    ----------
    target
        Block whose columns are scored.
    scaling
        How plays enter: binary or log.
    scales
        By input block, the mean of s(plays) in the fit.
    starts
        By input block, the number of its first input column.
    weights
        Input columns x target columns.
    """

    target: BlockName
    scaling: str
    scales: Mapping[BlockName, float]
    starts: Mapping[BlockName, int]
    weights: SparseRows

    def scores(self, listeners: Sequence[Listening]) -> Floats:
        """Score the target's columns for listeners: (len(listeners), n_columns)."""
        given = [self._cells(listening) for listening in listeners]
        columns, values = (np.concatenate(part) for part in zip(*given, strict=True))
        rows = np.repeat(np.arange(len(given)), [len(own) for own, _ in given])
        return self._summed(rows, columns, values, len(given))

    def scores_of(self, release: Release, rows: Places) -> Floats:
        """Score the target's columns for rows of the release, all at once: (len(rows), n_columns)."""
        taken = {block: release.plays(block).take(rows) for block in self.scales}
        return self._summed(
            np.concatenate([cells.row_of_cell for cells in taken.values()]),
            np.concatenate([cells.indices + self.starts[block] for block, cells in taken.items()]),
            np.concatenate([self._scaled(cells.data, self.scales[block]) for block, cells in taken.items()]),
            len(rows),
        )

    def contributions(self, listening: Listening, items: Places) -> Floats:
        """Take the scores of items apart.

        Parameters
        ----------
        listening
            Of a listener, n_cells in all.
        items
            Columns of the target, (n,).

        Returns
        -------
        Floats
            What each cell adds, (n, n_cells), in the order of `listening`; 0 for blocks that are no input.
        """
        columns, values = self._cells(listening)
        said = self.weights.take(columns)
        place = np.full(self.weights.shape[1], -1)
        place[items] = np.arange(len(items))
        listed = place[said.indices] >= 0
        added = np.zeros((len(items), len(columns)))
        rows = said.row_of_cell[listed]
        added[place[said.indices[listed]], rows] = said.data[listed] * values[rows]
        by_block = self._split(added, listening)
        nothing = {block: np.zeros((len(items), len(cells.columns))) for block, cells in listening.items()}
        return np.hstack([by_block.get(block, nothing[block]) for block in listening])

    def _summed(self, rows: Places, columns: Places, values: Floats, n_rows: int) -> Floats:
        """Add up what cells of some rows say: (n_rows, n_columns)."""
        said, n_columns = self.weights.take(columns), self.weights.shape[1]
        lengths = np.diff(said.indptr)
        at = np.repeat(rows * n_columns, lengths) + said.indices
        summed = np.bincount(at, np.repeat(values, lengths) * said.data, n_rows * n_columns)
        return summed.astype(np.float64, copy=False).reshape(n_rows, n_columns)

    def _split(self, added: Floats, listening: Listening) -> dict[BlockName, Floats]:
        blocks = self._of(listening)
        ends = np.cumsum([len(listening[block].columns) for block in blocks])[:-1]
        return dict(zip(blocks, np.split(added, ends, axis=1), strict=True))

    def _of(self, listening: Listening) -> list[BlockName]:
        return [block for block in self.scales if block in listening]

    def _cells(self, listening: Listening) -> tuple[Places, Floats]:
        """Input columns of a listener and z of each."""
        blocks = self._of(listening)
        columns = [listening[block].columns + self.starts[block] for block in blocks]
        values = [self._scaled(listening[block].plays, self.scales[block]) for block in blocks]
        return np.concatenate([np.empty(0, np.int64), *columns]), np.concatenate([np.empty(0), *values])

    def _scaled(self, plays: Floats, scale: float) -> Floats:
        amounts = np.ones(len(plays)) if self.scaling == "binary" else np.log1p(plays)
        return np.asarray(amounts / scale)


def of(release: Release, block: BlockName) -> ItemNeighbours | None:
    """Return what listeners' own items say of a block, mapped, not read; None if they say nothing of it."""
    found = release.once("neighbours", lambda: _read(release))
    return found if found is not None and found.target is block else None


def _read(release: Release) -> ItemNeighbours | None:
    folder = release.folder
    if not (folder / ABOUT).is_file():
        return None
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    indptr, indices, data = (
        np.asarray(np.load(folder / f"neighbours_{part}.npy", mmap_mode="r", allow_pickle=False))
        for part in ("indptr", "indices", "data")
    )
    n_inputs, n_columns = about["shape"]
    inputs = [BlockName(block) for block in about["inputs"]]
    starts = np.cumsum([0, *(release.width(block) for block in inputs)]).tolist()
    return ItemNeighbours(
        target=BlockName(about["target"]),
        scaling=about["scaling"],
        scales={block: about["scales"][block] for block in inputs},
        starts=dict(zip(inputs, starts, strict=False)),
        weights=SparseRows(indptr, indices, data, (n_inputs, n_columns)),
    )
