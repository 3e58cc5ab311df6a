"""The rules of every table of every data set, in each table the cause before its consequences."""

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
from fairtune.config import params
from fairtune.data.sources.base import Dataset
from fairtune.validation.expectations import derived_columns as derived
from fairtune.validation.expectations.rule import (
    Rule,
    between,
    columns,
    fact,
    free_of,
    known,
    one_of,
    reference,
    rows,
    typed,
    unique,
)

COLUMNS: Final[Mapping[Table, tuple[str, ...]]] = {
    Table.INTERACTIONS: (USER, ITEM, PLAYS),
    Table.ITEMS: (ITEM, NAME, ARTIST, ARTIST_REGION, ARTIST_COUNTRY, ARTIST_GENDER),
    Table.USERS: (USER, COUNTRY, REGION, GENDER, AGE, SIGNUP),
    Table.ITEM_TYPES: (ITEM, MUSIC_TYPE, SHARE),
    Table.FRIENDS: (USER, FRIEND),
}
OPTIONAL: Final = {Table.INTERACTIONS: (TIMESTAMP, SPLIT)}
MAY_BE_EMPTY: Final = (Table.ITEM_TYPES, Table.FRIENDS)
GENDERS: Final = ("m", "f")
SPLITS: Final = ("train", "valid", "test")
MOMENTS: Final = tuple(f"datetime64[{unit}]" for unit in ("s", "ms", "us", "ns"))
MOST_ITEMS: Final = {"lastfm-2k": 50}
"""Data set -> items of a listener, where its publisher cut the lists."""


def complete(present: Mapping[Table, tuple[str, ...]]) -> bool:
    """Tell whether every table has the columns that it must have."""
    return all(set(COLUMNS[table]) <= set(present[table]) for table in Table)


def structure(table: Table, present: tuple[str, ...] = ()) -> tuple[Rule, ...]:
    """Give the rules without which the others can't be looked at."""
    batch = (BATCH,) if BATCH in present else ()  # there only after new listening
    return (columns(COLUMNS[table], (*OPTIONAL.get(table, ()), *batch)),)


def rules(
    dataset: Dataset,
    chosen: params.Validate,
    present: Mapping[Table, tuple[str, ...]],
    grown: Mapping[Table, int] | None = None,
) -> dict[Table, tuple[Rule, ...]]:
    """Give the rules of every table, whose columns are `present`.

    grown: rows of each table that new listening added to what the publisher counts.
    """
    played = present[Table.INTERACTIONS]
    optional = tuple(name for name in (*OPTIONAL[Table.INTERACTIONS], BATCH) if name in played)
    own = {
        Table.INTERACTIONS: _interactions(dataset, optional),
        Table.ITEMS: _items(chosen),
        Table.USERS: _users(dataset, batches=BATCH in played),
        Table.ITEM_TYPES: _item_types(),
        Table.FRIENDS: _friends(),
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


def _publishers(dataset: Dataset, table: Table, chosen: params.Validate, *, grown: int) -> tuple[Rule, ...]:
    """Give the row count that the publisher states, within the tolerance that the owner allows, and what came
    later.
    """
    if table not in dataset.rows:
        return ()
    stated, tolerance = dataset.rows[table], chosen.row_count_tolerance
    low, high = math.ceil(stated * (1 - tolerance)), math.floor(stated * (1 + tolerance))
    within = f", give or take {100 * tolerance:g}%" if tolerance else ""
    sentence = f"the table has the {stated:,} rows that its publisher counts{within}"
    later = f", and {grown:,} of new listening" if grown else ""
    return (rows(low + grown, high + grown, sentence + later),)


def _id(column: str) -> tuple[Rule, ...]:
    sentence = f"{column} is a whole number or a text"
    return known(column), fact(derived.is_id(column), column=column, sentence=sentence)


def _interactions(dataset: Dataset, optional: tuple[str, ...]) -> tuple[Rule, ...]:
    if dataset.counts:
        plays = between(PLAYS, 1, None, "plays are at least 1")
    else:
        plays = between(PLAYS, 1, 1, "plays are 1 in a data set without counts")
    given = {
        TIMESTAMP: (
            typed(TIMESTAMP, MOMENTS, "timestamp is a time"),
            fact(
                derived.IS_PLAUSIBLE,
                column=TIMESTAMP,
                sentence="timestamp lies between 1990 and 2100",
            ),
        ),
        SPLIT: (
            fact(derived.IS_LABELLED, column=SPLIT, sentence="split is empty in new listening alone")
            if BATCH in optional
            else known(SPLIT),
            one_of(SPLIT, SPLITS, f"split is one of {', '.join(SPLITS)}"),
        ),
        BATCH: (
            known(BATCH),
            typed(BATCH, ("int64",), "batch is a whole number"),
            between(BATCH, 0, None, "batch is at least 0"),
        ),
    }
    return (
        *_id(USER),
        *_id(ITEM),
        known(PLAYS),
        typed(PLAYS, ("int64",), "plays is a whole number"),
        plays,
        fact(
            derived.PAIR_IS_UNIQUE,
            column=f"{USER}, {ITEM}",
            sentence="a listener and an item meet once",
        ),
        reference(derived.ITEM_IS_KNOWN, column=ITEM, table="items"),
        reference(derived.USER_IS_KNOWN, column=USER, table="users"),
        *(rule for name in optional for rule in given[name]),
    )


def _items(chosen: params.Validate) -> tuple[Rule, ...]:
    share = chosen.max_unknown_region
    return (
        *_id(ITEM),
        unique(ITEM),
        *(rule for column in (NAME, ARTIST) for rule in _name(column)),
        *_country(ARTIST_COUNTRY, ARTIST_REGION),
        one_of(ARTIST_GENDER, GENDERS, "artist_gender is m or f where it is known"),
        known(
            ARTIST_REGION,
            mostly=1 - share,
            sentence=f"at most {100 * share:g}% of the items have no artist_region",
        ),
        fact(
            derived.IS_PLAYED,
            column=ITEM,
            sentence="at least 90% of the items are played by somebody",
            mostly=0.9,
            critical=False,
        ),
        fact(
            derived.HAS_OWN_NAME,
            column=f"{ARTIST}, {NAME}",
            sentence="at least 99% of the items differ in more than upper and lower case",
            mostly=0.99,
            critical=False,
        ),
        free_of(
            NAME,
            r"(?i)www\.|https?://",
            "at least 99% of the names hold no web address",
            mostly=0.99,
            critical=False,
        ),
    )


def _name(column: str) -> tuple[Rule, ...]:
    return (
        known(column),
        free_of(column, r"\?{4}", f"no {column} has lost its letters to question marks (????)"),
        free_of(column, "\ufffd", f"no {column} has lost letters to a wrong encoding"),
        free_of(column, r"^\s|\s$|^$", f"no {column} is empty or has blanks around it"),
        free_of(column, r"[\x00-\x1f]", f"no {column} holds a tab or another control character"),
    )


def _country(country: str, region: str) -> tuple[Rule, ...]:
    return (
        fact(
            derived.IS_COUNTRY,
            column=country,
            sentence=f"{country} is a code of ISO 3166-1, or empty",
        ),
        fact(derived.HAS_REGION, column=region, sentence=f"{region} is known where {country} is"),
    )


def _users(dataset: Dataset, *, batches: bool) -> tuple[Rule, ...]:
    return (
        *_id(USER),
        unique(USER),
        *_country(COUNTRY, REGION),
        one_of(GENDER, GENDERS, "gender is m or f where it is known"),
        between(AGE, 10, 90, "age is between 10 and 90 where it is known"),
        typed(SIGNUP, MOMENTS, "signup is a time"),
        fact(
            derived.IS_PLAUSIBLE,
            column=SIGNUP,
            sentence="signup lies between 1990 and 2100 where it is known",
        ),
        Rule(
            column=USER,
            sentence="at least 90% of the listeners have played something",
            kind="ExpectColumnValuesToBeBetween",
            arguments={"column": derived.ITEMS_PLAYED, "min_value": 1, "mostly": 0.9},
            critical=False,
        ),
        *_most_items(dataset, batches=batches),
    )


def _most_items(dataset: Dataset, *, batches: bool) -> tuple[Rule, ...]:
    if dataset.name not in MOST_ITEMS:
        return ()
    most = MOST_ITEMS[dataset.name]
    return (
        Rule(
            column=USER,
            sentence=f"a listener has at most {most} items, where the publisher cut the lists"
            + (", new listening aside" if batches else ""),
            kind="ExpectColumnValuesToBeBetween",
            arguments={
                "column": derived.ITEMS_PUBLISHED if batches else derived.ITEMS_PLAYED,
                "max_value": most,
            },
        ),
    )


def _item_types() -> tuple[Rule, ...]:
    return (
        *_id(ITEM),
        known(MUSIC_TYPE),
        free_of(MUSIC_TYPE, r"^\s|\s$|^$", "no music_type is empty or has blanks around it"),
        known(SHARE),
        between(SHARE, 1e-12, 1, "a share is above 0 and at most 1"),
        fact(
            derived.PAIR_IS_UNIQUE,
            column=f"{ITEM}, {MUSIC_TYPE}",
            sentence="an item has a music type once",
        ),
        fact(derived.SUMS_TO_ONE, column=SHARE, sentence="the shares of an item sum to 1"),
        reference(derived.ITEM_IS_KNOWN, column=ITEM, table="items"),
    )


def _friends() -> tuple[Rule, ...]:
    pair = f"{USER}, {FRIEND}"
    return (
        *_id(USER),
        *_id(FRIEND),
        fact(
            derived.PAIR_IS_UNIQUE,
            column=pair,
            sentence="a friendship is listed once in each direction",
        ),
        fact(derived.IS_ANOTHER, column=pair, sentence="nobody is a friend of oneself"),
        fact(derived.IS_MUTUAL, column=pair, sentence="every friendship is listed in both directions"),
        reference(derived.USER_IS_KNOWN, column=USER, table="users"),
        reference(derived.FRIEND_IS_KNOWN, column=FRIEND, table="users"),
    )
