"""What came out of checking the rules: the summary for machines, and the error for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairtune.columns import Table
from fairtune.errors import BadTable
from fairtune.expectations.rule import Rule


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One rule and whether the table keeps it.

    count: rows that break it; may be above 0 for a rule that allows some.
    examples: up to five of these rows, as text.
    """

    rule: Rule
    kept: bool
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TableOutcome:
    """All rules of one table, in their order."""

    rows: int
    outcomes: tuple[Outcome, ...]

    @property
    def broken(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if not outcome.kept)


@dataclass(frozen=True)
class Judgement:
    """Whether a data set may be trained on: no critical rule is broken."""

    tables: Mapping[Table, TableOutcome]

    @property
    def critical(self) -> tuple[tuple[Table, Outcome], ...]:
        """The broken critical rules, the cause before its consequences."""
        return tuple(
            (table, outcome)
            for table, result in self.tables.items()
            for outcome in result.broken
            if outcome.rule.critical
        )

    @property
    def success(self) -> bool:
        return not self.critical

    def summary(self, dataset: str) -> dict[str, Any]:
        """Give what `validation.json` says; no time, so that the same tables give the same bytes."""
        return {
            "dataset": dataset,
            "success": self.success,
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

    def error(self, docs: str) -> BadTable:
        """Make the error of the first broken critical rule; `docs`: the page about all of them."""
        (table, first), *others = self.critical
        rules = "1 more rule is" if len(others) == 1 else f"{len(others)} more rules are"
        more = f"{rules} broken, see {docs}" if others else f"See {docs}"
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
