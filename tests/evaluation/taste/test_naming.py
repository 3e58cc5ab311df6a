"""What groups of listeners are called: by what they play more than others, no two alike."""

from dataclasses import replace
from math import log, sqrt

import numpy as np
import pytest
from scipy.sparse import csr_array
from tests.toy import PLAYED, build

from fairtune.columns import Part
from fairtune.evaluation.taste.naming import MIXED, Affinity, affinities, describe, distinct, log_odds, unlike


def test_log_odds_are_those_of_the_formula():
    z = log_odds(np.array([[8.0, 2.0], [4.0, 6.0]]), prior=10)
    # 8 of 10 against 4 of 10, each with a prior of 6 out of 10
    delta = log((8 + 6) / (20 - 14)) - log((4 + 6) / (20 - 10))
    assert z[0, 0] == pytest.approx(delta / sqrt(1 / 14 + 1 / 10))
    delta = log((2 + 4) / (20 - 6)) - log((6 + 4) / (20 - 10))
    assert z[0, 1] == pytest.approx(delta / sqrt(1 / 6 + 1 / 10))
    assert z[1] == pytest.approx(-z[0])


def test_what_nobody_has_and_what_everybody_has_alone_tell_nothing():
    assert log_odds(np.array([[3.0, 0.0], [5.0, 0.0]]), prior=10).tolist() == [[0, 0], [0, 0]]
    assert log_odds(np.zeros((2, 3)), prior=10).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_much_played_by_a_group_leads_what_one_of_its_listeners_plays_alone():
    plays = np.zeros((200, 4))
    plays[:100, 0], plays[100:, 1] = 1, 1  # all of the first hundred, all of the second
    plays[:, 2] = 1  # everybody
    plays[0, 3] = 1  # one listener
    first, second = affinities(csr_array(plays), ["folk", "jazz", "pop", "polka"], np.arange(200) // 100, 2)
    assert [its.name for its in first] == ["folk", "polka"]
    assert [its.sure for its in first] == [True, False]
    assert first[0].share == pytest.approx((99 * 0.5 + 1 / 3) / 100)
    assert first[0].elsewhere == 0
    assert [its.name for its in second if its.sure] == ["jazz"]


def test_a_listener_counts_alike_however_much_they_play():
    plays = np.array([[1.0, 0, 1], [0, 1, 1], [0, 0, 1], [0, 0, 1]])
    of = np.array([0, 0, 1, 1])
    once = affinities(csr_array(plays), list("abc"), of, 2)
    assert affinities(csr_array(plays * [[1], [9], [1], [3]]), list("abc"), of, 2) == once


def test_chance_rarely_names_a_group():
    rng = np.random.default_rng(0)
    named = [
        any(its.sure for these in affinities(plays, range(300), rng.integers(0, 5, 400), 5) for its in these)
        for plays in (csr_array((rng.random((400, 300)) < 0.1) * 1.0) for _ in range(20))
    ]
    assert sum(named) <= 5


def test_names_take_two_words_then_three_then_an_artist_then_a_number():
    words = [["a", "b", "c"], ["a", "b", "c"], ["a", "b", "c"], ["a"], ["a"], [], [], []]
    artists = [[], [], ["X"], [], ["Y"], [], [], ["Z"]]
    assert distinct(words, artists, between=" & ") == [
        "a & b", "a & b & c", "a & b (X)", "a", "a (Y)", MIXED, f"{MIXED} (2)", f"{MIXED} (Z)",
    ]  # fmt: skip


def test_no_group_is_called_as_those_that_are_pooled_or_unknown():
    assert distinct([["other"], ["unknown"]], [["X"], []], between=" & ") == ["other (X)", "unknown (2)"]


def test_shares_of_listening_are_means_over_listeners():
    matrix = build(PLAYED)
    of = np.array([0, 0, 1, -1, 1])
    groups = describe(matrix, Part.ALL, of, 2)
    plays = matrix.plays(Part.ALL).toarray() > 0
    artists = matrix.columns[matrix.item_block]["artist"].to_numpy()
    listed = [(g, its) for g, group in enumerate(groups) for its in group.artists]
    assert listed
    for g, its in listed:
        by_hand = [
            np.mean([(artists[row] == its.name).mean() for row in plays[of == at]]) for at in (g, 1 - g)
        ]
        assert (its.share, its.elsewhere) == pytest.approx(tuple(by_hand))


def music(types):
    """The toy with a hundred listeners who play the first three tracks, and a hundred who play the others."""
    played = {(user, item): 1 for user in range(1, 201) for item in ((0, 1, 2) if user <= 100 else (3, 4, 5))}
    built = build(
        played, valid_share=0.1, test_share=0.1, blocks=("track", "music_type") if types else ("track",)
    )
    return describe(built, Part.ALL, np.arange(200) // 100, 2)


def test_groups_are_called_by_music_types_and_by_artists_where_types_are_unknown():
    assert [group.name for group in music(types=True)] == ["jazz & rock", "folk"]
    assert [group.name for group in music(types=False)] == ["a, b", "c, d"]
    assert music(types=False)[0].types == ()


def test_types_that_share_a_word_do_not_stand_side_by_side_in_a_name():
    of_metal = [
        Affinity(name, 0.5, 0.1, 9.0, sure=True)
        for name in ("doom metal", "metalcore", "doom", "folk", "folk metal")
    ]
    assert [its.name for its in unlike(of_metal)] == ["doom metal", "folk"]


def test_a_group_has_a_name_of_bounded_length_whatever_artists_call_themselves():
    built = build({(user, item): 1 for user in range(1, 201) for item in ((0, 2) if user <= 100 else (3, 5))})
    long = {"a": "A" * 90, "b": "B" * 90, "c": "C" * 90, "d": "D" * 90}
    columns = built.columns[built.item_block]
    called = columns.assign(artist=columns["artist"].map(long))
    untyped = {block: of for block, of in built.shares.items() if block != "music_type"}
    built = replace(built, shares=untyped, columns={**built.columns, built.item_block: called})
    for group in describe(built, Part.ALL, np.arange(200) // 100, 2):
        assert len(group.name) == 2 * 40 + 2
