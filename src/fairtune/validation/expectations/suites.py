"""Which rules the tables of a data set have to keep, in each table the cause before its consequences."""

import math
from collections.abc import Mapping
from typing import Final

from fairtune.columns import (
    AGE,
    ARTIST,
    ARTIST_COUNTRY,
    ARTIST_GENDER,
    ARTIST_REGION,
    BATCH,
    COUNTRY,
    FRIEND,
    GENDER,
    ITEM,
    MUSIC_TYPE,
    NAME,
    PLAYS,
    REGION,
    SHARE,
    SIGNUP,
    SPLIT,
    TIMESTAMP,
    USER,
    Table,
)
from fairtune.config import sections
from fairtune.data.sources.base import Dataset
from fairtune.validation.expectations import interaction_rules, listener_rules, music_rules
from fairtune.validation.expectations.rule import Rule, columns, rows

COLUMNS: Final[Mapping[Table, tuple[str, ...]]] = {
    Table.INTERACTIONS: (USER, ITEM, PLAYS),
    Table.ITEMS: (ITEM, NAME, ARTIST, ARTIST_REGION, ARTIST_COUNTRY, ARTIST_GENDER),
    Table.USERS: (USER, COUNTRY, REGION, GENDER, AGE, SIGNUP),
    Table.ITEM_TYPES: (ITEM, MUSIC_TYPE, SHARE),
    Table.FRIENDS: (USER, FRIEND),
}
OPTIONAL: Final = {Table.INTERACTIONS: (TIMESTAMP, SPLIT)}
MAY_BE_EMPTY: Final = (Table.ITEM_TYPES, Table.FRIENDS)


def complete(present: Mapping[Table, tuple[str, ...]]) -> bool:
    """Return whether every table has the columns that it must have."""
    return all(set(COLUMNS[table]) <= set(present[table]) for table in Table)


def structure(table: Table, present: tuple[str, ...] = ()) -> tuple[Rule, ...]:
    """Return the rules without which the others can't be checked."""
    batch = (BATCH,) if BATCH in present else ()  # there only after new listening
    return (columns(COLUMNS[table], (*OPTIONAL.get(table, ()), *batch)),)


def rules(
    dataset: Dataset,
    chosen: sections.Validate,
    present: Mapping[Table, tuple[str, ...]],
    grown: Mapping[Table, int] | None = None,
) -> dict[Table, tuple[Rule, ...]]:
    """Return the rules of every table of a data set.

    Parameters
    ----------
    dataset
        The data set.
    chosen
        Section `validate` of params.yaml.
    present
        The columns that each table has.
    grown
        Rows of each table that new listening added to what the publisher counts.

    Returns
    -------
    dict
        Table -> its rules.
    """
    played = present[Table.INTERACTIONS]
    optional = tuple(name for name in (*OPTIONAL[Table.INTERACTIONS], BATCH) if name in played)
    own = {
        Table.INTERACTIONS: interaction_rules.interactions(dataset, optional),
        Table.ITEMS: music_rules.items(chosen),
        Table.USERS: listener_rules.users(dataset, batches=BATCH in played),
        Table.ITEM_TYPES: music_rules.item_types(),
        Table.FRIENDS: listener_rules.friends(),
    }
    return {
        table: (
            *structure(table, present[table]),
            *_not_empty(table),
            *own[table],
            *_publishers(dataset, table, chosen, grown=(grown or {}).get(table, 0)),
        )
        for table in Table
    }


def _not_empty(table: Table) -> tuple[Rule, ...]:
    return () if table in MAY_BE_EMPTY else (rows(1, None, "the table has rows"),)


def _publishers(dataset: Dataset, table: Table, chosen: sections.Validate, *, grown: int) -> tuple[Rule, ...]:
    """Require the row count that the publisher states, within the tolerance, and what came later."""
    if table not in dataset.rows:
        return ()
    stated, tolerance = dataset.rows[table], chosen.row_count_tolerance
    low, high = math.ceil(stated * (1 - tolerance)), math.floor(stated * (1 + tolerance))
    within = f", give or take {100 * tolerance:g}%" if tolerance else ""
    sentence = f"the table has the {stated:,} rows that its publisher counts{within}"
    later = f", and {grown:,} of new listening" if grown else ""
    return (rows(low + grown, high + grown, sentence + later),)
