"""Rules of the interactions: who played what, how often and when."""

from typing import Final

from fairtune.columns import BATCH, ITEM, PLAYS, SPLIT, TIMESTAMP, USER
from fairtune.data.sources.base import Dataset
from fairtune.validation.expectations import derived_columns
from fairtune.validation.expectations.column_rules import identifier, moment
from fairtune.validation.expectations.rule import Rule, between, fact, known, one_of, reference, typed

SPLITS: Final = ("train", "valid", "test")


def interactions(dataset: Dataset, optional: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the rules of the interactions, and of those optional columns that they have."""
    if dataset.counts:
        plays = between(PLAYS, 1, None, "plays are at least 1")
    else:
        plays = between(PLAYS, 1, 1, "plays are 1 in a data set without counts")
    given = {
        TIMESTAMP: (
            moment(TIMESTAMP),
            fact(
                derived_columns.IS_PLAUSIBLE,
                column=TIMESTAMP,
                sentence="timestamp lies between 1990 and 2100",
            ),
        ),
        SPLIT: (
            fact(derived_columns.IS_LABELLED, column=SPLIT, sentence="split is empty in new listening alone")
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
        *identifier(USER),
        *identifier(ITEM),
        known(PLAYS),
        typed(PLAYS, ("int64",), "plays is a whole number"),
        plays,
        fact(
            derived_columns.PAIR_IS_UNIQUE,
            column=f"{USER}, {ITEM}",
            sentence="a listener and an item meet once",
        ),
        reference(derived_columns.ITEM_IS_KNOWN, column=ITEM, table="items"),
        reference(derived_columns.USER_IS_KNOWN, column=USER, table="users"),
        *(rule for name in optional for rule in given[name]),
    )
