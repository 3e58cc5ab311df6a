"""What came out of checking the rules: the summary for machines, and the error for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairtune.columns import Table
from fairtune.errors import BadTable
from fairtune.validation.expectations.rule import Rule


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One rule and whether the table keeps it.

    Attributes
    ----------
    rule
        The rule.
    kept
        Whether the table keeps it.
    count
        Rows that break it; may be above 0 for a rule that allows some.
    examples
        Up to five of these rows, as text.
    """

    rule: Rule
    kept: bool
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TableOutcome:
    """All rules of one table, in their order.

    Attributes
    ----------
    rows
        Rows of the table.
    outcomes
        What each rule came to.
    """

    rows: int
    outcomes: tuple[Outcome, ...]

    @property
    def broken(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if not outcome.kept)


@dataclass(frozen=True)
class ValidationResult:
    """Whether a data set may be trained on: no critical rule is broken.

    Attributes
    ----------
    tables
        What the rules of each table came to.
    """

    tables: Mapping[Table, TableOutcome]

    @property
    def critical(self) -> tuple[tuple[Table, Outcome], ...]:
        """The broken critical rules, the cause before its consequences."""
        broken = [
            (table, outcome)
            for table, result in self.tables.items()
            for outcome in result.broken
            if outcome.rule.critical
        ]
        return tuple(sorted(broken, key=lambda pair: pair[1].rule.rank))

    @property
    def success(self) -> bool:
        return not self.critical

    def summary(self, dataset: str, *, rejected: int) -> dict[str, Any]:
        """Return the content of `validation.json`; no time, so that the same tables give the same bytes.

        Parameters
        ----------
        dataset
            Name of the data set.
        rejected
            Rows of the raw files that `ingest` could not read.

        Returns
        -------
        dict
            Counts, and the broken rules of each table.
        """
        return {
            "dataset": dataset,
            "success": self.success,
            "rejected": rejected,
            "evaluated": sum(len(result.outcomes) for result in self.tables.values()),
            "failed": sum(len(result.broken) for result in self.tables.values()),
            "tables": {
                str(table): {
                    "rows": result.rows,
                    "evaluated": len(result.outcomes),
                    "failed": len(result.broken),
                    "failures": [_failure(outcome) for outcome in result.broken],
                }
                for table, result in self.tables.items()
            },
        }

    def error(self, *, docs: str, rejected: str) -> BadTable:
        """Return the error of the first broken critical rule.

        Parameters
        ----------
        docs
            The page about all of them.
        rejected
            The list of rows that could not be read, "" without any.

        Returns
        -------
        BadTable
            The error, to be raised.
        """
        (table, first), *others = self.critical
        also = f"; rows that could not be read are in {rejected}" if rejected else ""
        match len(others):
            case 0:
                more = f"See {docs}{also}"
            case 1:
                more = f"1 more rule is broken, see {docs}{also}"
            case count:
                more = f"{count} more rules are broken, see {docs}{also}"
        return BadTable(
            table=table,
            column=first.rule.column,
            rule=first.rule.sentence,
            count=first.count,
            examples=first.examples,
            more=more,
        )


def _failure(outcome: Outcome) -> dict[str, Any]:
    return {
        "column": outcome.rule.column,
        "rule": outcome.rule.sentence,
        "critical": outcome.rule.critical,
        "count": outcome.count,
        "examples": list(outcome.examples),
    }
