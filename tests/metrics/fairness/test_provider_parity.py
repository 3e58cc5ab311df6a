import numpy as np
import pytest
from fairlearn import metrics as fairlearn
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from fairtune.columns import UNKNOWN
from fairtune.metrics.bootstrap import Bootstrap
from fairtune.metrics.fairness import provider_parity as provider_figures
from fairtune.metrics.ranking import rank

NOTHING_KNOWN = {"value": None, "low": None, "high": None}


def pairs(rows, n_items):
    dense = np.zeros((len(rows), n_items))
    for row, items in enumerate(rows):
        dense[row, list(items)] = 1
    return csr_array(dense)


def values(block):
    """The point estimates of one block of metrics.json."""
    groups = {
        name: {key: figure["value"] if isinstance(figure, dict) else figure for key, figure in group.items()}
        for name, group in block["groups"].items()
    }
    return {key: figure["value"] for key, figure in block.items() if key != "groups"} | {"groups": groups}


# Five items, 0 and 1 of A, 2 and 3 of B, 4 of nobody knows whom; three listeners.
LISTS = np.array([[1, 2], [0, 1], [0, 4]], dtype=np.int32)
KNOWN = pairs([{0}, {2}, set()], 5)
TRUTH = pairs([{1, 3}, {3}, {0, 4}], 5)
NAMES = ("A", "B", UNKNOWN)
MEMBERSHIP = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]], dtype=float)


def providers(lists=LISTS, truth=TRUTH, known=KNOWN, *, resamples=100, min_group=1, **given):
    arguments = {"names": NAMES, "membership": MEMBERSHIP, "ks": [2], **given}
    bootstrap = Bootstrap(len(lists), resamples, 1)
    of = {"makers": (arguments["names"], arguments["membership"])}
    chances = provider_figures.chances(truth, known, of, bootstrap=bootstrap, min_group=min_group)
    return provider_figures.compare(lists, chances, arguments["ks"])["makers"]


def test_providers_have_the_figures_computed_by_hand():
    figures = providers()
    assert values(figures["dp@2"]) == {
        "difference": 0.6,
        "ratio": 0.25,
        "disparity": 0.6,  # rates .8 and .2: mean .5, standard deviation .3
        "groups": {
            "A": {
                "rate": 0.8,  # 4 places, 5 unheard
                "share_catalogue": 0.4,
                "share_listening": 0.5,
                "share_recommended": 0.666667,
                "n": 2,
            },
            "B": {
                "rate": 0.2,
                "share_catalogue": 0.4,
                "share_listening": 0.5,
                "share_recommended": 0.166667,
                "n": 2,
            },
            UNKNOWN: {
                "rate": 0.333333,
                "share_catalogue": 0.2,
                "share_listening": 0.0,
                "share_recommended": 0.166667,
                "n": 1,
            },
        },
    }
    equal_opportunity = values(figures["eo@2"])
    assert {name: group["rate"] for name, group in equal_opportunity["groups"].items()} == {
        "A": 1.0,
        "B": 0.0,
        UNKNOWN: 1.0,
    }
    assert (equal_opportunity["difference"], equal_opportunity["ratio"], equal_opportunity["disparity"]) == (
        1,
        0,
        1,
    )


def listening(seed, n_listeners=30, n_items=40):
    """Random listening, and lists of ten by random scores; known and truth are disjoint."""
    rng = np.random.default_rng(seed)
    cells = rng.random((n_listeners, n_items))
    known, truth = csr_array(cells < 0.2), csr_array(cells > 0.85)
    scores = rng.random((n_listeners, n_items)) + 0.3 * (np.arange(n_items) < 15)
    return rank(lambda rows: scores[rows], known, 10), truth, known, rng


@pytest.mark.parametrize("seed", range(5))
def test_provider_figures_are_those_of_fairlearn_on_listener_item_pairs(seed):
    lists, truth, known, rng = listening(seed)
    group = rng.integers(0, 4, 40)  # 3: unknown
    unheard = ~known.toarray() & (group < 3)
    listed = np.zeros(known.shape, dtype=bool)
    np.put_along_axis(listed, lists, values=True, axis=1)
    dense = {
        "y_true": truth.toarray()[unheard],
        "y_pred": listed[unheard],
        "sensitive_features": np.broadcast_to(group, known.shape)[unheard],
    }
    ours = providers(
        lists, truth, known, names=("a", "b", "c", UNKNOWN), membership=np.eye(4)[group], ks=[10], resamples=0
    )
    for name, kind in (("dp@10", "demographic_parity"), ("eo@10", "equal_opportunity")):
        for measure in ("difference", "ratio"):
            expected = getattr(fairlearn, f"{kind}_{measure}")(**dense)
            assert ours[name][measure]["value"] == pytest.approx(expected, rel=1e-5)


@given(st.integers(0, 1000), st.integers(1, 10))
@settings(deadline=None, max_examples=25)
def test_rates_with_fractional_membership_are_sums_over_listeners_and_items(seed, k):
    lists, truth, known, rng = listening(seed)
    membership = rng.dirichlet(np.ones(3), 40)
    ours = providers(
        lists, truth, known, names=("a", "b", "c"), membership=membership, ks=[k], resamples=0, min_group=0
    )
    listed, unheard, hits, wanted = (np.zeros(3) for _ in range(4))
    for row, items in enumerate(lists):
        for item in range(40):
            if not known[row, item]:
                unheard += membership[item]
            if truth[row, item]:
                wanted += membership[item]
            if item in items[:k]:
                listed += membership[item]
                hits += membership[item] * bool(truth[row, item])
    for place, name in enumerate("abc"):
        dp, eo = ours[f"dp@{k}"]["groups"][name], ours[f"eo@{k}"]["groups"][name]
        assert dp["rate"]["value"] == pytest.approx(listed[place] / unheard[place], rel=1e-5)
        assert eo["rate"]["value"] == pytest.approx(hits[place] / wanted[place], rel=1e-5)
        assert dp["n"] == pytest.approx(membership[:, place].sum(), rel=1e-5)


def test_shares_of_all_groups_sum_to_one():
    groups = values(providers()["dp@2"])["groups"]
    for share in ("share_catalogue", "share_listening", "share_recommended"):
        assert sum(group[share] for group in groups.values()) == pytest.approx(1, abs=1e-5)


def test_groups_that_split_every_item_alike_are_treated_alike():
    lists, truth, known, _ = listening(0)
    ours = providers(lists, truth, known, names=("a", "b"), membership=np.full((40, 2), 0.5), ks=[10])
    for name in ("dp@10", "eo@10"):
        assert ours[name]["ratio"] == {"value": 1, "low": 1, "high": 1}
        assert ours[name]["disparity"] == {"value": 0, "low": 0, "high": 0}


def test_sparse_membership_is_dense_membership():
    assert providers(membership=csr_array(MEMBERSHIP)) == providers()


def test_provider_intervals_come_from_drawing_whole_listeners():
    lists, truth, known, rng = listening(7)
    given = {
        "names": ("a", "b", "c"),
        "membership": rng.dirichlet(np.ones(3), 40),
        "ks": [10],
        "min_group": 0,
    }
    ours = providers(lists, truth, known, resamples=100, **given)
    drawn = [np.repeat(np.arange(30), times) for times in Bootstrap(30, 100, 1).draws]
    each = [providers(lists[rows], truth[rows], known[rows], resamples=0, **given) for rows in drawn]
    for name in ("dp@10", "eo@10"):
        for measure, side, end in (
            ("difference", "high", 97.5),
            ("ratio", "low", 2.5),
            ("disparity", "high", 97.5),
        ):
            bound = np.percentile([one[name][measure]["value"] for one in each], end)
            assert ours[name][measure][side] == pytest.approx(bound, rel=1e-4)
        for group in "abc":
            low, high = np.percentile(
                [one[name]["groups"][group]["rate"]["value"] for one in each], [2.5, 97.5]
            )
            rate = ours[name]["groups"][group]["rate"]
            assert (rate["low"], rate["high"]) == pytest.approx((low, high), rel=1e-4)


def test_a_group_without_a_chance_has_no_rate_and_does_not_count():
    membership = np.eye(3)[[0, 1, 1, 2, 2]]
    known = pairs([{0}, {0}], 5)  # everybody knows the only item of `a`
    ours = providers(
        np.array([[1, 3], [2, 3]], dtype=np.int32),
        pairs([{1}, {3}], 5),
        known,
        names=("a", "b", "c"),
        membership=membership,
    )
    parity = ours["dp@2"]
    assert parity["groups"]["a"]["rate"] == NOTHING_KNOWN
    assert parity["ratio"]["value"] == 1  # of b and c: 2 places of 4 unheard each
    assert ours["eo@2"]["groups"]["a"]["rate"] == NOTHING_KNOWN


def test_shares_of_known_items_that_cancel_to_rounding_errors_leave_no_chance():
    membership = np.vstack([np.tile([0.1, 0.2, 0.7], (16, 1)), [[0, 0, 1], [0, 0, 1]]])
    lists, truth, known = np.array([[16, 17]], dtype=np.int32), pairs([{16}], 18), pairs([range(16)], 18)
    # `a` and `b` are pooled: 16 * (0.1 + 0.2), less what is known of it, is 2e-15 in floating point
    ours = providers(lists, truth, known, names=("a", "b", "c"), membership=membership, min_group=4)
    assert ours["dp@2"]["groups"]["other"]["rate"] == NOTHING_KNOWN


def test_one_group_alone_is_no_comparison():
    ours = providers(membership=np.ones((5, 1)), names=("all",))["dp@2"]
    assert ours["difference"] == ours["ratio"] == ours["disparity"] == NOTHING_KNOWN
    assert ours["groups"]["all"]["rate"]["value"] == pytest.approx(6 / 13, rel=1e-5)  # places, unheard


def test_small_provider_groups_are_pooled_by_their_effective_number_of_items():
    membership = np.array([[0.5, 0.5, 0], [1, 0, 0], [0, 0.75, 0.25], [1, 0, 0], [1, 0, 0]])
    ours = providers(membership=membership, names=("a", "b", "c"), min_group=1.5)["dp@2"]
    assert {name: group["n"] for name, group in ours["groups"].items()} == {"a": 3.5, "other": 1.5}
    assert ours["ratio"]["value"] is not None


def test_groupings_side_by_side_have_the_figures_that_each_has_alone():
    lists, truth, known, rng = listening(3)
    groupings = {
        "a": (("x", "y", UNKNOWN), np.eye(3)[rng.integers(0, 3, 40)]),
        "b": (("u", "v"), rng.dirichlet(np.ones(2), 40)),
    }
    bootstrap = Bootstrap(30, 100, 1)
    chances = provider_figures.chances(truth, known, groupings, bootstrap=bootstrap, min_group=1)
    together = provider_figures.compare(lists, chances, [5, 10])
    for name, (names, membership) in groupings.items():
        assert together[name] == providers(
            lists, truth, known, names=names, membership=membership, ks=[5, 10]
        )


def test_without_groups_the_comparison_is_the_same():
    lists, truth, known, _ = listening(2)
    of = {"makers": (("a", "b"), np.eye(2)[np.arange(40) % 2])}
    chances = provider_figures.chances(truth, known, of, bootstrap=Bootstrap(30, 100, 1), min_group=1)
    whole = provider_figures.compare(lists, chances, [10])["makers"]["dp@10"]
    assert provider_figures.compare(lists, chances, [10], groups=False)["makers"]["dp@10"] == {
        name: figure for name, figure in whole.items() if name != "groups"
    }


def test_nobody_held_anything_out_so_equal_opportunity_is_undefined_and_parity_is_not():
    figures = providers(truth=csr_array((3, 5)))
    assert figures["eo@2"]["disparity"] == NOTHING_KNOWN
    assert figures["eo@2"]["groups"]["A"]["rate"] == NOTHING_KNOWN
    assert figures["dp@2"]["ratio"]["value"] == 0.25


def test_lists_without_an_item_recommend_nothing_of_anybody():
    figures = providers(np.full((3, 2), -1, dtype=np.int32))["dp@2"]
    assert figures["groups"]["A"]["rate"]["value"] == 0
    assert figures["groups"]["A"]["share_recommended"] == NOTHING_KNOWN
    assert (figures["difference"]["value"], figures["ratio"]) == (0, NOTHING_KNOWN)


def test_a_group_without_an_item_is_not_there():
    figures = providers(names=("A", "B", "C", UNKNOWN), membership=np.insert(MEMBERSHIP, 2, 0, axis=1))
    assert figures == providers()
