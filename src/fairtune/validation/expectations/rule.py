"""A rule of a table, stated once for the check, the message and the page; and the kinds of rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any


class Rank(IntEnum):
    """What explains what: lost rows explain odd values, and these explain references to nowhere."""

    ROWS = 0
    VALUES = 1
    REFERENCES = 2


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One expectation.

    Attributes
    ----------
    column
        Column, or columns, as the user reads them.
    sentence
        The rule without a full stop, in words that a message can quote.
    kind
        Class of `great_expectations.expectations`.
    arguments
        Its arguments.
    critical
        Whether breaking it stops the pipeline; if not, it is reported only.
    rank
        Of several broken rules a message names one of the lowest rank.
    """

    column: str
    sentence: str
    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    critical: bool = True
    rank: Rank = Rank.VALUES


def columns(names: tuple[str, ...], optional: tuple[str, ...] = ()) -> Rule:
    also = f", if need be also {' and '.join(optional)}" if optional else ""
    return Rule(
        column="columns",
        sentence=f"the table has the columns {', '.join(names)}{also}",
        kind="ExpectTableColumnsToMatchSet",
        arguments={"column_set": list(names), "exact_match": False},
        rank=Rank.ROWS,
    )


def rows(low: int, high: int | None, sentence: str) -> Rule:
    return Rule(
        column="rows",
        sentence=sentence,
        kind="ExpectTableRowCountToBeBetween",
        arguments={"min_value": low, "max_value": high},
        rank=Rank.ROWS,
    )


def known(column: str, *, mostly: float = 1.0, sentence: str = "", critical: bool = True) -> Rule:
    return Rule(
        column=column,
        sentence=sentence or f"{column} is never empty",
        kind="ExpectColumnValuesToNotBeNull",
        arguments={"column": column, "mostly": mostly},
        critical=critical,
    )


def typed(column: str, types: tuple[str, ...], sentence: str) -> Rule:
    return Rule(
        column=column,
        sentence=sentence,
        kind="ExpectColumnValuesToBeInTypeList",
        arguments={"column": column, "type_list": list(types)},
    )


def between(column: str, low: object, high: object, sentence: str, *, critical: bool = True) -> Rule:
    """Bound the values of a column: both ends are allowed, None is no end; unknown values pass."""
    return Rule(
        column=column,
        sentence=sentence,
        kind="ExpectColumnValuesToBeBetween",
        arguments={"column": column, "min_value": low, "max_value": high},
        critical=critical,
    )


def one_of(column: str, values: tuple[str, ...], sentence: str) -> Rule:
    arguments = {"column": column, "value_set": list(values)}
    return Rule(column=column, sentence=sentence, kind="ExpectColumnValuesToBeInSet", arguments=arguments)


def unique(column: str) -> Rule:
    return Rule(
        column=column,
        sentence=f"no {column} comes twice",
        kind="ExpectColumnValuesToBeUnique",
        arguments={"column": column},
    )


def free_of(column: str, pattern: str, sentence: str, *, mostly: float = 1.0, critical: bool = True) -> Rule:
    """Forbid values that match a regular expression; for small tables, because it is slow."""
    return Rule(
        column=column,
        sentence=sentence,
        kind="ExpectColumnValuesToNotMatchRegex",
        arguments={"column": column, "regex": pattern, "mostly": mostly},
        critical=critical,
    )


def fact(name: str, *, column: str, sentence: str, mostly: float = 1.0, critical: bool = True) -> Rule:
    """Require that the column `name`, from `derived_columns`, is true; `name` says what it means then."""
    return Rule(
        column=column,
        sentence=sentence,
        kind="ExpectColumnValuesToBeInSet",
        arguments={"column": name, "value_set": [True], "mostly": mostly},
        critical=critical,
    )


def reference(name: str, *, column: str, table: str) -> Rule:
    """Require that every value of `column` is an id of another table, as the derived column `name` has it."""
    return replace(
        fact(name, column=column, sentence=f"every {column} is in the table {table}"), rank=Rank.REFERENCES
    )
