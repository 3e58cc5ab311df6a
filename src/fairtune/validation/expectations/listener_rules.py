"""Rules of the listeners and their friendships."""

from typing import Final

from fairtune.columns import AGE, COUNTRY, FRIEND, GENDER, REGION, SIGNUP, USER
from fairtune.data.sources.base import Dataset
from fairtune.validation.expectations import derived_columns
from fairtune.validation.expectations.column_rules import country, gender, identifier, moment
from fairtune.validation.expectations.rule import Rule, between, fact, reference, unique

MOST_ITEMS: Final = {"lastfm-2k": 50}
"""Data set -> items of a listener, where its publisher cut the lists."""


def users(dataset: Dataset, *, batches: bool) -> tuple[Rule, ...]:
    """Return the rules of the listeners; with batches, new listening is exempt from the publisher's cut."""
    return (
        *identifier(USER),
        unique(USER),
        *country(COUNTRY, REGION),
        gender(GENDER),
        between(AGE, 10, 90, "age is between 10 and 90 where it is known"),
        moment(SIGNUP),
        fact(
            derived_columns.IS_PLAUSIBLE,
            column=SIGNUP,
            sentence="signup lies between 1990 and 2100 where it is known",
        ),
        Rule(
            column=USER,
            sentence="at least 90% of the listeners have played something",
            kind="ExpectColumnValuesToBeBetween",
            arguments={"column": derived_columns.ITEMS_PLAYED, "min_value": 1, "mostly": 0.9},
            critical=False,
        ),
        *_most_items(dataset, batches=batches),
    )


def friends() -> tuple[Rule, ...]:
    pair = f"{USER}, {FRIEND}"
    return (
        *identifier(USER),
        *identifier(FRIEND),
        fact(
            derived_columns.PAIR_IS_UNIQUE,
            column=pair,
            sentence="a friendship is listed once in each direction",
        ),
        fact(derived_columns.IS_ANOTHER, column=pair, sentence="nobody is a friend of oneself"),
        fact(
            derived_columns.IS_MUTUAL, column=pair, sentence="every friendship is listed in both directions"
        ),
        reference(derived_columns.USER_IS_KNOWN, column=USER, table="users"),
        reference(derived_columns.FRIEND_IS_KNOWN, column=FRIEND, table="users"),
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
                "column": derived_columns.ITEMS_PUBLISHED if batches else derived_columns.ITEMS_PLAYED,
                "max_value": most,
            },
        ),
    )
