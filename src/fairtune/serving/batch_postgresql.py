"""A table of PostgreSQL that lists are copied into: filled beside the old one, then put in its place."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from fairtune.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

TYPES: Final = {"int64": "bigint", "int32": "integer", "double": "double precision", "string": "text"}
NAME: Final = r"[a-z_][a-z0-9_]{0,55}"
STAGING: Final = "_staging"


@contextmanager
def replacing(url: str, table: str) -> Iterator["Callable[[pa.Table], None]"]:
    """Fill a table that takes the place of `table` when the block ends; after an error the old one stays.

    Parameters
    ----------
    url
        Of the database, postgresql://...
    table
        Name of the table: small letters, digits and `_`.

    Yields
    ------
    Callable[[pa.Table], None]
        Adds a part: COPY into a staging table. All is one transaction: readers see the old table until the
        new one is whole.

    Raises
    ------
    BadRequest
        The name can't be a table's, the database can't be reached, or the driver isn't installed.
    """
    if not re.fullmatch(NAME, table):
        raise BadRequest(f"batch: --table {table}: a name has small letters, digits and _, 56 at most")
    try:
        import psycopg
    except ImportError as error:
        raise BadRequest("batch: PostgreSQL needs psycopg: pip install 'fairtune[postgres]'") from error
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            cursor = connection.cursor()
            made: list[str] = []
            cursor.execute(f"DROP TABLE IF EXISTS {table}{STAGING}")  # a name that was checked

            def add(part: "pa.Table") -> None:
                if not made:
                    fields = ", ".join(f"{each.name} {TYPES[str(each.type)]}" for each in part.schema)
                    cursor.execute(f"CREATE TABLE {table}{STAGING} ({fields})")
                    made.extend(part.schema.names)
                with cursor.copy(f"COPY {table}{STAGING} FROM STDIN (FORMAT csv)") as copy:
                    copy.write(_csv(part))

            yield add
            if made:
                cursor.execute(f"DROP TABLE IF EXISTS {table}")
                cursor.execute(f"ALTER TABLE {table}{STAGING} RENAME TO {table}")
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise BadRequest(f"batch: PostgreSQL: {reason}: the table {table} stays as it was") from error


def _csv(part: "pa.Table") -> bytes:
    from pyarrow import csv

    buffer: Any = io.BytesIO()
    csv.write_csv(part, buffer, csv.WriteOptions(include_header=False))
    return buffer.getvalue()  # type: ignore[no-any-return]
