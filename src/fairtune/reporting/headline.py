"""The figures that a run is judged by at a glance: few enough for `dvc metrics show` and `dvc exp show`."""

from typing import Any, Final

from fairtune.evaluation.gate.metrics_file import branch
from fairtune.evaluation.gate.verdict import Verdict
from fairtune.metrics.rounding import significant

RANKING: Final = (
    "ndcg",
    "recall",
    "map",
    "hit",
    "diversity",
    "coverage",
    "novelty",
    "tail_share",
    "emerging_share",
)
PRODUCT: Final = "als"
SCALES: Final = ("log_plays", "preference")
PREDICTOR: Final = "bias_als_influencers"
TASTE: Final = "taste"
"""Taste groups are a fit's own: those of two runs hold different people."""

Json = dict[str, Any]


def headline(metrics: Json, verdict: Verdict) -> Json:
    """Choose about thirty figures of metrics.json.

    Parameters
    ----------
    metrics
        What metrics.json holds.
    verdict
        Of its figures.

    Returns
    -------
    Json
        Of lists of ten, figures by name; `over_best`: nDCG over that of the best alternative; `rmse` and its
        `skill`; disparities `dp` and `eo` by grouping of the items; the ratio `eo_listeners` by grouping of
        the listeners; and how many limits are broken. A figure that is undefined is left out.
    """
    ranking = branch(metrics, "ranking")
    own = {name: _value(branch(ranking, PRODUCT), f"{name}@10") for name in RANKING}
    others = [_value(figures, "ndcg@10") for name, figures in ranking.items() if name != PRODUCT]
    best = max((other for other in others if other), default=None)
    rmse = branch(metrics, "rmse")
    predicted = [_value(branch(rmse, scale), PREDICTOR) for scale in SCALES]
    figures: Json = {
        **own,
        "over_best": significant(own["ndcg"] / best) if own["ndcg"] is not None and best else None,
        "rmse": next((value for value in predicted if value is not None), None),
        "skill": _value(rmse, "skill"),
    }
    providers = branch(metrics, "fairness", "providers")
    for parity in ("dp", "eo"):
        figures[parity] = {
            grouping: _value(branch(by, f"{parity}@10"), "disparity") for grouping, by in providers.items()
        }
    listeners = branch(metrics, "fairness", "listeners")
    figures["eo_listeners"] = {
        grouping: _value(branch(by, "eo@10"), "ratio")
        for grouping, by in listeners.items()
        if grouping != TASTE
    }
    return _defined(figures) | {"limits_broken": len(verdict.failed)}


def _value(figures: Any, name: str) -> float | None:
    value = branch(figures, name).get("value")
    return None if value is None else float(value)


def _defined(figures: Json) -> Json:
    nested = {name: _defined(each) if isinstance(each, dict) else each for name, each in figures.items()}
    return {name: each for name, each in nested.items() if each is not None and each != {}}
