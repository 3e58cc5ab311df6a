"""Section: what the field would do instead, judged by accuracy and fairness at once, and by effort."""

from collections.abc import Mapping
from typing import Any

from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.section import Section, Table
from fairtune.reporting.sections import accuracy, accuracy_fairness, beyond_accuracy, group_rates
from fairtune.reporting.sections.accuracy import PRODUCT
from fairtune.reporting.sections.accuracy_fairness import Limits, Times

TUNED = "How the alternatives were tuned, on the validation part"


def section(
    metrics: Mapping[str, Any],
    *,
    items: str,
    exposure_limits: Limits,
    chance_limits: Limits,
    tuned: Mapping[str, Any],
    times: Times,
) -> Section | None:
    """Compare all models.

    Parameters
    ----------
    metrics
        What metrics.json holds.
    items
        The target in the plural.
    exposure_limits
        By grouping, the most that the disparity of exposure may be.
    chance_limits
        By grouping, the most that the disparity of chance may be.
    tuned
        What alternatives.json holds.
    times
        Of each alternative's fit, that of the model being 1; empty where nobody measured.

    Returns
    -------
    Section | None
        None without figures.
    """
    exhibits = tuple(
        exhibit
        for exhibit in (
            accuracy_fairness.exhibit(metrics, exposure_limits, chance_limits, times=times),
            accuracy_fairness.effort(metrics, times),
            beyond_accuracy.variety(metrics, items),
            beyond_accuracy.reach(metrics, items),
        )
        if exhibit
    )
    if not exhibits:
        return None
    lead = (
        "A model can be accurate because it plays safe: hits of the largest region, for everybody. So "
        "every model is judged in two ways at once, by what its lists find and by how evenly they treat "
        "groups. A gap is the spread of the groups' rates beside their average; 0 is equal treatment."
    )
    return Section(
        name="alternatives",
        title="What it gains over the alternatives",
        short="Alternatives",
        lead=" ".join(filter(None, [contest(metrics), lead])),
        exhibits=exhibits,
        tables=((TUNED, _settings(tuned)),) if tuned else (),
    )


def contest(metrics: Mapping[str, Any]) -> str:
    """Write a sentence on the alternatives that are more accurate; "" with nothing to compare."""
    others = accuracy.scores(metrics)
    ours = others.pop(PRODUCT, None)
    if ours is None or not others:
        return ""
    better = {name: its for name, its in others.items() if its.value > ours.value}
    if not better:
        return f"No alternative of {len(others)} is more accurate than this model."
    named = numbers.listed(
        f"{labels.model(name)} with {numbers.plain(its.value)}{group_rates.doubt(its, ours)}"
        for name, its in better.items()
    )
    verb = "is" if len(better) == 1 else "are"
    return (
        f"{len(better)} of {len(others)} alternatives {verb} more accurate than this model, whose nDCG@10 is "
        f"{numbers.plain(ours.value)}: {named}."
    )


def _settings(tuned: Mapping[str, Any]) -> Table:
    """Return a row for each alternative: what it was fitted with and how much was tried."""
    rows = (
        (
            labels.model(name),
            ", ".join(f"{setting} {numbers.setting(value)}" for setting, value in search["settings"].items())
            or "nothing to tune",
            str(search["tried"]),
            numbers.plain(search["ndcg@10"]),
        )
        for name, search in sorted(tuned.items(), key=lambda entry: (-entry[1]["ndcg@10"], entry[0]))
    )
    return Table(("model", "settings", "tried", "nDCG@10 there"), tuple(rows), prose=True)
