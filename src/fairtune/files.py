"""Reading and writing of what stages exchange: same value, same bytes; a file appears whole or not at all."""

import hashlib
import io
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile, ZipInfo

import numpy as np

from fairtune.errors import NotThere

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

FIGURE = re.compile(r'\{\s+"high": (\S+),\s+"low": (\S+),\s+"value": (\S+)\s+\}')
"""A figure of metrics.json as `json` indents it: five lines, of which three are its numbers."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its place when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _existing(path: Path) -> Path:
    if not path.exists():
        raise NotThere(f"{path} is missing: run the stage that writes it (`dvc repro`)")
    return path


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal digits."""
    return digest(path, "sha256")


def digest(path: Path, kind: str) -> str:
    """Return the hash of a file's bytes of a kind that `hashlib` knows, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()


def write_json(path: Path, value: object) -> None:
    """Write with sorted keys, a line for each figure, and a final newline; NaN is refused."""
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    text = FIGURE.sub(r'{"high": \1, "low": \2, "value": \3}', text)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def write_text(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read_json(path: Path) -> Any:
    return json.loads(_existing(path).read_text(encoding="utf-8"))


def write_table(path: Path, table: "pd.DataFrame") -> None:
    """Write Parquet without an index and without pandas' metadata (it names versions)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    with replacing(path) as temporary:
        pq.write_table(arrow, temporary, compression="zstd")


def write_csv(path: Path, table: "pd.DataFrame") -> None:
    """Write CSV with a header and LF line ends; null is an empty field."""
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n", encoding="utf-8")


def read_table(path: Path) -> "pd.DataFrame":
    import pandas as pd

    return pd.read_parquet(_existing(path))


def write_array(path: Path, array: np.ndarray) -> None:
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.save(file, array, allow_pickle=False)


def read_array(path: Path) -> np.ndarray:
    return np.load(_existing(path), allow_pickle=False)  # type: ignore[no-any-return]


def write_sparse(path: Path, matrix: "csr_array") -> None:
    """Write what `scipy.sparse.load_npz` reads; the heads of its members are the same under any Python.

    numpy asks for large heads in advance, which patch versions of Python write in different ways.
    """
    from scipy.sparse import save_npz

    saved = io.BytesIO()
    save_npz(saved, matrix, compressed=False)
    with replacing(path) as temporary, ZipFile(saved) as library, ZipFile(temporary, "w") as file:
        for name in library.namelist():
            file.writestr(ZipInfo(name), library.read(name))


def read_sparse(path: Path) -> "csr_array":
    from scipy.sparse import csr_array, load_npz

    return csr_array(load_npz(_existing(path)))
