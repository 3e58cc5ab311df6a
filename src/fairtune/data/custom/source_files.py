"""Which files a path of the user's means: one, a folder of parts, or a pattern; plain or compressed."""

from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fairtune.data.custom.text_columns import PARQUET, SUFFIXES
from fairtune.errors import BadFile

if TYPE_CHECKING:
    from typing import BinaryIO

COMPRESSED: Final = {".gz": "gzip", ".zst": "zstd"}
"""Suffix -> compression, on text files."""
MAGIC: Final = frozenset("*?[")
ASIDE: Final = (".", "_")
"""What names of files begin with that writers of parts leave beside them: _SUCCESS, .part-0.crc."""
CHUNK: Final = 2**20
LARGEST: Final = 64 * 2**30
"""Bytes that a file may hold: a bound on what comes out of a compressed one, or from a URL."""


@dataclass(frozen=True)
class SourceFile:
    """A file of the user's.

    Attributes
    ----------
    path
        Where it is.
    """

    path: Path

    @property
    def compression(self) -> str | None:
        """How it is compressed: "gzip", "zstd" or None."""
        return COMPRESSED.get(self.path.suffix.lower())

    @property
    def plain_name(self) -> str:
        """Its name without the suffix of a compression."""
        return self.path.stem if self.compression else self.path.name

    @property
    def kind(self) -> str:
        """Suffix that says what it holds: ".csv", ".parquet", ..."""
        return Path(self.plain_name).suffix.lower()

    def copy(self, target: Path, *, limit: int) -> None:
        """Copy what it holds, decompressed, in pieces; `BadFile` if it is damaged or holds too much."""
        with self.open() as source, target.open("wb") as copy:
            written = 0
            try:
                while piece := source.read(CHUNK):
                    written += len(piece)
                    if written > limit:
                        raise BadFile(f"{self.path.name}: holds more than {limit / 2**30:.0f} GiB")
                    copy.write(piece)
            except OSError as error:
                if self.compression is None:
                    raise
                how = f"its {self.compression} compression is damaged or cut off"
                raise BadFile(f"{self.path.name}: {how}: copy it anew") from error

    def open(self) -> "BinaryIO":
        """Open what it holds, decompressed."""
        import pyarrow as pa

        if self.compression is None:
            return self.path.open("rb")
        return pa.input_stream(str(self.path), compression=self.compression)  # type: ignore[no-any-return]


def is_many(source: str) -> bool:
    """Whether a path means a folder or a pattern; a file that is called so is a file."""
    return Path(source).is_dir() or not (MAGIC.isdisjoint(source) or Path(source).is_file())


def find(source: str) -> tuple[SourceFile, ...]:
    """Find the files that a path means.

    Parameters
    ----------
    source
        A file; a folder, of which all files count, below it too, but for those whose names begin with `.` or
        `_`; or a pattern such as `plays/2011-*.csv.gz`.

    Returns
    -------
    tuple
        In the order of their paths; one for a file, whether it exists or not.

    Raises
    ------
    BadFile
        There is none, or they are of more than one kind.
    """
    path = Path(source)
    if path.is_dir():
        found = [each for each in sorted(path.rglob("*")) if each.is_file() and not _aside(each, path)]
    elif is_many(source):
        base = Path(path.anchor) if path.is_absolute() else Path()
        pattern = str(path.relative_to(path.anchor)) if path.is_absolute() else source
        found = [each for each in sorted(base.glob(pattern)) if each.is_file()]
    else:
        return (SourceFile(path),)
    if not found:
        what = "the folder holds no file" if path.is_dir() else "no file has such a name"
        raise BadFile(
            f"{source}: {what}: give files that end in {', '.join(SUFFIXES)}, or these with .gz or .zst"
        )
    files = [SourceFile(each) for each in found]
    first = files[0]
    for other in files[1:]:
        if (other.kind == PARQUET) != (first.kind == PARQUET):
            raise BadFile(
                f"{source}: two kinds of files: {first.path.name} and {other.path.name}: keep one kind "
                "there, or give a pattern such as *.parquet"
            )
    return tuple(files)


def listener(named: str, source: str) -> str:
    """Return who a file of exports is of, where it doesn't say: the folder or file below what was named.

    Parameters
    ----------
    named
        What the user named: a file, a folder or a pattern.
    source
        One of the files that it means.

    Returns
    -------
    str
        `exports/ada/2011/1.jsonl` of `exports` or `exports/*/*/*.jsonl` is ada's, `exports/bo.jsonl` is bo's.
    """
    fixed = Path(*takewhile(MAGIC.isdisjoint, Path(named).parts))
    try:
        below = Path(source).relative_to(fixed).parts
    except ValueError:
        below = ()
    name = below[0] if len(below) > 1 else Path(source).name
    return name if len(below) > 1 else name.partition(".")[0]


def _aside(file: Path, folder: Path) -> bool:
    return any(part.startswith(ASIDE) for part in file.relative_to(folder).parts)
