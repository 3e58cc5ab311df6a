import math

import pytest
from tests.listening import evaluated

from fairtune.evaluation.comparison.compare import Evaluated, Tolerance, compare


def metrics(ndcg=0.2, disparity=0.5, *, width=0.0, seed=1, **more):
    """Give figures whose 95 % intervals reach `width` to both sides."""

    def figure(value):
        return {"value": value, "low": value - width, "high": value + width}

    return {
        "seed": seed,
        "counts": True,
        "ranking": {"als": {"ndcg@10": figure(ndcg)}, "popularity": {"ndcg@10": figure(0.1)}},
        "fairness": {
            "providers": {
                "region": {"dp@10": {"disparity": figure(disparity)}, "dp@20": {"disparity": figure(1)}},
                "share_unknown": figure(0.1),
            },
            "listeners": {"gender": {"eo@10": {"ratio": figure(0.9), "difference": figure(0.1)}}},
        },
        "rmse": {
            scale: figure(value) if scale == "skill" else {"bias_als_influencers": figure(value)}
            for scale, value in more.items()
        },
    }


def compared(base, now, absolute=0.005, relative=0.03):
    sides = (side if isinstance(side, Evaluated) else Evaluated(side) for side in (base, now))
    return compare(*sides, tolerance=Tolerance(absolute=absolute, relative=relative), min_group=20)


def test_the_headline_figures_are_those_of_the_product_at_ten_with_their_directions():
    evaluation = metrics(skill=0.1, log_plays=0.8)
    evaluation["also"] = {"artist": metrics()}
    assert {
        change.figure: change.higher_is_better for change in compared(evaluation, evaluation).changes
    } == {
        "ranking.als.ndcg@10": True,
        "rmse.skill": True,
        "rmse.log_plays.bias_als_influencers": False,
        "fairness.providers.region.dp@10.disparity": False,
        "fairness.listeners.gender.eo@10.ratio": True,
        "also.artist.ranking.als.ndcg@10": True,
        "also.artist.fairness.providers.region.dp@10.disparity": False,
    }


@pytest.mark.parametrize(
    ("base", "now", "judgement"),
    [
        (0.20, 0.20, "unchanged"),
        (0.20, 0.21, "better"),
        (0.20, 0.1945, "worse, within tolerance"),  # by .0055: more than .005, less than 3 %, which is .006
        (0.20, 0.1935, "REGRESSION"),
        (0.10, 0.096, "worse, within tolerance"),  # 3 % would be .003, but .005 is tolerated
        (0.10, 0.094, "REGRESSION"),
    ],
)
def test_where_chance_has_no_part_the_tolerances_decide(base, now, judgement):
    (ndcg, *_) = compared(metrics(base), metrics(now)).changes
    assert ndcg.judgement == judgement
    assert ndcg.regressed == (judgement == "REGRESSION")
    assert ndcg.change == pytest.approx(now - base)


def test_where_lower_is_better_growth_is_the_regression():
    assert [change.figure for change in compared(metrics(), metrics(disparity=0.6)).regressions] == [
        "fairness.providers.region.dp@10.disparity"
    ]
    assert compared(metrics(), metrics(disparity=0.1)).passed


# Three figures are judged, so z = 2.935; an interval of +- .0196 has a standard error of .01.
@pytest.mark.parametrize(
    ("now", "seed", "passed"),
    [
        (0.1710, 1, True),  # the same held-out listening, half correlated: 2.935 * .01 = .0294
        (0.1700, 1, False),
        (0.1590, 2, True),  # another: 2.935 * .01 * sqrt(2) = .0415
        (0.1580, 2, False),
    ],
)
def test_without_the_listeners_the_intervals_of_both_tell_a_change_from_chance(now, seed, passed):
    comparison = compared(metrics(width=0.019600), metrics(now, width=0.0196, seed=seed))
    (ndcg, *_) = comparison.changes
    assert comparison.passed is passed
    assert ndcg.judgement == ("worse, as chance may have it" if passed else "REGRESSION")
    assert not ndcg.paired
    assert (
        comparison.note
        == "Intervals: from the intervals of metrics.json, since listeners.parquet is not there "
        "on both sides."
    )


def test_a_regression_says_in_a_line_what_happened():
    (worse,) = compared(metrics(width=0.0196), metrics(0.1, width=0.0196)).regressions
    assert worse.reason == (
        "ranking.als.ndcg@10 fell from 0.2000 to 0.1000, by more than the 0.0060 tolerated and than chance "
        "(interval of the change: -0.1294 to -0.0706)"
    )


def test_a_figure_that_is_missing_now_regresses_and_a_new_one_does_not():
    without, with_skill = metrics(), metrics(skill=0.1)
    (gone,) = compared(with_skill, without).regressions
    assert (gone.judgement, gone.change) == ("REGRESSION: missing now", None)
    assert gone.reason == "rmse.skill is missing now; it was 0.1000"
    new = compared(without, with_skill)
    assert new.passed
    assert [change.judgement for change in new.changes if change.figure == "rmse.skill"] == ["new"]
    assert [change.figure for change in compared(with_skill, metrics(skill=math.nan)).regressions] == [
        "rmse.skill"
    ]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ndcg": 1.4}, "ranking.als.ndcg@10 is 1.4000: it can only be 0 to 1"),
        (
            {"disparity": -0.1},
            "fairness.providers.region.dp@10.disparity is -0.1000: it can only be 0 to inf",
        ),
        ({"skill": 1.2}, "rmse.skill is 1.2000: it can only be -inf to 1"),
    ],
)
def test_a_value_that_cannot_be_is_a_regression_even_if_it_looks_better(changed, reason):
    (impossible,) = compared(metrics(), metrics(**changed)).regressions
    assert impossible.judgement == "REGRESSION: no possible value"
    assert impossible.reason == reason


def test_taste_groups_are_not_compared_since_every_fit_makes_its_own():
    base, now = metrics(), metrics()
    for evaluation, ratio in ((base, 0.9), (now, 0.5)):
        figure = {"value": ratio, "low": ratio, "high": ratio}
        evaluation["fairness"]["listeners"]["taste"] = {"eo@10": {"ratio": figure}}
    assert not [change for change in compared(base, now).changes if "taste" in change.figure]


def test_evaluations_of_nothing_have_nothing_to_compare():
    assert compared({}, {}).changes == ()
    assert not compared(metrics(), {}).passed


def test_the_same_listeners_give_paired_intervals():
    comparison = compared(evaluated(), evaluated(worse=0.01))
    changes = {change.figure: change for change in comparison.changes}
    assert comparison.note == (
        "Intervals: paired, from the same 400 listeners; those with ~ from the intervals of metrics.json."
    )
    assert changes["ranking.als.ndcg@10"].paired
    assert not changes["fairness.providers.region.dp@10.disparity"].paired
    # Every listener lost about .01: paired, chance has little part in it; both 95 % intervals are wider.
    assert changes["ranking.als.ndcg@10"].regressed
    alone = compared(Evaluated(evaluated().metrics), Evaluated(evaluated(worse=0.01).metrics))
    assert alone.changes[0].judgement == "worse, as chance may have it"


def test_an_unchanged_evaluation_passes_and_so_does_one_of_another_seed():
    assert {change.judgement for change in compared(evaluated(), evaluated()).changes} == {"unchanged"}
    for seed in range(1, 21):
        comparison = compared(evaluated(), evaluated(seed=seed))
        assert comparison.passed, comparison.regressions


def test_a_broken_metric_fails_whatever_it_is_judged_by():
    broken = evaluated(worse=0.1)
    for base, now in ((evaluated(), broken), (Evaluated(evaluated().metrics), broken)):
        assert "ranking.als.ndcg@10" in {change.figure for change in compared(base, now).regressions}


def test_other_listeners_are_not_paired():
    few = evaluated()
    frame = few.listeners.iloc[:-1]
    comparison = compared(evaluated(), Evaluated(few.metrics, frame))
    assert comparison.note.endswith("since the listeners are not the same on both sides.")
    assert not any(change.paired for change in comparison.changes)


def test_listeners_of_another_evaluation_than_the_figures_are_not_believed():
    """A metric that was broken after listeners.parquet was written, say."""
    before, after = evaluated(), evaluated(worse=0.1)
    comparison = compared(before, Evaluated(after.metrics, before.listeners))
    (ndcg,) = [change for change in comparison.regressions if change.figure == "ranking.als.ndcg@10"]
    assert not ndcg.paired
