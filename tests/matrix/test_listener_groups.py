"""Which groups listeners are in, worked out by hand."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from tests.toy import build

from fairtune.columns import Part
from fairtune.errors import BadParams
from fairtune.matrix import listener_groups


def test_listeners_are_labelled_by_what_is_known_of_them():
    built = build({(u, 0): u * u for u in range(1, 6)} | {(u, 1): u for u in range(1, 6)})
    people = pd.DataFrame(
        {
            "user_id": [1, 2, 3, 4, 5],
            "region": ["north", None, "south", "north", None],
            "country": ["NO", None, "ZA", "NO", "BW"],
            "gender": [None] * 5,
            "age": [17, 18, 24, 60, None],
        }
    )
    labels = listener_groups.label(
        dataclasses.replace(built, listeners=people), Part.ALL, age_bands=(18, 25, 50), countries=1
    )
    assert labels["region"].tolist() == ["north", "unknown", "south", "north", "unknown"]
    assert labels["country"].tolist() == ["NO", "unknown", "other", "NO", "other"]
    assert "gender" not in labels  # nobody's is known
    assert labels["age_band"].tolist() == ["under 18", "18-24", "18-24", "50+", "unknown"]
    assert labels["activity"].tolist() == [
        "less active",
        "less active",
        "active",
        "most active",
        "most active",
    ]


def test_mainstreamness_is_the_mean_popularity_of_what_a_listener_plays():
    # listeners of the tracks: 0 has three of five, 1 has two, 2 has one; how often they play is no matter
    built = build({(1, 0): 9, (2, 0): 1, (2, 1): 1, (3, 0): 1, (3, 1): 5, (4, 2): 1, (5, 3): 2, (5, 2): 3})
    plays = built.plays(Part.ALL).toarray() > 0
    popularity = plays.sum(axis=0) / 5
    expected = [popularity[row].mean() for row in plays]
    np.testing.assert_allclose(listener_groups.mainstreamness(built, Part.ALL), expected)


def test_thirds_go_from_niche_to_mainstream_and_who_played_nothing_is_unknown():
    built = build({(u, i): 1 for u in range(1, 6) for i in range(u)})  # the fifth plays the rarest too
    known = dataclasses.replace(built, listeners=built.listeners.assign(gender=None, age=None))
    silent = dataclasses.replace(known, train=csr_array((5, 6)), valid=csr_array((5, 6)))

    def label(matrix, part):
        return listener_groups.label(matrix, part, age_bands=(18,), countries=1)

    assert label(known, Part.ALL)["mainstreamness"].tolist() == [
        "mainstream",
        "mainstream",
        "mixed",
        "niche",
        "niche",
    ]
    assert np.isnan(listener_groups.mainstreamness(silent, Part.TRAIN_VALID)).all()
    assert "mainstreamness" not in label(silent, Part.TRAIN_VALID)


def test_groups_that_weights_are_balanced_between_are_numbered_and_the_unknown_are_none_of_them():
    built = build({(u, 0): 1 for u in range(1, 5)})
    people = pd.DataFrame(
        {"user_id": [1, 2, 3, 4], "gender": ["m", None, "f", "m"], "age": [17, 24, None, 18], "country": None}
    )
    built = dataclasses.replace(built, listeners=people)
    assert listener_groups.codes(built, "gender").tolist() == [1, -1, 0, 1]
    bands = listener_groups.codes(built, "age_band")
    assert bands[1] == bands[3] != bands[0]
    assert bands[2] == -1
    assert listener_groups.codes(built, "listener") is None
    with pytest.raises(BadParams, match="'country' is not possible, nobody's country"):
        listener_groups.codes(built, "country")
