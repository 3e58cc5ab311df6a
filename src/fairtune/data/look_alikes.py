"""Names that are written differently and look the same: they stay apart, and a line says so."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from fairtune.columns import ARTIST, ITEM, USER, Table
from fairtune.serving.spelling import spelling

LOOKED_AT: Final = {USER: "listeners", ITEM: "items", ARTIST: "artists"}
SHOWN: Final = 3


def look_alikes(names: pd.Series) -> list[tuple[str, ...]]:
    """Find names with several forms: composed and decomposed, full-width, with something invisible in them.

    Parameters
    ----------
    names
        Names or text ids; null for none. Case and accents count: they are seen.

    Returns
    -------
    list[tuple[str, ...]]
        The forms of each such name, sorted.
    """
    forms = pd.Series(names.dropna().unique()).astype("str")
    shared = forms.map(spelling)
    several = shared.duplicated(keep=False)
    return sorted(tuple(sorted(group)) for _, group in forms[several].groupby(shared[several]))


def warnings(tables: Mapping[Table, pd.DataFrame]) -> tuple[str, ...]:
    """Say which items, artists and listeners of canonical tables look like others, a line a kind."""
    return tuple(line for table in (Table.ITEMS, Table.USERS) for line in of_columns(tables[table]))


def of_columns(rows: pd.DataFrame) -> tuple[str, ...]:
    """Say which items, artists and listeners of a table look like others.

    Parameters
    ----------
    rows
        A table with any of the columns. Numbers as ids have one form each.

    Returns
    -------
    tuple[str, ...]
        Lines for the user, a line a column; none where every name has one form.
    """
    lines = []
    for column, what in LOOKED_AT.items():
        if column not in rows or pd.api.types.is_numeric_dtype(rows[column]):
            continue
        found = look_alikes(rows[column])
        if found:
            shown = "; ".join(" and ".join(map(ascii, forms)) for forms in found[:SHOWN])
            several = "s" if len(found) > 1 else ""
            lines.append(
                f"warning: {what} whose names look the same but are written in several forms stay apart: "
                f"{len(found):,} name{several}: {shown}{'; ...' if len(found) > SHOWN else ''}"
            )
    return tuple(lines)
