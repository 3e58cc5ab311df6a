"""Rules of the music: items, their artists and their music types."""

from fairtune.columns import (
    ARTIST,
    ARTIST_COUNTRY,
    ARTIST_GENDER,
    ARTIST_REGION,
    ITEM,
    MUSIC_TYPE,
    NAME,
    SHARE,
)
from fairtune.config import sections
from fairtune.validation.expectations import derived_columns
from fairtune.validation.expectations.column_rules import country, gender, identifier
from fairtune.validation.expectations.rule import Rule, between, fact, free_of, known, reference, unique


def items(chosen: sections.Validate) -> tuple[Rule, ...]:
    """Return the rules of the items; how many may be without a region is a parameter."""
    share = chosen.max_unknown_region
    return (
        *identifier(ITEM),
        unique(ITEM),
        known(NAME),
        *(rule for column in (NAME, ARTIST) for rule in _name(column)),
        *country(ARTIST_COUNTRY, ARTIST_REGION),
        gender(ARTIST_GENDER),
        known(
            ARTIST_REGION,
            mostly=1 - share,
            sentence=f"at most {100 * share:g}% of the items have no artist_region",
        ),
        fact(
            derived_columns.IS_PLAYED,
            column=ITEM,
            sentence="at least 90% of the items are played by somebody",
            mostly=0.9,
            critical=False,
        ),
        fact(
            derived_columns.HAS_OWN_NAME,
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


def item_types() -> tuple[Rule, ...]:
    return (
        *identifier(ITEM),
        known(MUSIC_TYPE),
        free_of(MUSIC_TYPE, r"^\s|\s$|^$", "no music_type is empty or has blanks around it"),
        known(SHARE),
        between(SHARE, 1e-12, 1, "a share is above 0 and at most 1"),
        fact(
            derived_columns.PAIR_IS_UNIQUE,
            column=f"{ITEM}, {MUSIC_TYPE}",
            sentence="an item has a music type once",
        ),
        fact(derived_columns.SUMS_TO_ONE, column=SHARE, sentence="the shares of an item sum to 1"),
        reference(derived_columns.ITEM_IS_KNOWN, column=ITEM, table="items"),
    )


def _name(column: str) -> tuple[Rule, ...]:
    return (
        free_of(column, r"\?{4}", f"no {column} has lost its letters to question marks (????)"),
        free_of(column, "\ufffd", f"no {column} has lost letters to a wrong encoding"),
        free_of(column, r"^\s|\s$|^$", f"no {column} is empty or has blanks around it"),
        free_of(column, r"[\x00-\x1f]", f"no {column} holds a tab or another control character"),
    )
