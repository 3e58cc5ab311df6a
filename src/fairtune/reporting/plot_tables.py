"""The tables that `dvc plots show` and `diff` draw; dvc.yaml says how."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from fairtune.evaluation.gate.metrics_file import branch

LADDER: Final = (
    "global_mean", "item_mean", "user_mean", "bias", "bias_spread", "bias_als", "bias_als_influencers",
)  # fmt: skip
"""Predictors of plays, from the simplest to the whole."""
DIGITS: Final = 6


def plot_tables(
    metrics: Mapping[str, Any], trials: pd.DataFrame, learning: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Tabulate what is drawn.

    Parameters
    ----------
    metrics
        What metrics.json holds.
    trials
        What trials.parquet holds.
    learning
        What learning.parquet holds.

    Returns
    -------
    dict[str, DataFrame]
        front: dp and ndcg on the validation part, a row a trial that wasn't cut; learning: iteration, ndcg;
        ladder: predictor, rmse on the test part; shares: group (an artist region, played or recommended) and
        share.
    """
    front = trials.loc[~trials["cut"], ["number", "dp", "ndcg", "chosen"]].round(DIGITS)
    front = front.sort_values(["dp", "ndcg", "number"], ignore_index=True)
    rmse = branch(metrics, "rmse")
    errors: Mapping[str, Any] = next((by for scale, by in rmse.items() if scale != "skill"), {})
    ladder = [(rung, branch(errors, rung).get("value")) for rung in LADDER if rung in errors]
    regions = branch(metrics, "fairness", "providers", "region", "dp@10", "groups")
    shares = [
        (f"{region}, {how}", branch(facts, f"share_{key}").get("value"))
        for region, facts in regions.items()
        for how, key in (("played", "listening"), ("recommended", "recommended"))
    ]
    return {
        "front": front,
        "learning": learning[["iteration", "ndcg"]].round(DIGITS),
        "ladder": pd.DataFrame(ladder, columns=["predictor", "rmse"]),
        "shares": pd.DataFrame(shares, columns=["group", "share"]),
    }
