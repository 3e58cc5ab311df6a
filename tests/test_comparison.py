import pytest

from fairtune.comparison import compare


def metrics(ndcg=0.2, disparity=0.5, **more):
    def figure(value):
        return {"value": value, "low": value, "high": value}

    return {
        "ranking": {"als": {"ndcg@10": figure(ndcg)}, "popularity": {"ndcg@10": figure(0.1)}},
        "fairness": {
            "providers": {
                "region": {"dp@10": {"disparity": figure(disparity)}, "dp@20": {"disparity": figure(1)}}
            },
            "listeners": {"gender": {"eo@10": {"ratio": figure(0.9), "difference": figure(0.1)}}},
        },
        "rmse": {
            scale: figure(value) if scale == "skill" else {"bias_als_influencers": figure(value)}
            for scale, value in more.items()
        },
    }


def compared(base, now, absolute=0.005, relative=0.03):
    return compare(base, now, tolerance_absolute=absolute, tolerance_relative=relative)


def test_the_headline_figures_are_those_of_the_product_at_ten_with_their_directions():
    evaluation = metrics(skill=0.1, log_plays=0.8)
    assert {
        change.figure: change.higher_is_better for change in compared(evaluation, evaluation).changes
    } == {
        "ranking.als.ndcg@10": True,
        "rmse.skill": True,
        "rmse.log_plays.bias_als_influencers": False,
        "fairness.providers.region.dp@10.disparity": False,
        "fairness.listeners.gender.eo@10.ratio": True,
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
def test_a_figure_regresses_when_it_is_worse_by_more_than_both_tolerances(base, now, judgement):
    (ndcg, *_) = compared(metrics(base), metrics(now)).changes
    assert ndcg.judgement == judgement
    assert ndcg.regressed == (judgement == "REGRESSION")
    assert ndcg.change == pytest.approx(now - base)


def test_where_lower_is_better_growth_is_the_regression():
    assert [change.figure for change in compared(metrics(), metrics(disparity=0.6)).regressions] == [
        "fairness.providers.region.dp@10.disparity"
    ]
    assert compared(metrics(), metrics(disparity=0.1)).passed


def test_a_figure_that_is_missing_now_regresses_and_a_new_one_does_not():
    without, with_skill = metrics(), metrics(skill=0.1)
    (gone,) = compared(with_skill, without).regressions
    assert (gone.figure, gone.judgement, gone.change) == ("rmse.skill", "REGRESSION: missing now", None)
    new = compared(without, with_skill)
    assert new.passed
    assert [change.judgement for change in new.changes if change.figure == "rmse.skill"] == ["new"]


def test_evaluations_of_nothing_have_nothing_to_compare():
    assert compared({}, {}).changes == ()
    assert not compared(metrics(), {}).passed


def test_the_table_reads_as_text_and_as_markdown():
    assert (
        f"{compared(metrics(skill=0.05), metrics(ndcg=0.1)).to_markdown()}\n"
        == """\
| figure                                    | better | before | now    | change  | judgement               |
|-------------------------------------------|--------|--------|--------|---------|-------------------------|
| ranking.als.ndcg@10                       | higher | 0.2000 | 0.1000 | -0.1000 | REGRESSION              |
| rmse.skill                                | higher | 0.0500 | -      | -       | REGRESSION: missing now |
| fairness.providers.region.dp@10.disparity | lower  | 0.5000 | 0.5000 | +0.0000 | unchanged               |
| fairness.listeners.gender.eo@10.ratio     | higher | 0.9000 | 0.9000 | +0.0000 | unchanged               |
"""
    )
