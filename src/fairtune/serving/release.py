"""A released model on disk: what it holds, read when it is asked for.

Only numpy and pyarrow are imported here, and only what a question needs is read: that is what makes the
command answer while a larger import would still be loading.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from fairtune.columns import ARTIST, ITEM, NAME, SIDE_BLOCKS, USER, BlockName
from fairtune.errors import NotThere
from fairtune.serving import checksums
from fairtune.serving.sparse_rows import SparseRows

T = TypeVar("T")
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Columns:
    """The items of one block, in the order of its columns.

    Attributes
    ----------
    ids
        Of the data set.
    names
        The id where there is no name.
    artists
        Of tracks, else None.
    listeners
        Training listeners, (n,).
    """

    ids: list[int | str]
    names: list[str]
    artists: list[str | None] | None
    listeners: NDArray[np.int64]


@dataclass(frozen=True)
class BlockScaling:
    """How plays of one block become s(plays) / scale, which has mean 1 over the block's training cells.

    Attributes
    ----------
    s
        binary, log or bm25.
    scale
        Mean of s(plays), above 0.
    k1
        Of bm25 alone, above 0: the higher, the later more plays stop counting.
    b
        Of bm25 alone, 0..1: how much the plays of who plays much count less.
    """

    s: str
    scale: float
    k1: float = 1.2
    b: float = 0.75


@dataclass(frozen=True, eq=False)
class Release:
    """The folder that stage `train` releases; `fairtune.models.release.write_release` says what is in it.

    Attributes
    ----------
    folder
        Where the files are.
    dataset
        That the model was trained on.
    target
        Block that the model ranks.
    item_block
        The items that were played: artists or tracks.
    blocks
        All that the model knows.
    regularization
        Of the fit.
    counts
        Whether plays were counted; without, each pair is 1.
    scaling
        Of the plays of each block.
    """

    folder: Path
    dataset: str
    target: BlockName
    item_block: BlockName
    blocks: tuple[BlockName, ...]
    regularization: float
    counts: bool
    scaling: Mapping[BlockName, BlockScaling]
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, folder: Path) -> "Release":
        """Check the files and read the manifest; everything else waits.

        `NotThere` if the model isn't trained, `BadFile` if a file isn't what was written.
        """
        path = folder / MANIFEST
        if not path.is_file():
            raise NotThere(f"{path} is missing: train the model first (`dvc repro train`)")
        checksums.check(folder)
        manifest = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            folder=folder,
            dataset=manifest["dataset"],
            target=BlockName(manifest["target"]),
            item_block=BlockName(manifest["item_block"]),
            blocks=tuple(BlockName(block) for block in manifest["blocks"]),
            regularization=float(manifest["regularization"]),
            counts=bool(manifest["counts"]),
            scaling={
                BlockName(block): BlockScaling(**values) for block, values in manifest["scaling"].items()
            },
        )

    @property
    def kinds(self) -> tuple[BlockName, ...]:
        """Blocks whose columns are music, which is what can be recommended."""
        return tuple(block for block in self.blocks if block not in SIDE_BLOCKS)

    @property
    def listener_ids(self) -> list[int | str]:
        """Ids in the order of the matrix's rows."""
        return self.once("listeners", self._listener_ids)

    @property
    def listener_factors(self) -> NDArray[np.float32]:
        """Factors of all listeners, (n_listeners, f), mapped, not read."""
        return self.once("listener_factors", lambda: self._array("listener_factors.npy"))

    def listener_weight(self, row: int) -> float:
        """Return how much the cells of a listener weighed in the fit, beside those of others."""
        weights = self.once("listener_weights", lambda: self._array_if("listener_weights.npy"))
        return 1.0 if weights is None else float(weights[row])

    def factors(self, block: BlockName) -> NDArray[np.float64]:
        """Return (n_columns, f) doubles: a score doesn't depend on how many listeners are scored at once."""
        name = f"factors_{block}.npy"
        return self.once(name, lambda: self._array(name).astype(np.float64))

    def bonus(self, block: BlockName) -> NDArray[np.float64] | None:
        """Return the gain of each column for a factor of length 1, (n_columns,); None if not re-ranked."""
        name = f"bonus_{block}.npy"
        return self.once(name, lambda: self._array_if(name))

    def scores(self, factors: NDArray[np.float64], block: BlockName) -> NDArray[np.float32]:
        """Score every column of `block` for listeners' factors, (..., f): (..., n_columns)."""
        scores = factors @ self.factors(block).T
        bonus = self.bonus(block)
        if bonus is not None:
            scores = scores + np.linalg.norm(factors, axis=-1)[..., None] * bonus
        return scores.astype(np.float32)

    def width(self, block: BlockName) -> int:
        """Return the number of columns of a block."""
        return self.once(f"width of {block}", lambda: len(self._array(f"multipliers_{block}.npy")))

    def multipliers(self, block: BlockName) -> NDArray[np.float64]:
        """Return the weight of a cell whose s(plays) is the block's mean, (n_columns,)."""
        name = f"multipliers_{block}.npy"
        return self.once(name, lambda: self._array(name).astype(np.float64))

    def plays(self, block: BlockName) -> SparseRows:
        """Return listeners x columns: what the model was fitted on, hence what a listener knows."""
        name = f"plays_{block}.npz"
        return self.once(name, lambda: SparseRows.read(self.folder / name))

    def listeners(self, block: BlockName) -> NDArray[np.int64]:
        """Return the training listeners of the columns of a block of music, (n_columns,)."""
        name = f"columns_{block}.parquet"
        return self.once(f"listeners of {block}", lambda: self._counted(name))

    def columns(self, block: BlockName) -> Columns:
        return self.once(f"columns_{block}", lambda: self._columns(block))

    @property
    def item_types(self) -> SparseRows | None:
        """Item block columns x music types: shares, rows sum to 1 (or 0: no type known)."""
        return self.once("item_types", lambda: self._rows_if(BlockName.MUSIC_TYPE, "item_types.npz"))

    @property
    def item_artist(self) -> SparseRows | None:
        """Track columns x artist columns, one cell a row; None where artists are the items or no block."""
        if self.item_block is BlockName.ARTIST:
            return None
        return self.once("item_artist", lambda: self._rows_if(BlockName.ARTIST, "item_artist.npz"))

    def once(self, key: str, read: Callable[[], T]) -> T:
        """Return what `read` does, and the same again whenever `key` is asked for."""
        if key not in self._kept:
            self._kept[key] = read()
        return self._kept[key]  # type: ignore[no-any-return]

    def _array(self, name: str) -> NDArray[Any]:
        mapped = np.load(self.folder / name, mmap_mode="r", allow_pickle=False)
        return np.asarray(
            mapped
        )  # mapped all the same; numpy's own class for it takes its time at each index

    def _array_if(self, name: str) -> NDArray[np.float64] | None:
        return self._array(name).astype(np.float64) if (self.folder / name).is_file() else None

    def _rows_if(self, block: BlockName, name: str) -> SparseRows | None:
        return SparseRows.read(self.folder / name) if block in self.blocks else None

    def _table(self, name: str, *columns: str) -> Any:
        from pyarrow.parquet import ParquetFile

        with ParquetFile(self.folder / name) as file:  # `read_table` and `to_numpy` would import pandas
            return file.read(columns=list(columns) or None)

    def _listener_ids(self) -> list[int | str]:
        return list(self._table("listeners.parquet")[USER].to_pylist())

    def _counted(self, name: str) -> NDArray[np.int64]:
        return np.array(self._table(name, "listeners")["listeners"].to_pylist(), dtype=np.int64)

    def _columns(self, block: BlockName) -> Columns:
        table = self._table(f"columns_{block}.parquet")
        ids = table[ITEM].to_pylist()
        names = [name or str(item) for name, item in zip(table[NAME].to_pylist(), ids, strict=True)]
        return Columns(
            ids=ids,
            names=names,
            artists=table[ARTIST].to_pylist() if block is BlockName.TRACK else None,
            listeners=np.array(table["listeners"].to_pylist(), dtype=np.int64),
        )
