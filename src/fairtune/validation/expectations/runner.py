"""Running the rules: the only module that gives tables to Great Expectations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fairtune.columns import Table
from fairtune.config import environment, sections
from fairtune.data.sources.base import Dataset
from fairtune.validation.expectations import derived_columns, suites
from fairtune.validation.expectations.results import Outcome, TableOutcome, ValidationResult
from fairtune.validation.expectations.rule import Rule

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES: Final = 5
ORDER: Final = (Table.INTERACTIONS, Table.ITEMS, Table.USERS, Table.ITEM_TYPES, Table.FRIENDS)


@dataclass(frozen=True)
class Checked:
    """What checking a data set came to.

    Attributes
    ----------
    judgement
        Which rules are kept.
    results
        What Great Expectations returns for each table, to be made into pages.
    """

    judgement: ValidationResult
    results: Mapping[Table, Any]


def check(
    tables: "Mapping[Table, pd.DataFrame]",
    dataset: Dataset,
    chosen: sections.Validate,
    grown: Mapping[Table, int] | None = None,
) -> Checked:
    """Check the canonical tables of a data set against its rules.

    If a table lacks one of its columns, nothing but that is checked.

    Parameters
    ----------
    tables
        The canonical tables.
    dataset
        The data set.
    chosen
        Section `validate` of params.yaml.
    grown
        Rows of each table that new listening added to what the publisher counts.

    Returns
    -------
    Checked
        Which rules are kept, and what the library returns.
    """
    present = {table: tuple(frame.columns) for table, frame in tables.items()}
    if suites.complete(present):
        extended, rules = derived_columns.add(tables), suites.rules(dataset, chosen, present, grown)
    else:
        extended, rules = dict(tables), {table: suites.structure(table) for table in ORDER}
    source = start()
    checked = {
        table: check_table(source, table, tables[table], extended[table], rules[table]) for table in ORDER
    }
    return Checked(
        ValidationResult({table: outcome for table, (outcome, _) in checked.items()}),
        {table: result for table, (_, result) in checked.items()},
    )


def start() -> Any:
    """Start Great Expectations in memory: no project folder, no telemetry, no progress bars."""
    environment.prepare()
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context.data_sources.add_pandas("tables")


def check_table(
    source: Any, table: Table, plain: "pd.DataFrame", extended: "pd.DataFrame", rules: tuple[Rule, ...]
) -> tuple[TableOutcome, Any]:
    """Check one table.

    Parameters
    ----------
    source
        From `start`; it takes each table once.
    table
        Name of the table.
    plain
        The table, to show rows of.
    extended
        The table with its derived columns.
    rules
        Its rules.

    Returns
    -------
    tuple
        The outcomes, and what the library returns, both in the order of the rules.
    """
    result = _validate(source, table, extended, rules)
    pairs = zip(rules, result.results, strict=True)
    outcomes = tuple(_outcome(rule, answer, plain) for rule, answer in pairs)
    return TableOutcome(rows=len(plain), outcomes=outcomes), result


def _validate(source: Any, table: Table, frame: "pd.DataFrame", rules: tuple[Rule, ...]) -> Any:
    """Validate one table; the library doesn't keep the order of the rules."""
    import great_expectations as gx
    from great_expectations import expectations

    suite = gx.ExpectationSuite(
        name=str(table),
        expectations=[
            getattr(expectations, rule.kind)(
                **rule.arguments,
                description=rule.sentence,
                severity="critical" if rule.critical else "warning",
                meta={"rule": position},
            )
            for position, rule in enumerate(rules)
        ],
    )
    batch = (
        source.add_dataframe_asset(str(table))
        .add_batch_definition_whole_dataframe("all")
        .get_batch({"dataframe": frame})
    )
    result = batch.validate(
        suite, result_format={"result_format": "SUMMARY", "partial_unexpected_count": EXAMPLES}
    )
    result.results.sort(key=lambda answer: answer.expectation_config.meta["rule"])
    return result


def _outcome(rule: Rule, answer: Any, table: "pd.DataFrame") -> Outcome:
    if answer.success:
        return Outcome(rule=rule, kept=True, count=0, examples=())
    count, examples = _broken(answer, table)
    return Outcome(rule=rule, kept=False, count=count, examples=examples)


def _broken(answer: Any, table: "pd.DataFrame") -> tuple[int, tuple[str, ...]]:
    """Count the rows that break a rule and show some of them."""
    result = answer.result
    if problem := _problem(answer.exception_info):
        return len(table), (f"not to be evaluated: {problem}",)
    if "partial_unexpected_index_list" in result:
        rows = table.iloc[result["partial_unexpected_index_list"]]
        return int(result["unexpected_count"]), tuple(_shown(row) for row in rows.to_dict("records"))
    if "details" in result:
        missing = result["details"]["mismatched"]["missing"]
        return len(missing), tuple(f"{name} is missing" for name in missing)
    if isinstance(rows := result["observed_value"], int):
        wanted = answer.expectation_config.kwargs
        low, high = wanted.get("min_value", rows), wanted.get("max_value", rows)
        return int(max(low - rows, rows - high)), (f"there are {rows:,} rows",)
    return len(table), (f"the type is {result['observed_value']}",)


def _problem(info: Mapping[str, Any]) -> str:
    """Find the first exception in what may be one report or a report of each metric; "" if there is none."""
    reports = [info] if "raised_exception" in info else list(info.values())
    messages = [report["exception_message"] for report in reports if report["raised_exception"]]
    return " ".join(str(messages[0]).split()) if messages else ""


def _shown(row: Mapping[Any, Any]) -> str:
    """Show a row without what is unknown: "user_id=2, item_id=51, plays=-1"."""
    import pandas as pd

    return ", ".join(f"{name}={_text(value)}" for name, value in row.items() if not pd.isna(value))


def _text(value: object) -> str:
    return repr(value) if isinstance(value, str) else str(value)
