"""Fairness of anybody's lists: by hand, by fairlearn, and as the pipeline measures the same lists."""

import json

import numpy as np
import pandas as pd
import pytest
from fairlearn import metrics as fairlearn
from tests import tiny

import fairtune
from fairtune.api import defaults
from fairtune.columns import BlockName, Part
from fairtune.errors import BadRanking, BadRequest
from fairtune.evaluation.measure import evaluate as measure
from fairtune.metrics.ranking import rank
from fairtune.models.baselines.tutorial_als import TutorialAls

# Six listeners, each recommended two of six tracks: a to c from the north, d and e from the south.
LISTS = pd.DataFrame(
    {
        "user_id": np.repeat([1, 2, 3, 4, 5, 6], 2),
        "item_id": list("abacadbacabf"),
        "rank": [1, 2] * 6,
    }
)
ORIGIN = {"a": "north", "b": "north", "c": "north", "d": "south", "e": "south", "f": None}
PLAYED_LATER = pd.DataFrame({"user_id": [1, 2, 3, 4, 5, 6], "item_id": list("bcdeef")})
WHERE = pd.Series({1: "city", 2: "city", 3: "city", 4: "village", 5: "village", 6: "village"}, name="home")


def value(table, **about):
    chosen = table[np.logical_and.reduce([table[name] == wanted for name, wanted in about.items()])]
    assert len(chosen) == 1
    return chosen["value"].item()


def test_dp_and_eo_of_six_listeners_are_those_worked_out_by_hand():
    audit = fairtune.fairness(LISTS, item_groups=ORIGIN, truth=PLAYED_LATER, k=2)

    # 18 chances for the north, of which 10 were taken; 12 for the south, of which one.
    assert value(audit.groups, measure="dp@2", group="north") == pytest.approx(10 / 18, abs=1e-6)
    assert value(audit.groups, measure="dp@2", group="south") == pytest.approx(1 / 12, abs=1e-6)
    assert value(audit.spreads, measure="dp@2", spread="difference") == pytest.approx(17 / 36, abs=1e-6)
    assert value(audit.spreads, measure="dp@2", spread="ratio") == pytest.approx(0.15, abs=1e-6)
    # Played later from the north: b and c, both listed; from the south: d, which is listed, and e twice.
    assert value(audit.groups, measure="eo@2", group="north") == 1
    assert value(audit.groups, measure="eo@2", group="south") == pytest.approx(1 / 3, abs=1e-6)
    assert value(audit.spreads, measure="eo@2", spread="difference") == pytest.approx(2 / 3, abs=1e-6)
    assert audit.n_listeners == 6
    assert "north" not in set(audit.groups.query("group == 'unknown'")["group"])


def test_listeners_are_compared_by_what_they_get():
    audit = fairtune.fairness(LISTS, item_groups=ORIGIN, listener_groups=WHERE, truth=PLAYED_LATER, k=2)

    mine = audit.groups[audit.groups["of"] == "listeners"]
    assert value(mine, measure="eo@2", group="city") == 1  # b, c and d were all on the list
    assert value(mine, measure="eo@2", group="village") == pytest.approx(1 / 3, abs=1e-6)  # f alone
    assert value(mine, measure="dp_group.south@2", group="city") == pytest.approx(1 / 6, abs=1e-6)
    assert value(mine, measure="dp_group.south@2", group="village") == 0
    assert set(mine["grouping"]) == {"home"}


def test_rates_are_those_of_fairlearn_on_pairs():
    rng = np.random.default_rng(3)
    n_listeners, n_items, k = 40, 30, 5
    region = rng.choice(["x", "y", "z"], n_items)
    ids = np.argsort(rng.random((n_listeners, n_items)), axis=1)[:, :k]
    truth = rng.random((n_listeners, n_items)) < 0.2
    listed = np.zeros_like(truth)
    listed[np.arange(n_listeners)[:, None], ids] = True
    rows, columns = np.nonzero(truth)

    audit = fairtune.fairness(
        ids,
        item_groups=dict(enumerate(region)),
        truth=pd.DataFrame({"user_id": rows, "item_id": columns}),
        k=k,
    )

    for name, rate in (("dp@5", fairlearn.selection_rate), ("eo@5", fairlearn.true_positive_rate)):
        frame = fairlearn.MetricFrame(
            metrics=rate,
            y_true=truth.ravel(),
            y_pred=listed.ravel(),
            sensitive_features=np.tile(region, n_listeners),
        )
        ours = audit.groups[audit.groups["measure"] == name].set_index("group")["value"]
        assert ours.to_dict() == pytest.approx(frame.by_group.to_dict(), abs=1e-6)
        apart = value(audit.spreads, measure=name, spread="difference")
        assert apart == pytest.approx(frame.difference(), abs=1e-6)


def test_the_audit_of_lists_of_implicit_is_that_of_the_pipeline():
    matrix = tiny.make_matrix(BlockName.TRACK, tiny.TRACK_MODEL)
    model = TutorialAls.fit(matrix, Part.TRAIN_VALID, seed=1, threads=1)
    known = matrix.block(matrix.target, Part.TRAIN_VALID)
    columns = rank(model.scores, known, 10)
    chosen = {"resamples": 200, "min_group": 1, "min_provider_group": 1, "ks": (10,), "fairness_ks": (10,)}
    judged = measure.evaluate_lists(matrix, columns, defaults.evaluate(**chosen), seed=5)
    whole = judged.metrics["fairness"]
    users, items = matrix.listeners["user_id"].to_numpy(), matrix.columns[matrix.target]

    def pairs(cells):
        rows, at = cells.nonzero()
        return pd.DataFrame({"user_id": users[rows], "item_id": items["item_id"].to_numpy()[at]})

    audit = fairtune.fairness(
        columns,
        listeners=users,
        items=items["item_id"].to_numpy(),
        item_groups=items[["item_id", "region"]],
        listener_groups=judged.listeners[["user_id", "activity"]],
        known=pairs(known),
        truth=pairs(matrix.truth(matrix.target, Part.TRAIN_VALID)),
        resamples=200,
        seed=5,
    )

    ours = json.loads(json.dumps(audit.metrics["providers"]["region"]))
    theirs = {name: whole["providers"]["region"][name] for name in ("dp@10", "eo@10")}
    assert ours == json.loads(json.dumps(theirs))
    recall = audit.metrics["listeners"]["activity"]["eo@10"]["groups"]
    assert recall == whole["listeners"]["activity"]["eo@10"]["groups"]


def test_without_truth_there_is_dp_alone():
    audit = fairtune.fairness(LISTS, item_groups=ORIGIN, listener_groups=WHERE, k=2)

    assert {name.partition("@")[0] for name in audit.groups["measure"]} == {
        "dp", "dp_group.north", "dp_group.south", "dp_group.unknown",
    }  # fmt: skip


def test_a_group_of_one_listener_has_no_interval():
    audit = fairtune.fairness(LISTS, listener_groups={**WHERE, 6: "farm"}, truth=PLAYED_LATER, k=2)

    farm = audit.groups[(audit.groups["group"] == "farm") & (audit.groups["measure"] == "eo@2")].iloc[0]
    assert (farm["value"], farm["n"]) == (1, 1)
    assert np.isnan([farm["low"], farm["high"]]).all()
    apart = audit.spreads[
        (audit.spreads["measure"] == "eo@2") & (audit.spreads["spread"] == "difference")
    ].iloc[0]
    assert np.isnan([apart["low"], apart["high"]]).all()


def test_items_may_belong_to_several_groups_in_part():
    shares = pd.DataFrame(
        {"item_id": list("aab"), "group": ["rock", "jazz", "jazz"], "share": [0.5, 0.5, 1.0]}
    )
    lists = pd.DataFrame({"user_id": [1], "item_id": ["a"], "rank": [1]})

    audit = fairtune.fairness(lists, item_groups=shares, k=1)

    assert value(audit.groups, measure="dp@1", group="rock") == 1  # half a place for half an item
    assert value(audit.groups, measure="dp@1", group="jazz") == pytest.approx(1 / 3, abs=1e-6)


def test_several_groupings_are_the_columns_of_a_frame():
    groups = pd.DataFrame(
        {"item_id": list(ORIGIN), "origin": list(ORIGIN.values()), "era": ["old", "new"] * 3}
    )

    assert set(fairtune.fairness(LISTS, item_groups=groups, k=2).groups["grouping"]) == {"origin", "era"}


def test_a_notebook_shows_tables_and_hostile_names_are_text():
    audit = fairtune.fairness(LISTS, item_groups={**ORIGIN, "a": "<script>alert(1)</script>"}, k=2)

    page = audit._repr_html_()
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "Fairness of the lists of 6 listeners" in str(audit)


def test_a_plot_has_a_bar_a_group():
    import matplotlib as mpl

    mpl.use("agg")
    axes = fairtune.fairness(LISTS, item_groups=ORIGIN, truth=PLAYED_LATER, k=2).plot("eo@2")

    assert [label.get_text() for label in axes.get_yticklabels()] == ["unknown", "south", "north"]
    assert axes.get_xlabel() == "eo@2 rate, with 95 % intervals"
    mpl.pyplot.close(axes.figure)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "fairness: say item_groups, listener_groups, or both"),
        ({"item_groups": ORIGIN, "k": 0}, "fairness: k = 0 is out of range: it goes from 1"),
        (
            {"item_groups": ORIGIN, "truth": pd.DataFrame({"who": [1]})},
            "fairness: truth lacks a column 'user_id'; it has who",
        ),
        (
            {"item_groups": pd.DataFrame({"item": ["a"], "region": ["x"]})},
            "fairness: item_groups lacks a column 'item_id'; it has item, region",
        ),
        (
            {"item_groups": pd.DataFrame({"item_id": ["a"]})},
            "fairness: item_groups has no column beside 'item_id': a grouping is a column",
        ),
        (
            {"item_groups": pd.DataFrame({"item_id": ["a", "a"], "region": ["x", "y"]})},
            "fairness: item_groups names 'a' twice: one row each",
        ),
        (
            {"item_groups": pd.DataFrame({"item_id": ["a", "a"], "group": ["x", "y"], "share": [0.7, 0.7]})},
            "fairness: the shares of item 'a' sum to more than 1",
        ),
    ],
)
def test_what_can_not_be_measured_is_refused(wrong, message):
    with pytest.raises(BadRequest) as refused:
        fairtune.fairness(LISTS, **wrong)
    assert str(refused.value) == message


def test_a_measure_that_is_not_there_is_refused():
    with pytest.raises(BadRequest) as refused:
        fairtune.fairness(LISTS, item_groups=ORIGIN, k=2).plot("eo@2")
    assert str(refused.value) == "plot: no measure 'eo@2'; there are: dp@2"


def test_an_item_twice_in_a_list_is_refused():
    twice = LISTS.assign(item_id="a")
    with pytest.raises(BadRanking) as refused:
        fairtune.fairness(twice, item_groups=ORIGIN)
    assert str(refused.value) == (
        "lists: item 'a' is twice in the list of listener 1: a list holds each item once"
    )
