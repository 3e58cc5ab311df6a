"""`params.yaml` means what it says: values that no stage can use are refused when the file is read."""

import math
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from tests.refusals import without_line

from fairtune.config import params, value_checks
from fairtune.errors import BadParams

ROOT = Path(__file__).parents[2]
DEMO = "params.yaml: datasets.demo"


@pytest.fixture
def read(tmp_path):
    """Read the project's params.yaml with values of one section of demo changed."""

    def changed(section, **new):
        values = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
        (values["datasets"]["demo"][section] if section else values).update(new)
        (tmp_path / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
        return params.load(tmp_path)

    return changed


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (
            {"regions": {"Britain": ["UK"]}},
            "regions.Britain: 'UK' is no ISO 3166-1 code: write GB",
        ),
        (
            {"regions": {"America": ["us"]}},
            "regions.America: 'us' is no ISO 3166-1 code: two capital letters, such as US",
        ),
        (
            {"regions": {"America": ["USA"]}},
            "regions.America: 'USA' is no ISO 3166-1 code: two capital letters, such as US",
        ),
        (
            {"regions": {"Nowhere": ["XX"]}},
            "regions.Nowhere: 'XX' is no country of ISO 3166-1",
        ),
        (
            {"regions": {"A": ["US", "GB"], "B": ["GB"]}},
            "regions.B: 'GB' stands in 'A' already: a country has one region",
        ),
        (
            {"regions": {"A": ["US", "US"]}},
            "regions.A: 'US' stands in 'A' already: a country has one region",
        ),
        (
            {"regions": {"unknown": ["US"]}},
            "regions: 'unknown' can't name a region: it means that a region is not known",
        ),
        (
            {"other_region": "unknown"},
            (
                "other_region: 'unknown' means that a region is not known: give the rest of the world "
                "another name"
            ),
        ),
        (
            {"other_region": "United States"},
            (
                "other_region: 'United States' lists countries of its own: give the rest of the world "
                "another name"
            ),
        ),
    ],
)
def test_regions_that_do_not_part_the_countries_are_refused(read, new, message):
    with pytest.raises(BadParams) as refused:
        read("ingest", **new)

    assert without_line(refused.value) == f"{DEMO}.ingest: {message}"


@pytest.mark.parametrize(
    ("dimension", "message"),
    [
        ({"beta": {"low": 0.5, "high": 0.1}}, "space.beta: low 0.5 is above high 0.1"),
        (
            {"alpha": {"low": 0.0, "high": 1.0, "log": True}},
            "space.alpha: low 0 has no logarithm: begin above 0, or leave out log",
        ),
        ({"beta": {"low": 0.0, "high": math.inf}}, "space.beta: low and high are finite numbers"),
        ({"beta": {"low": math.nan, "high": 1.0}}, "space.beta: low and high are finite numbers"),
        ({"factors": []}, "space.factors: no values: list one or more, or leave the name out"),
        (
            {"share": {"low": 0.0, "high": 1.0}},
            "space.share: 1 is out of range: Input should be less than 1",
        ),
        (
            {"factors": [16, 5000]},
            "space.factors: 5000 is out of range: Input should be less than or equal to 2048",
        ),
        (
            {"factors": {"low": 1.5, "high": 64}},
            "space.factors: 1.5 is out of range: Input should be a valid integer",
        ),
        (
            {"scaling": ["log", "cubic"]},
            "space.scaling: cubic is out of range: Input should be 'binary', 'log' or 'bm25'",
        ),
        (
            {"block_scalings.artist": ["cubic"]},
            "space.block_scalings.artist: cubic is out of range: Input should be 'binary', 'log' or 'bm25'",
        ),
    ],
)
def test_a_space_that_some_trial_could_not_use_is_refused(read, dimension, message):
    with pytest.raises(BadParams) as refused:
        read("tune", space=dimension)

    assert without_line(refused.value) == f"{DEMO}.tune: {message}"


@pytest.mark.parametrize(
    ("section", "new", "message"),
    [
        (
            "tune",
            {"space": {"factors": [16, 16, 32]}},
            ".tune: space.factors: [16, 16, 32]: a value stands twice",
        ),
        (
            "tune",
            {"space": {"factors": [16, 64]}},
            ".tune: space.factors: the start value 32 lies outside of it",
        ),
        (
            "tune",
            {"space": {"block_weights.artist": {"low": 2, "high": 3}}},
            ".tune: space.block_weights.artist: the start value 1.0 lies outside of it",
        ),
        (
            "tune",
            {"space": {"learning_rate": {"low": 0, "high": 1}}},
            (
                ".tune: space.learning_rate: is nothing to tune; there are: alpha, beta, delta, factors, "
                "gamma, iterations, listener_balance, neighbour_beta, neighbour_gamma, neighbour_inputs, "
                "neighbour_regularization, neighbour_scaling, neighbours, provider_balance, regularization, "
                "regularization_exponent, scaling, share, block_weights.<block>, block_scalings.<block>"
            ),
        ),
        (
            "tune",
            {"space": {"block_weights.country": {"low": 0.5, "high": 2}}},
            (
                ": tune.space.block_weights.country: the matrix has no block 'country', but: track, artist, "
                "music_type, friend"
            ),
        ),
        (
            "tune",
            {"storage": "search.db"},
            ".tune.storage: String should match pattern '^[a-z][a-z0-9+]*://'",
        ),
        ("matrix", {"blocks": ["track", "track"]}, ".matrix: blocks: a block is named twice"),
        (
            "matrix",
            {"target": "friend"},
            ".matrix: target: 'friend' must be one of matrix.blocks that can be ranked",
        ),
        (
            "train",
            {"alternatives": {"item_knn": {"neighbors": [10]}}},
            (
                ".train.alternatives: item_knn.neighbors: there is no such setting; there are: neighbours, "
                "shrinkage, beta"
            ),
        ),
        (
            "train",
            {"alternatives": {"popularity": {"factors": [8]}}},
            ".train.alternatives: popularity.factors: there is no such setting; it has none",
        ),
        (
            "train",
            {"alternatives": {"plain_als": {"factors": [8, 16.5]}}},
            ".train.alternatives: plain_als.factors: 16.5: Input should be a valid integer",
        ),
        (
            "train",
            {"alternatives": {"plain_als": {"factors": [0]}}},
            ".train.alternatives: plain_als.factors: 0: Input should be greater than or equal to 1",
        ),
        (
            "train",
            {"alternatives": {"ials": {}}},
            (
                ".train.alternatives: ials: there is no such model; there are: popularity, tutorial_als, "
                "plain_als, item_knn, linear, autoencoder, variational_autoencoder, and a class of your own"
            ),
        ),
        (
            "train",
            {"alternatives": {"als": {"class": "mine.Mine"}}},
            ".train.alternatives: als: a class of your own needs another name: letters, digits and _",
        ),
        (
            "train",
            {"alternatives": {"mine": {"class": "Mine"}}},
            (
                ".train.alternatives: mine.class: write <file>.<class>, as my_models.Mine of "
                "src/own/my_models.py"
            ),
        ),
        (
            "gate",
            {"min_share": {"region.Europe": 0.1}},
            (
                ": gate.min_share: 'region.Europe': there is no such region, but: United Kingdom, "
                "United States, other Europe, rest of the world"
            ),
        ),
        (
            "train",
            {"rerank": {"min_share": {"region.Europe": 0.1}}},
            (
                ": train.rerank.min_share: 'region.Europe': there is no such region, but: United Kingdom, "
                "United States, other Europe, rest of the world"
            ),
        ),
        (
            "register",
            {"model": "models:/demo"},
            (
                ".register.model: 'models:/demo' can't name a registered model: it isn't empty, and has no "
                "/ and :"
            ),
        ),
        ("report", {"title": ""}, ".report.title: String should have at least 1 character"),
        (
            "ingest",
            {"regions": {"Nowhere": []}},
            ".ingest: regions.Nowhere: no countries: list one or more, or leave the region out",
        ),
        (
            "evaluate",
            {"ks": [10, 20, 10]},
            ".evaluate.ks: lengths of list stand once, and 10, which the gates judge, is among them",
        ),
    ],
)
def test_values_that_contradict_each_other_are_refused(read, section, new, message):
    with pytest.raises(BadParams) as refused:
        read(section, **new)

    assert without_line(refused.value) == f"{DEMO}{message}"


@pytest.mark.parametrize("bands", [[50, 18], [18, 18], [], [0, 18], [-5]])
def test_age_bands_begin_one_after_the_other(read, bands):
    with pytest.raises(BadParams) as refused:
        read("evaluate", age_bands=bands)

    assert without_line(refused.value) == (
        f"{DEMO}.evaluate.age_bands: {bands}: ages at which a band begins, 1 to 120, each above the one "
        "before"
    )


def test_head_and_tail_do_not_overlap(read):
    with pytest.raises(BadParams) as refused:
        read("evaluate", head_share=0.7, tail_share=0.6)

    assert without_line(refused.value) == (
        f"{DEMO}.evaluate: head_share 0.7 and tail_share 0.6 are 1.3 of all plays: at most 1"
    )


def test_a_seed_that_no_random_generator_takes_is_refused(read):
    with pytest.raises(BadParams) as refused:
        read(None, seed=5_000_000_000)

    assert without_line(refused.value) == (
        "params.yaml: seed: Input should be less than or equal to 2147483647"
    )


def test_two_data_sets_register_two_models(read):
    with pytest.raises(BadParams) as refused:
        read("register", model="fairtune-lfm-2b-track")

    assert without_line(refused.value) == (
        "params.yaml: datasets: 'demo' and 'lfm-2b' both register 'fairtune-lfm-2b-track': each needs a "
        "model of its own"
    )


@pytest.mark.parametrize("mistake", ["uk", "lower", "twice", "hidden"])
def test_the_mistakes_that_regions_invite_are_all_refused(read, mistake):
    """As in a configuration of a user: each put whole countries into the wrong region, without a word."""
    written = {
        "uk": {"regions": {"United States": ["US"], "United Kingdom": ["UK"]}},
        "lower": {"regions": {"United States": ["us"], "United Kingdom": ["GB"]}},
        "twice": {"regions": {"United States": ["US", "GB"], "United Kingdom": ["GB", "US"]}},
        "hidden": {"regions": {"North America": ["US", "CA"]}, "other_region": "unknown"},
    }

    place = r"^params\.yaml: line \d+: datasets\.demo\.ingest: (regions\.|other_region: )"

    with pytest.raises(BadParams, match=place):
        read("ingest", **written[mistake])


@given(bands=st.lists(st.integers(-3, 99), max_size=6))
def test_bands_are_accepted_just_where_they_rise_from_1(bands):
    good = bool(bands) and bands[0] >= 1 and bands == sorted(set(bands))

    try:
        accepted = value_checks.rising(tuple(bands)) == tuple(bands)
    except ValueError:
        accepted = False

    assert accepted == good


@given(low=st.floats(-1, 3), high=st.floats(-1, 3), log=st.booleans())
def test_a_range_of_beta_is_accepted_just_where_every_draw_is_a_beta(low, high, log):
    space = {"beta": {"low": low, "high": high, "log": log}}
    start = {
        "factors": 8,
        "regularization": 1.0,
        "iterations": 2,
        "alpha": 1.0,
        "beta": min(max(low, 0), 2),
        "gamma": 0.0,
        "scaling": "log",
        "block_weights": {},
    }
    good = 0 <= low <= high <= 2 and (low > 0 or not log)

    try:
        TypeAdapter(params.Tune).validate_python({"trials": 3, "start": start, "space": space})
        accepted = True
    except ValueError:
        accepted = False

    assert accepted == good
