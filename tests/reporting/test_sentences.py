"""Sentences that read the pictures aloud: true to the figures, and careful where figures can't tell."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.reporting import sample
from tests.toy import tune_limits

from fairtune.config.reranking_bounds import Constraints
from fairtune.evaluation.gate import verdict as gate_verdict
from fairtune.reporting.charts import trial_marks
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.estimates import Estimate, Group
from fairtune.reporting.sections import ablation as sections_ablation
from fairtune.reporting.sections import (
    accuracy,
    baselines,
    cold_items,
    exposure,
    learning_curve,
    model_card,
    own_region,
    pareto_front,
    providers,
    taste_groups,
    tuning,
)
from fairtune.reporting.sections import verdict as sections_verdict


def group(name: str, low: float, value: float, high: float, *, compared: bool = True) -> Group:
    return Group(name, Estimate(value, low, high), members=100, compared=compared)


def test_exposure_names_the_most_and_the_least_recommended_group_and_how_many_times():
    found = [
        group("United Kingdom", 0.055, 0.056, 0.057),
        group("United States", 0.041, 0.042, 0.043),
        group("rest of the world", 0.039, 0.04, 0.0405),
        group("unknown", 0.0, 0.001, 0.002, compared=False),
    ]
    assert providers.exposure("region", found, "track") == (
        "Item for item, tracks by artists from the United Kingdom are recommended 1.4 times as often as "
        "tracks by artists from the rest of the world."
    )


def test_exposure_of_music_types_speaks_of_music_in_the_singular():
    found = [group("United States", 0.3, 0.4, 0.5), group("other Europe", 0.1, 0.1, 0.1)]
    assert providers.exposure("region", found, "music_type") == (
        "Item for item, music by artists from the United States is recommended 4.0 times as often as "
        "music by artists from other European countries."
    )


def test_overlapping_intervals_are_called_possible_chance():
    found = [group("head", 0.1, 0.3, 0.5), group("tail", 0.1, 0.2, 0.4)]
    assert providers.exposure("tier", found, "artist") == (
        "Item for item, the most popular artists are recommended 1.5 times as often as artists of the long "
        "tail (the intervals overlap: it may be chance)."
    )


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ([group("head", 1, 1, 1), group("tail", 1, 0.96, 1)], "about equally often from every group"),
        ([group("head", 1, 1, 1), group("tail", 0, 0, 0)], "Artists of the long tail are never recommended."),
        ([group("head", 1, 1, 1), group("unknown", 0, 0, 0, compared=False)], ""),
    ],
)
def test_exposure_knows_its_extremes(found, sentence):
    assert sentence in providers.exposure("tier", found, "artist")


def trial_frame(*rows: tuple[float, float, float, bool]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["ndcg", "dp", "eo", "chosen"])
    return frame.assign(number=range(len(frame)), served=1.0, cut=False)


def cost(trials: pd.DataFrame, **limits: float) -> str:
    return pareto_front.trade(trial_marks.attempts(trials, tune_limits(**limits)))


def test_the_search_says_when_fairness_cost_nothing():
    assert cost(trial_frame((0.2, 0.1, 0.1, False), (0.3, 0.2, 0.1, True)), dp=0.5, eo=0.5) == (
        "Fairness cost nothing here: the chosen trial is the most accurate of all 2, and keeps the limits, "
        "with gaps of 0.200 in exposure and 0.100 in chance."
    )


def test_the_search_says_when_there_was_nothing_to_be_unfair_between():
    assert cost(trial_frame((0.2, 0.0, 0.0, False), (0.3, 0.0, 0.0, True)), dp=0.4) == (
        "No two regions of artists are known: the search could only look for accuracy."
    )


def test_the_search_says_what_fairness_cost():
    trials = trial_frame((0.4, 0.3, 0.9, False), (0.3, 0.2, 0.4, True))
    assert cost(trials, dp=0.4, eo=0.5) == (
        f"Staying within the limits cost 25{numbers.THIN}% of accuracy: the chosen trial has gaps of 0.200 "
        "in exposure and 0.400 in chance, the most accurate one of 0.300 in exposure and 0.900 in chance."
    )


def test_the_search_says_when_no_trial_was_fair_enough():
    assert cost(trial_frame((0.4, 0.9, 0.2, False), (0.3, 0.6, 0.1, True)), dp=0.5) == (
        "No trial stays within the limits; the one that misses them least was chosen, with gaps of 0.600 in "
        "exposure and 0.100 in chance."
    )


def test_a_trial_that_was_stopped_early_is_no_model_to_compare_with():
    trials = trial_frame((0.4, 0.3, 0.2, False), (0.3, 0.2, 0.1, True)).assign(cut=[True, False])
    assert cost(trials, dp=0.5).startswith(
        "Fairness cost nothing here: the chosen trial is the most accurate of all 1"
    )


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        (
            [0.1, 0.2, 0.2],
            "It has learned what it can: from iteration 5 to 15 accuracy changes by less than 0.1 %.",
        ),
        (
            [0.1, 0.2, 0.25],
            "still learning: from iteration 5 to 15 accuracy grows by 25 %; try more iterations.",
        ),
        (
            [0.1, 0.2, 0.18],
            (
                "Iteration 5 was the best one, and is where the model stops: by iteration 15 accuracy is "
                "10 % lower."
            ),
        ),
        ([0.0, 0.0, 0.0], "After 15 iterations the lists score 0.000 on nDCG@10."),
    ],
)
def test_the_learning_curve_says_whether_there_was_more_to_learn(scores, sentence):
    best = [score == max(scores) > scores[-1] for score in scores]
    best[-1] = not any(best)
    curve = pd.DataFrame({"iteration": [1, 5, 15], "ndcg": scores, "dp": 0.1, "eo": 0.1, "chosen": best})
    assert learning_curve.exhibit(curve).reading.replace(numbers.THIN, " ").endswith(sentence)


def test_the_widest_gap_between_listening_and_recommendations_is_named():
    def facts(catalogue: float, listening: float, recommended: float) -> dict[str, float]:
        return {
            "share_catalogue": catalogue, "share_listening": listening, "share_recommended": recommended,
        }  # fmt: skip

    measure = {
        "groups": {
            "head": facts(0.1, 0.2, 0.41),
            "tail": facts(0.6, 0.2, 0.1),
            "unknown": facts(0.3, 0.6, 0.1),
        }
    }
    exhibit = exposure.exhibit(
        "tier", measure, ["head", "tail", "unknown"], name="x", by="popularity", target="track"
    )
    assert exhibit is not None
    thin = numbers.THIN
    assert exhibit.reading == (
        f"The widest gap: the most popular tracks make up 20{thin}% of listening but 41{thin}% of "
        "recommendations."
    )


def test_the_model_is_compared_with_the_best_of_the_others():
    ranking = {
        "als": {"ndcg@10": {"value": 0.3, "low": 0.28, "high": 0.32}},
        "popularity": {"ndcg@10": {"value": 0.1, "low": 0.09, "high": 0.11}},
        "item_knn": {"ndcg@10": {"value": 0.25, "low": 0.24, "high": 0.29}},
    }
    section = accuracy.section({"ranking": ranking}, items="tracks")
    assert section is not None
    assert section.exhibits[0].reading == (
        "On nDCG@10, where 1 is perfect, the model's lists of ten tracks score 0.300; the best alternative, "
        "item-to-item similarity, scores 0.250, and the intervals overlap."
    )


def lights(
    *broken: gate_verdict.GateResult, metrics: dict[str, Any] | None = None
) -> tuple[sections_verdict.Light, ...]:
    return sections_verdict.lights(
        gate_verdict.Verdict(broken), metrics or {}, target="track", min_group=100, min_provider_group=5
    )


def test_a_light_names_groups_as_the_pictures_do():
    gate = gate_verdict.GateResult(
        name="equal opportunity of listeners by gender",
        metric="fairness.listeners.gender.eo@10.ratio",
        value=0.9,
        low=0.8,
        high=1.0,
        limit=0.85,
        passed=True,
        reason="At least the 85.0 % required (highest: m, lowest: f).",
    )
    (light,) = lights(gate)
    assert light.title == "Listeners served alike by gender"
    assert light.sentence == f"At least the 85.0{numbers.THIN}% required (highest: Men, lowest: Women)."


def test_a_light_says_in_words_what_its_gate_is_about():
    gate = gate_verdict.GateResult(
        name="ranking against item_knn",
        metric="ranking.als.ndcg@10",
        value=0.2,
        low=0.1,
        high=0.3,
        limit=0.25,
        passed=False,
        reason="The first ten recommendations score 0.200 (nDCG@10), below the 0.250 of item_knn.",
    )
    verdict = gate_verdict.Verdict((gate,))
    assert sections_verdict.status(verdict) == "Not to be released: 1 of 1 limits is broken"
    assert lights(gate) == (
        sections_verdict.Light(
            kept=False,
            title="More accurate than item-to-item similarity",
            sentence="The first ten recommendations score 0.200 (nDCG@10), below the 0.250 of "
            "item-to-item similarity.",
            figure="0.200",
            limit="at least 0.250",
            certainty=f"It is close: the 95{numbers.THIN}% interval, 0.100 to 0.300, reaches to both "
            "sides of the limit.",
            remedy=f"To pass, it has to rise from 0.200 to 0.250, by 25{numbers.THIN}% of what it is.",
        ),
    )


def broken(metric: str, value: float, limit: float, spread: float = 0.01) -> gate_verdict.GateResult:
    return gate_verdict.GateResult(
        "a limit", metric, value, value - spread, value + spread, limit, passed=False, reason="Broken."
    )


def test_a_broken_disparity_says_how_far_each_end_has_to_move():
    rates = {"United States": 0.003, "United Kingdom": 0.002, "other Europe": 0.001}  # disparity .408
    groups = {name: {"rate": rate, "n": 100} for name, rate in rates.items()}
    metrics = {"fairness": {"providers": {"region": {"dp@10": {"groups": groups}}}}}
    (light,) = lights(broken("fairness.providers.region.dp@10.disparity", 0.408, 0.204), metrics=metrics)
    thin = numbers.THIN
    assert light.remedy == (
        f"To pass, it has to fall from 40.8{thin}% to 20.4{thin}%, by 50{thin}% of what it is. If all groups "
        "moved towards the average alike, lists would hold, per 10,000 that are not yet heard, 25.0 tracks "
        "by artists from the United States instead of 30.0 and 15.0 tracks by artists from other European "
        "countries instead of 10.0."
    )
    assert np.std([25, 20, 15]) / 20 == pytest.approx(0.204, abs=1e-3)
    assert light.certainty == (
        f"The whole 95{thin}% interval, 39.8 to 41.8{thin}%, is outside of the limit: this is not chance."
    )


def test_listeners_served_worst_are_told_what_their_lists_would_have_to_hold():
    groups = {"f": {"rate": 0.2, "n": 300}, "m": {"rate": 0.1, "n": 300}}
    metrics = {"fairness": {"listeners": {"gender": {"eo@10": {"groups": groups}}}}}
    (light,) = lights(broken("fairness.listeners.gender.eo@10.ratio", 0.5, 0.85), metrics=metrics)
    thin = numbers.THIN
    assert light.remedy == (
        f"To pass, it has to rise from 50.0{thin}% to 85.0{thin}%, by 70{thin}% of what it is. The lists of "
        f"men would have to hold 17.0{thin}% of the tracks that they go on to play, instead of "
        f"10.0{thin}%, while those of women stay at 20.0{thin}%."
    )


def test_a_figure_above_a_limit_that_its_interval_reaches_is_told_what_the_interval_lacks():
    (light,) = lights(broken("rmse.skill", 0.01, 0.0, spread=0.02))
    thin = numbers.THIN
    assert light.remedy == (
        f"To pass, its whole interval has to lie above 0.0{thin}%: 1.0{thin}% more is what is missing."
    )


@pytest.mark.parametrize(
    ("value", "spread", "sentence"),
    [
        (0.1, 0.01, "is within the limit."),
        (0.14, 0.02, "It is close: the 95 % interval, 12.0 to 16.0 %, reaches beyond the limit."),
        (0.14, 0.0, ""),
    ],
)
def test_a_kept_limit_says_how_sure_that_is(value, spread, sentence):
    gate = replace(broken("fairness.providers.region.dp@10.disparity", value, 0.15, spread), passed=True)
    (light,) = lights(gate)
    assert light.certainty.replace(numbers.THIN, " ").endswith(sentence)
    assert bool(light.certainty) == bool(sentence)
    assert light.remedy == ""


def test_exposure_says_within_what_its_ratio_lies():
    found = [group("United Kingdom", 0.055, 0.056, 0.057), group("other Europe", 0.039, 0.04, 0.0405)]
    sentence = providers.exposure("region", found, "track", Estimate(0.714, 0.7, 0.75))
    assert sentence.endswith(f" (95{numbers.THIN}% sure: 1.3 to 1.4 times).")


def compared(metrics, tuned=(), times=()):
    section = baselines.section(
        metrics, items="tracks", exposure_limits={}, chance_limits={}, tuned=dict(tuned), times=dict(times)
    )
    assert section is not None
    return section


def with_ndcg(**figures):
    metrics = sample.metrics()
    for name, value in figures.items():
        metrics["ranking"][name]["ndcg@10"] = sample.figure(value, 0.005)
    return metrics


def test_an_alternative_that_is_more_accurate_is_named_first_on_the_page_and_in_its_section():
    beaten = with_ndcg(als=0.28, item_knn=0.3, popularity=0.283)
    sentence = (
        "2 of 3 alternatives are more accurate than this model, whose nDCG@10 is 0.280: item-to-item "
        "similarity with 0.300 and the popularity chart with 0.283 (the intervals overlap: it may be chance)."
    )
    assert compared(beaten).lead.startswith(sentence)
    assert sections_verdict.summary(beaten, target="track", min_group=5).startswith(sentence)

    best = with_ndcg(als=0.28, item_knn=0.2, popularity=0.1)
    assert compared(best).lead.startswith("No alternative of 3 is more accurate than this model.")
    assert sections_verdict.summary(best, target="track", min_group=5).startswith("Lists of ten tracks are")


def test_effort_names_the_slowest_and_is_left_out_where_nobody_measured():
    names = [exhibit.name for exhibit in compared(sample.metrics()).exhibits]
    assert "effort" not in names
    times = {"popularity": 0.0001, "item_knn": 2.53, "tutorial_als": 0.874}
    section = compared(sample.metrics(), times=times)
    (effort,) = [exhibit for exhibit in section.exhibits if exhibit.name == "effort"]
    assert effort.reading == (
        "The slowest to fit, item-to-item similarity, takes 2.5 times as long as this model."
    )
    assert dict(effort.table.rows) == {
        "fairtune (this model)": "1.0",
        "item-to-item similarity": "2.5",
        "ALS as in tutorials": "0.87",
        "the popularity chart": "below 0.01",
    }
    assert [row[-1] for row in section.exhibits[0].table.rows] == ["1.0", "2.5", "0.87", "below 0.01"]


def test_settings_of_alternatives_are_told_with_what_they_were_worth():
    tuned = {
        "popularity": {"settings": {}, "tried": 1, "ndcg@10": 0.1},
        "item_knn": {"settings": {"neighbours": 100, "shrinkage": 5.0}, "tried": 6, "ndcg@10": 0.2},
    }
    ((_, table),) = compared(sample.metrics(), tuned=tuned).tables
    assert table.rows == (
        ("item-to-item similarity", "neighbours 100, shrinkage 5", "6", "0.200"),
        ("the popularity chart", "nothing to tune", "1", "0.100"),
    )


def test_the_balance_compares_with_the_best_alternative_and_with_the_same_method_without_weights():
    section = compared(sample.metrics())
    assert section.exhibits[0].reading.replace(numbers.THIN, " ") == (
        "Against the best alternative, item-to-item similarity, the lists are 12 % more accurate, and the "
        "gap by region is 39 % instead of 50 % in exposure and 29 % instead of 30 % in chance (the intervals "
        "overlap: it may be chance). Against ALS as in tutorials, the same method with nothing tuned, the "
        "lists are 34 % more accurate, and the gap by region is 39 % instead of 70 % in exposure and 29 % "
        "instead of 50 % in chance."
    )


def test_an_influencer_counts_only_if_leaving_it_out_hurts_beyond_chance():
    exhibit = sections_ablation.exhibit(sample.metrics())
    assert exhibit is not None
    assert exhibit.reading == (
        "Without artists lists lose 0.030 of nDCG@10 and the error of predictions (RMSE) grows by 0.020. "
        "Leaving out friends changes nothing that could be told from chance."
    )
    assert exhibit.table.rows[0][0] == "without artists"


def test_what_cannot_be_left_out_and_what_is_better_left_out_are_told_as_such():
    undefined = {"value": None, "low": None, "high": None}
    ablation = {
        "music_type": {
            "ndcg@10": undefined, "ndcg@10_change": undefined,
            "rmse": sample.figure(0.7), "rmse_change": sample.figure(-0.05, 0.01),
        },
        "friend": {"ndcg@10": sample.figure(0.2), "ndcg@10_change": sample.figure(-0.1, 0.01)},
    }  # fmt: skip
    exhibit = sections_ablation.exhibit({"ablation": ablation})
    assert exhibit is not None
    assert exhibit.reading == (
        "Without friends lists lose 0.100 of nDCG@10. Without music types the error of predictions (RMSE) "
        "shrinks by 0.050, for the better."
    )
    assert exhibit.table.rows[0][1:3] == ("not computed", "not computed")


def test_hardly_known_items_are_compared_with_the_others():
    exhibit = cold_items.exhibit(sample.metrics(), items="tracks")
    assert exhibit is not None
    assert exhibit.reading.replace(numbers.THIN, " ") == (
        "Of tracks known well enough, the lists of ten held 21 % of what listeners went on to play; of those "
        "that very few had played before, 4.0 %."
    )


def test_the_region_that_is_cut_off_most_from_its_own_music_is_named():
    exhibit = own_region.exhibit(sample.metrics())
    assert exhibit is not None
    assert exhibit.reading.replace(numbers.THIN, " ") == (
        "The widest gap: listeners from the rest of the world play 30 % music from there, and 12 % of what "
        "they are recommended is."
    )


def test_tastes_are_told_by_those_served_best_and_worst_and_by_what_they_play():
    told = taste_groups.section(sample.metrics(), sample.TASTES, items="tracks", min_group=100)
    assert told is not None
    assert told.exhibits[0].reading.replace(numbers.THIN, " ") == (
        "For listeners of indie & shoegaze the lists held 20 % of the tracks they went on to play, for "
        "listeners of mixed tastes, 14 %."
    )
    first = told.tables[0][1].rows[0]
    assert [cell.replace(numbers.THIN, " ") for cell in first] == [
        "Indie & shoegaze", "25 %", "indie (20 % against 4.0 %), shoegaze (20 % against 4.0 %)",
        "Slowdive, Ride",
    ]  # fmt: skip
    assert told.notes[0].startswith("From 4 to 5 groups were tried; 4 are found again best")


def test_a_name_beside_a_mark_is_short_and_a_dollar_is_no_formula():
    told = taste_groups.section(sample.metrics(), sample.TASTES, items="tracks", min_group=100)
    assert told is not None
    drawn = str(told.exhibits[0].picture)
    assert "Hip hop &amp; a type with a name of s…" in drawn
    assert "Ke$ha, A$AP Rocky, Перемен" in drawn


def test_listeners_too_few_to_be_grouped_have_no_section():
    nobody = {"min_group": 100, "stability": {}, "groups": []}
    assert taste_groups.section(sample.metrics(), nobody, items="tracks", min_group=100) is None


def test_every_country_has_one_name_and_an_article_where_english_wants_one():
    assert labels.group("country", "NL") == "Netherlands"
    assert labels.provider("country", "NL", "artist") == "artists from the Netherlands"
    assert labels.listener("country", "NA") == "listeners from Namibia"
    assert labels.listener("country", "other") == "listeners from smaller countries"
    assert labels.group("country", "ZZ") == "ZZ"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (numbers.percent(0.0834), "8.3 %"),
        (numbers.percent(0.0996), "10 %"),
        (numbers.percent(-0.021), "\N{MINUS SIGN}2.1 %"),
        (numbers.times(1.04), "1.04 times"),
        (numbers.times(2.84), "2.8 times"),
        (numbers.times(47.9), "48 times"),
        (numbers.interval(Estimate(0.281, 0.274, 0.288)), "0.281 (0.274 to 0.288)"),
        (numbers.interval(Estimate(0.5, 0.5, 0.5)), "0.500"),
        (numbers.to_digits([4.2, 120.4])(4.2), "4"),
        (numbers.rate_unit([0.0042, 0.001]), (10_000.0, "per 10,000")),
        (numbers.rate_unit([0.042]), (1_000.0, "per 1,000")),
        (numbers.listed(["a", "b", "c"]), "a, b and c"),
        (numbers.sentence("nDCG@10"), "nDCG@10"),
        (labels.group("age_band", "50+"), "50 and over"),
        (labels.listener("gender", "f"), "women"),
        (labels.provider("artist_gender", "f", "track"), "tracks by women"),
        (labels.group("artist_gender", "m"), "Men"),
        (labels.group("region", "other"), "Small groups, pooled"),
    ],
)
def test_numbers_and_names_read_well(shown, expected):
    assert (shown.replace(numbers.THIN, " ") if isinstance(shown, str) else shown) == expected


def test_the_card_says_what_lists_are_re_ranked_to_keep():
    wanted = Constraints(
        min_share={"tier.tail": 0.1, "region.rest of the world": 0.2}, max_eo_disparity={"region": 0.05}
    )

    assert model_card.kept(wanted, "music_type") == (
        "music types of the long tail have at least 10\N{NARROW NO-BREAK SPACE}% of the places",
        "music by artists from the rest of the world has at least 20\N{NARROW NO-BREAK SPACE}% of the places",
        "EO disparity by region of at most 0.05",
    )


def test_items_nobody_played_are_held_against_chance_beside_the_target_too():
    of = sample.metrics()["items"]["unplayed"]
    (shown,) = cold_items.unplayed({"target": "music_type", "also": {"artist": {"items": {"unplayed": of}}}})
    assert shown.name == "unplayed-artist"
    assert shown.reading == (
        "Artists that nobody had played are ranked by what they are made of, such as music types and region. "
        f"Among themselves, lists of ten found {numbers.percent(0.06)} of what listeners went on to play, "
        "1.2 times as much as random order (the intervals overlap: it may be chance)."
    )
    assert cold_items.unplayed({"target": "music_type", "also": {"artist": {}}}) == ()


@pytest.mark.parametrize(("n_items", "n_truth"), [(9, 300), (400, 3)])
def test_of_few_items_nobody_played_nothing_is_said(n_items, n_truth):
    of = sample.metrics()["items"]["unplayed"] | {"n_items": n_items, "n_truth": n_truth}
    (shown,) = cold_items.unplayed({"target": "music_type", "also": {"artist": {"items": {"unplayed": of}}}})
    assert shown.reading == (
        "Artists that nobody had played are ranked by what they are made of, such as music types and region. "
        f"They are too few to say how well: {n_items} artists, of which listeners went on to play {n_truth} "
        "pairs."
    )


def shares(listening, recommended, spread=0.1):
    """Give the shares of one group, with intervals of so much around them."""
    ends = {"share_listening": listening, "share_recommended": recommended}
    around = {
        key: {"value": value, "low": value * (1 - spread), "high": value * (1 + spread)}
        for key, value in ends.items()
    }
    return {"share_catalogue": {"value": 0.5, "low": 0.5, "high": 0.5}, **around}


@pytest.mark.parametrize(
    ("emerging", "sentence"),
    [
        (
            shares(0.011, 0.0003),
            (
                "The widest gap: tracks by emerging artists make up 1.1 % of listening but 0.0 % of "
                "recommendations."
            ),
        ),
        (
            shares(0.011, 0.0105),
            "Every group is recommended about as much as people play it of their own accord.",
        ),
        (
            shares(0.011, 0.02, spread=0.5),  # as chance may have it
            "Every group is recommended about as much as people play it of their own accord.",
        ),
    ],
)
def test_a_small_group_counts_by_how_much_less_it_is_recommended_than_played(emerging, sentence):
    measure = {"groups": {"emerging": emerging, "established": shares(0.989, 0.99)}}

    shown = exposure.exhibit(
        "emerging", measure, ["established", "emerging"], name="x", by="y", target="track"
    )

    assert shown.reading.replace(numbers.THIN, " ") == sentence


def test_the_search_tells_what_its_choice_was_worth_where_it_had_not_looked():
    best = {"number": 7, "ndcg@10": 0.1233, "hyperparameters": {}, "reason": "the highest"}
    draws = {"draws": 2, "optimism": 0.0021, "finalists": [{"number": 7, "ndcg@10": 0.1212}]}
    section = tuning.section(
        sample.trials(), pd.DataFrame(), {**best, "other_draws": draws}, limits=tune_limits()
    )
    assert section.lead.endswith("were judged again on other listening set aside, and that decided.")
    why, elsewhere = section.notes
    assert why == "Why this one: the highest."
    assert elsewhere == (
        "On the part that the search was judged by, its nDCG@10 was 0.1233; on the other draws, which the "
        "search had not seen, 0.1212."
    )
    alone = tuning.section(sample.trials(), pd.DataFrame(), best, limits=tune_limits())
    assert alone.notes == ("Why this one: the highest.",)
    assert alone.lead.endswith("The choice is the most accurate one among those inside the fairness limits.")
