import numpy as np
import pytest
from tests.tiny import ARTIST_MODEL, make_matrix, train

from fairtune.columns import BlockName
from fairtune.serving.explanations import Reason, sources
from fairtune.serving.histories import of_listener
from fairtune.serving.recommender import Recommender
from fairtune.serving.requests import explaining


@pytest.fixture(params=["recommender", "track_recommender"])
def model(request):
    return request.getfixturevalue(request.param)


def test_regrouping_by_artist_and_friends_changes_no_sum(model):
    rng = np.random.default_rng(5)
    for row in range(len(model.release.listener_ids)):
        origin = sources(model.release, of_listener(model.release, row))
        contributions = rng.normal(size=(3, len(origin.position)))
        assert np.allclose(origin.regroup(contributions).sum(axis=1), contributions.sum(axis=1))


def test_a_music_type_counts_for_the_artists_who_brought_it_and_friends_for_none(recommender):
    release = recommender.release
    listening = of_listener(release, 3)
    origin = sources(release, listening)
    artists, plays = listening[BlockName.ARTIST].columns, listening[BlockName.ARTIST].plays
    shares = release.item_types.dense()[artists]
    for cell, music_type in enumerate(listening[BlockName.MUSIC_TYPE].columns):  # the first block
        one = np.eye(len(origin.position))[[cell]]
        expected = plays * shares[:, music_type]
        assert np.allclose(origin.regroup(one)[0], [*expected / expected.sum(), 0, 0])
    friend = np.eye(len(origin.position))[[-1]]  # the last block
    assert origin.regroup(friend)[0].tolist() == [0] * len(artists) + [1, 0]


def test_a_reason_names_the_artists_that_add_most(model):
    release = model.release
    listening = of_listener(release, 9)
    folded, origin = explaining(model.release, listening)
    names = release.columns(BlockName.ARTIST).names
    played = {names[column] for column in listening[BlockName.ARTIST].columns}
    for item in model.for_listener(release.listener_ids[9], kind="artist").items:
        column = names.index(item.name)
        added = origin.regroup(folded.contributions(release.factors(BlockName.ARTIST)[[column]]))[0]
        assert added.sum() == pytest.approx(release.factors(BlockName.ARTIST)[column] @ folded.factor)
        assert set(item.reason.names) <= played
        assert item.reason.contributions == pytest.approx(
            tuple(-np.sort(-added[:-2])[: len(item.reason.names)])
        )


def test_friends_are_counted_only_if_they_play_it(model):
    release = model.release
    told = 0
    for row, user_id in enumerate(release.listener_ids[:20]):
        friends = of_listener(release, row)[BlockName.FRIEND].columns
        plays = release.plays(BlockName.ARTIST).dense()[friends] > 0
        names = release.columns(BlockName.ARTIST).names
        for item in model.for_listener(user_id, n=3, kind="artist").items:
            if item.reason.friends:
                told += 1
                assert item.reason.friends == plays[:, names.index(item.name)].sum()
                assert item.reason.of_friends == len(friends)
    assert told > 0


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A model that knows countries and genders of listeners, and weighs them far too much."""
    blocks = (BlockName.COUNTRY, *ARTIST_MODEL, BlockName.GENDER)
    weights = {BlockName.COUNTRY: 0.5, BlockName.GENDER: 50.0}
    folder = tmp_path_factory.mktemp("told") / "all"
    train(folder, make_matrix(BlockName.MUSIC_TYPE, blocks), block_weights=weights)
    return Recommender.load(folder)


def test_what_is_known_of_a_listener_is_named_and_counts_for_no_artist(told):
    listening = of_listener(told.release, 3)
    folded, origin = explaining(told.release, listening)
    assert origin.traits == (BlockName.COUNTRY, BlockName.GENDER)
    gender = np.eye(len(origin.position))[[-1]]  # the last block
    assert origin.regroup(gender)[0].tolist() == [0] * len(origin.columns) + [0, 0, 1, 0]
    items = told.for_listener(told.release.listener_ids[3]).items
    added = origin.regroup(folded.contributions(told.release.factors(BlockName.MUSIC_TYPE)))
    names = told.release.columns(BlockName.MUSIC_TYPE).names
    for item in items:
        strongest = np.argsort(-added[names.index(item.name)])[:3]
        assert ("gender" in item.reason.traits) == (len(origin.columns) + 2 in strongest)
    assert any("gender" in item.reason.as_dict().get("traits", ()) for item in items)


def test_somebody_new_is_nobody_of_whom_something_is_known(told):
    assert told.release.kinds == ARTIST_MODEL[:2]
    for item in told.for_likes("Radiohead").items:
        assert item.reason.traits == ()
        assert set(item.reason.names) <= {"Radiohead"}


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (Reason(("Radiohead", "Blur"), (0.3, 0.2)), "because you play Radiohead and Blur"),
        (Reason(("Blur",), (0.3,), 1, 4), "because you play Blur; 1 of your 4 friends plays it"),
        (Reason((), (), 3, 4), "3 of your 4 friends play it"),
        (Reason(("Blur",), (0.3,), traits=("country",)), "because you play Blur; because of your country"),
        (Reason((), (), traits=("age", "gender")), "because of your age and gender"),
        (Reason((), ()), "because of your listening as a whole"),
    ],
)
def test_reasons_read_as_sentences(reason, sentence):
    assert reason.sentence("play") == sentence
