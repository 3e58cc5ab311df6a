"""Rules of what several tables have columns of: ids, countries, genders and times."""

from typing import Final

from fairtune.validation.expectations import derived_columns
from fairtune.validation.expectations.rule import Rule, fact, known, one_of, typed

GENDERS: Final = ("m", "f")
MOMENTS: Final = tuple(f"datetime64[{unit}]" for unit in ("s", "ms", "us", "ns"))


def identifier(column: str) -> tuple[Rule, ...]:
    """Require that a column of ids is never empty, and holds whole numbers or texts."""
    sentence = f"{column} is a whole number or a text"
    return known(column), fact(derived_columns.is_id(column), column=column, sentence=sentence)


def country(country: str, region: str) -> tuple[Rule, ...]:
    """Require real countries, and a region wherever the country is known."""
    return (
        fact(
            derived_columns.IS_COUNTRY,
            column=country,
            sentence=f"{country} is a code of ISO 3166-1, or empty",
        ),
        fact(derived_columns.HAS_REGION, column=region, sentence=f"{region} is known where {country} is"),
    )


def gender(column: str) -> Rule:
    return one_of(column, GENDERS, f"{column} is m or f where it is known")


def moment(column: str) -> Rule:
    return typed(column, MOMENTS, f"{column} is a time")
