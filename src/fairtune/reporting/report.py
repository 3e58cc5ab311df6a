"""The whole page: evidence in, one self-contained HTML document out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fairtune.evaluation.gate import summary
from fairtune.reporting.elements import labels, template
from fairtune.reporting.sections import (
    accuracy,
    baselines,
    data_quality,
    glossary,
    listeners,
    model_card,
    providers,
    taste_groups,
    tuning,
    verdict,
)

if TYPE_CHECKING:
    import pandas as pd

    from fairtune.config.params import DatasetParams
    from fairtune.evaluation.gate.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What earlier stages found out, as their files hold it."""

    dataset: str
    params: "DatasetParams"
    metrics: Mapping[str, Any]
    verdict: "Verdict"
    trials: "pd.DataFrame"
    learning: "pd.DataFrame"
    best: Mapping[str, Any]
    validation: Mapping[str, Any]
    about: Mapping[str, Any] = field(default_factory=dict)
    alternatives: Mapping[str, Any] = field(default_factory=dict)
    tastes: Mapping[str, Any] = field(default_factory=dict)
    times: Mapping[str, float] = field(default_factory=dict)  # fits of alternatives, the model's being 1


def render(evidence: Evidence) -> str:
    """Write the page; the same evidence gives the same text."""
    content = _content(evidence)
    return template.fill("page.html.j2", page=content | {"markdown": _as_markdown(content)})


def _content(evidence: Evidence) -> dict[str, Any]:
    """Put every part together; a section whose data is missing isn't there."""
    metrics, params = evidence.metrics, evidence.params
    target = str(metrics.get("target", params.matrix.target))
    items, limits = labels.noun(target), params.evaluate
    sections = (
        accuracy.section(metrics, items=items),
        providers.section(metrics, target=target, min_group=limits.min_provider_group),
        *(
            providers.beside(metrics, block, target=target, min_group=limits.min_provider_group)
            for block in sorted(metrics.get("also", {}))
        ),
        listeners.section(metrics, items=items, min_group=limits.min_group),
        taste_groups.section(metrics, evidence.tastes, items=items, min_group=limits.min_group),
        baselines.section(
            metrics,
            items=items,
            exposure_limits=params.gate.max_dp_disparity,
            chance_limits=params.gate.max_eo_disparity,
            tuned=evidence.alternatives,
            times=evidence.times,
        ),
        tuning.section(
            evidence.trials,
            evidence.learning,
            evidence.best,
            limits=params.tune.limits,
            alternatives=evidence.alternatives,
        ),
        data_quality.section(evidence.validation, evidence.about),
        model_card.section(metrics, evidence.about, params, dataset=evidence.dataset),
        glossary.section(),
    )
    return {
        "title": params.report.title,
        "kicker": f"Accuracy and fairness of the recommender for {evidence.dataset}",
        "passed": evidence.verdict.passed,
        "status": verdict.status(evidence.verdict),
        "headline": verdict.summary(metrics, target=target, min_group=limits.min_provider_group),
        "tiles": verdict.tiles(metrics, target=target, min_group=limits.min_provider_group),
        "lights": verdict.lights(
            evidence.verdict,
            metrics,
            target=target,
            min_group=limits.min_group,
            min_provider_group=limits.min_provider_group,
        ),
        "verdict_lead": (
            "The owners of this model wrote down what it has to achieve. If a single limit is broken it is "
            "not released, and the model before it stays in use; so it does if this one is worse than it. "
            "Which one is in use, and who decided that, stands in history.html beside this page."
        ),
        "sections": [section for section in sections if section],
        "footer": (
            "Written by fairtune. Every number on this page comes from metrics.json, verdict.json, "
            "validation.json, best.json, alternatives.json, trials.parquet, learning.parquet and "
            "taste_groups.json, which the run that made it keeps, and from benchmarks/fits.json."
        ),
    }


def _as_markdown(content: Mapping[str, Any]) -> str:
    """Write the top of the page, its words and numbers, for a message or a pull request."""
    tiles = [(tile.meaning, tile.figure, tile.interval) for tile in content["tiles"]]
    lights = [
        (light.title, "kept" if light.kept else "broken", light.figure, light.limit)
        for light in content["lights"]
    ]
    parts = (
        f"**{content['title']}**: {content['status']}",
        content["headline"],
        summary.markdown(("figure", "", "interval"), tiles),
        summary.markdown(("limit", "", "figure", "asked for"), lights),
    )
    return "\n\n".join(parts)
