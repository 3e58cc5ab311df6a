"""What DVC shows: about thirty figures, and small tables to draw."""

import pandas as pd
from tests.reporting import sample

from fairtune.reporting.headline import headline
from fairtune.reporting.plot_tables import plot_tables

TRIALS = pd.DataFrame(
    {"number": [0, 1, 2], "dp": [0.3, 0.1, 0.1], "ndcg": [0.2, 0.15, 0.1], "chosen": False}
).assign(cut=[False, False, True])
LEARNING = pd.DataFrame(
    {"iteration": [1, 3], "ndcg": [0.1, 0.12], "dp": 0.1, "eo": 0.1, "chosen": [False, True]}
)


def flat(figures):
    return {
        f"{name}.{inner}" if isinstance(each, dict) else name: value
        for name, each in figures.items()
        for inner, value in (each if isinstance(each, dict) else {"": each}).items()
    }


def test_a_headline_is_about_thirty_figures_of_metrics_json():
    told = sample.evidence()

    figures = headline(told.metrics, told.verdict)

    ranking = told.metrics["ranking"]
    assert figures["ndcg"] == ranking["als"]["ndcg@10"]["value"]
    best = max(by["ndcg@10"]["value"] for name, by in ranking.items() if name != "als")
    assert abs(figures["over_best"] - figures["ndcg"] / best) < 1e-5
    region = told.metrics["fairness"]["providers"]["region"]
    assert figures["dp"]["region"] == region["dp@10"]["disparity"]["value"]
    assert figures["limits_broken"] == len(told.verdict.failed)
    assert len(flat(figures)) <= 35
    assert all(isinstance(value, float | int) for value in flat(figures).values())


def test_what_is_undefined_is_left_out():
    told = sample.evidence()
    metrics = {"ranking": {"als": {"ndcg@10": {"value": None, "low": None, "high": None}}}}

    assert headline(metrics, told.verdict) == {"limits_broken": len(told.verdict.failed)}


def test_tables_hold_what_is_drawn():
    tables = plot_tables(sample.evidence().metrics, TRIALS, LEARNING)

    assert tables["front"]["number"].tolist() == [1, 0]  # the cut one is left out
    assert list(tables["learning"].columns) == ["iteration", "ndcg"]
    assert tables["ladder"]["predictor"].iloc[-1] == "bias_als_influencers"
    assert tables["ladder"]["rmse"].notna().all()
    assert tables["shares"]["group"].tolist()[:2] == ["United States, played", "United States, recommended"]
    assert tables["shares"]["share"].between(0, 1).all()
