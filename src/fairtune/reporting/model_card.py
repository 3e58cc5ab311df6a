"""The model card as a text of its own, for whoever meets the model in a registry.

It says what the page says: the same facts and the same warnings, the headline figures and every limit.
"""

from fairtune.config.params import DatasetParams
from fairtune.evaluation.gate import summary
from fairtune.evaluation.gate.metrics_file import Metrics
from fairtune.evaluation.gate.verdict import Verdict
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.estimates import estimate
from fairtune.reporting.sections import model_card


def render(
    metrics: Metrics,
    about: Metrics,
    verdict: Verdict,
    params: DatasetParams,
    *,
    dataset: str,
    revision: str,
) -> str:
    """Write the model card as Markdown.

    Parameters
    ----------
    metrics
        What metrics.json holds.
    about
        What about.json holds.
    verdict
        On the same metrics.
    params
        Of the data set.
    dataset
        Name of the data set.
    revision
        The commit that made the model.

    Returns
    -------
    str
        The same arguments give the same text.
    """
    section = model_card.section(metrics, about, params, dataset=dataset)
    ((_, facts),) = section.tables
    made = ("made by", f"fairtune, as {params.register.model}, from revision {revision}")
    parts = [
        f"# {params.report.title}: model card",
        f"{summary.status(verdict)}. {section.lead}",
        "## Limits, of accuracy and of fairness",
        summary.markdown(summary.GATES_HEAD, summary.gates(verdict)),
        "## Figures",
        "On the part of the listening that was held out for the test.",
        summary.markdown(summary.FIGURES_HEAD, summary.figures(metrics)),
        f"## {section.title}",
        summary.markdown(("", ""), [*facts.rows, made]),
        f"## {section.notes_title}",
        "\n".join(f"- {note}" for note in section.notes),
    ]
    return "\n\n".join(parts) + "\n"


def in_short(metrics: Metrics, verdict: Verdict, *, dataset: str, target: str) -> str:
    """Sum the model up in a line or two: verdict, nDCG@10 with its interval, data."""
    ndcg = numbers.interval(estimate(metrics, "ranking", "als", "ndcg@10"))
    size = " and ".join(
        f"{numbers.count(metrics[key])} {what}"
        for key, what in (("n_listeners", "listeners"), ("n_items", labels.noun(target)))
        if key in metrics
    )
    return f"{summary.status(verdict)}. nDCG@10 {ndcg}. Data: {dataset}{f', {size}' if size else ''}."
