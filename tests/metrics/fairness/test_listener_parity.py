import math

import numpy as np
import pytest
from fairlearn import metrics as fairlearn
from scipy.sparse import csr_array

from fairtune.columns import UNKNOWN
from fairtune.metrics.accuracy import per_listener
from fairtune.metrics.bootstrap import Bootstrap
from fairtune.metrics.fairness import listener_parity

NOTHING_KNOWN = {"value": None, "low": None, "high": None}


def compared(figures, labels, *, bootstrap, min_group):
    of = listener_parity.grouped(figures, labels, bootstrap=bootstrap, min_group=min_group)
    return listener_parity.compare(of, {name: name for name in figures})


def values(block):
    """The point estimates of one block of metrics.json."""
    groups = {
        name: {"rate": group["rate"]["value"], "n": group["n"]} for name, group in block["groups"].items()
    }
    return {key: figure["value"] for key, figure in block.items() if key != "groups"} | {"groups": groups}


def listening(seed, n_listeners=30, n_items=40):
    """Random truth, and random lists of ten."""
    rng = np.random.default_rng(seed)
    lists = rng.permuted(np.tile(np.arange(n_items), (n_listeners, 1)), axis=1)[:, :10].astype(np.int32)
    return lists, csr_array(rng.random((n_listeners, n_items)) > 0.85), rng


def test_listener_figures_have_the_means_of_their_groups():
    labels = np.array(["x", "x", "y", "y", UNKNOWN])
    recall = np.array([0.2, 0.4, 0.9, math.nan, 0.0])
    ours = compared({"eo@10": recall}, labels, bootstrap=Bootstrap(5, 200, 0), min_group=1)["eo@10"]
    assert values(ours) == {
        "difference": 0.6,
        "ratio": 0.333333,
        "groups": {"x": {"rate": 0.3, "n": 2}, "y": {"rate": 0.9, "n": 1}, UNKNOWN: {"rate": 0.0, "n": 1}},
    }


@pytest.mark.parametrize("seed", range(3))
def test_listener_figures_are_those_of_fairlearns_metric_frame(seed):
    lists, truth, rng = listening(seed)
    labels = rng.choice(["a", "b", "c"], 30)
    recall = per_listener(lists, truth, [10])["recall@10"]
    frame = fairlearn.MetricFrame(
        metrics=lambda _, values: values.mean(), y_true=recall, y_pred=recall, sensitive_features=labels
    )
    ours = compared({"eo@10": recall}, labels, bootstrap=Bootstrap(30, 50, 0), min_group=1)["eo@10"]
    assert ours["difference"]["value"] == pytest.approx(frame.difference(), rel=1e-5)
    assert ours["ratio"]["value"] == pytest.approx(frame.ratio(), rel=1e-5)
    for name, rate in frame.by_group.items():
        assert ours["groups"][name]["rate"]["value"] == pytest.approx(rate, rel=1e-5)


def test_small_listener_groups_are_pooled_and_listeners_without_a_label_are_unknown():
    labels = np.array(["a", "a", "a", "b", "c", None, math.nan], dtype=object)
    ours = compared({"eo@10": np.arange(7) / 10}, labels, bootstrap=Bootstrap(7, 50, 0), min_group=2)["eo@10"]
    assert {name: group["n"] for name, group in ours["groups"].items()} == {"a": 3, "other": 2, UNKNOWN: 2}
    assert ours["difference"]["value"] == pytest.approx(0.25)  # a: .1, other: .35


def test_means_by_group_are_those_of_each_group_alone_with_the_same_resamples():
    rng = np.random.default_rng(6)
    figures = {"a": rng.random(40), "b": np.where(rng.random(40) < 0.3, math.nan, rng.random(40))}
    labels = np.array(["x", "y", "z"])[rng.integers(0, 3, 40)]
    bootstrap = Bootstrap(40, 200, 5)
    table = listener_parity.tabulate(
        listener_parity.grouped(figures, labels, bootstrap=bootstrap, min_group=1), figures
    )
    assert list(table) == ["x", "y", "z"]
    for label, row in table.items():
        for name, values_of in figures.items():
            alone = bootstrap.mean(np.where(labels == label, values_of, math.nan))
            assert row[name] == alone.to_json()


def test_a_group_whose_listeners_have_no_figure_has_no_rate_and_does_not_count():
    labels = np.array(["x", "x", "y", "y"])
    recall = np.array([0.2, 0.4, math.nan, math.nan])
    ours = compared({"eo@10": recall}, labels, bootstrap=Bootstrap(4, 100, 0), min_group=1)["eo@10"]
    assert ours["groups"]["y"] == {"rate": NOTHING_KNOWN, "n": 0}
    assert ours["difference"] == ours["ratio"] == NOTHING_KNOWN


def test_nobody_to_group_gives_no_groups():
    ours = compared({"eo@10": np.empty(0)}, np.empty(0), bootstrap=Bootstrap(0, 100, 0), min_group=1)["eo@10"]
    assert ours == {"difference": NOTHING_KNOWN, "ratio": NOTHING_KNOWN, "groups": {}}


def test_the_share_of_listeners_without_a_label_is_told():
    labels = np.array(["a", None, "a", math.nan, UNKNOWN], dtype=object)
    of = listener_parity.grouped({"eo@10": np.ones(5)}, labels, bootstrap=Bootstrap(5, 10, 0), min_group=1)
    assert of.unknown == 0.6


def test_what_listeners_get_of_their_own_region_stands_against_what_they_play():
    labels = np.array(["north", "north", "north", "south", UNKNOWN])
    listed = np.array([0.5, 0.1, math.nan, 0.2, math.nan])  # the third has an empty list
    played = np.array([0.8, 0.4, 0.9, 0.0, math.nan])
    ours = listener_parity.own_region(
        {"@10": listed}, played, labels, bootstrap=Bootstrap(5, 200, 0), min_group=1
    )
    assert set(ours) == {"north@10", "south@10"}
    north = {name: figure["value"] for name, figure in ours["north@10"].items() if name != "n"}
    assert north == {"share_recommended": 0.3, "share_listening": 0.6, "ratio": 0.5}
    assert ours["north@10"]["n"] == 2
    assert ours["north@10"]["ratio"]["low"] == pytest.approx(0.25)  # the second listener twice
    assert ours["south@10"]["ratio"] == NOTHING_KNOWN  # plays nothing of the own region


def test_what_hangs_on_one_listener_has_no_interval():
    labels = np.array(["x", "x", "x", "y", UNKNOWN])
    recall = np.array([0.2, 0.4, 0.9, 0.5, 0.1])

    ours = compared({"eo@10": recall}, labels, bootstrap=Bootstrap(5, 200, 0), min_group=1)["eo@10"]

    assert ours["groups"]["y"] == {"rate": {"value": 0.5, "low": None, "high": None}, "n": 1}
    assert ours["groups"]["x"]["rate"]["low"] < 0.5 < ours["groups"]["x"]["rate"]["high"]
    assert ours["ratio"] == {"value": 1.0, "low": None, "high": None}
    assert ours["difference"]["low"] is None
    pooled = compared({"eo@10": recall}, labels, bootstrap=Bootstrap(5, 200, 0), min_group=2)["eo@10"]
    assert pooled["groups"]["other"]["rate"]["low"] is None
