import numpy as np
import pytest
from tests.floats import summed

from fairtune.columns import BlockName
from fairtune.errors import BadRequest
from fairtune.models.neighbours.storage import read_neighbours
from fairtune.serving import item_neighbours, requests
from fairtune.serving.histories import of_listener
from fairtune.serving.item_types import types_of
from fairtune.serving.name_search import likes
from fairtune.serving.recommender import Recommender

KINDS = [
    ("recommender", "music_type"),
    ("recommender", "artist"),
    ("track_recommender", "track"),
    ("track_recommender", "artist"),
    ("track_recommender", "music_type"),
]


@pytest.fixture(params=KINDS, ids="-".join)
def model(request) -> tuple[Recommender, BlockName]:
    return request.getfixturevalue(request.param[0]), BlockName(request.param[1])


def left(recommender, row, kind):
    return recommender.release.width(kind) - len(of_listener(recommender.release, row)[kind].columns)


def test_no_list_ever_holds_anything_its_listener_knows(model):
    recommender, kind = model
    for row, user_id in enumerate(recommender.release.listener_ids):
        n = left(recommender, row, kind)
        if n == 0:
            continue
        listening = of_listener(recommender.release, row)
        known = {
            block: {recommender.release.columns(block).ids[column] for column in cells.columns}
            for block, cells in listening.items()
            if block is not BlockName.FRIEND
        }
        listed = recommender.for_listener(user_id, n=n, kind=kind)
        assert len(listed.items) == n
        assert not known[kind].intersection(item.item_id for item in listed.items)
        under = {starter.item_id for item in listed.items for starter in item.start_with}
        assert not known[BlockName.ARTIST] & under


def test_a_batch_is_the_same_lists_and_is_never_filled_up_with_known_items(model):
    recommender, kind = model
    ids = recommender.release.listener_ids
    n = recommender.release.width(kind)
    batch = recommender.batch(ids, n=n, kind=kind)
    told = recommender.release.columns(kind)
    for row, user_id in enumerate(ids):
        n_left = left(recommender, row, kind)
        assert (batch[row, n_left:] == -1).all()
        if n_left:
            single = recommender.for_listener(user_id, n=n_left, kind=kind)
            assert [told.ids[column] for column in batch[row, :n_left]] == [
                item.item_id for item in single.items
            ]


def test_many_together_get_what_each_gets_alone(model, monkeypatch):
    recommender, kind = model
    release = recommender.release
    monkeypatch.setattr("fairtune.serving.ranked_rows.CELLS", 7 * release.width(kind))
    ids = release.listener_ids
    asked = [
        *(requests.known_listener(release, user_id) for user_id in ids),
        *(requests.new_listener(release, likes(release, name)) for name in ("Blur", "Miles Davis, Pulp")),
    ]
    alone = [
        *(recommender.for_listener(user_id, n=5, kind=kind, strict=False) for user_id in ids),
        *(
            recommender.for_likes(name, n=5, kind=kind, strict=False)
            for name in ("Blur", "Miles Davis, Pulp")
        ),
    ]
    together = recommender.for_all(asked, n=5, kind=kind, strict=False)
    assert [listed.as_dict() for listed in together] == [listed.as_dict() for listed in alone]
    assert list(recommender.for_all([], kind=kind)) == []


def test_items_are_ranked_by_factors_of_listener_and_item_and_by_neighbours(model):
    recommender, kind = model
    release = recommender.release
    scores = release.listener_factors[4].astype(float) @ release.factors(kind).T
    neighbours = read_neighbours(release.folder)
    assert (neighbours is None) == (release.target is not BlockName.TRACK)
    if kind is BlockName.TRACK:
        scores += neighbours.scores(np.array([4]))[0]
    known = of_listener(release, 4)[kind].columns
    expected = [column for column in np.argsort(-scores) if column not in known]
    listed = recommender.for_listener(release.listener_ids[4], kind=kind)
    ids = release.columns(kind).ids
    assert [item.item_id for item in listed.items] == [
        ids[column] for column in expected[: len(listed.items)]
    ]
    assert [item.score for item in listed.items] == summed(scores[expected[: len(listed.items)]])


def test_who_likes_jazz_is_recommended_jazz(recommender):
    listed = recommender.for_likes("Miles Davis", n=1, kind="artist")
    assert [item.name for item in listed.items] == ["John Coltrane"]
    assert listed.items[0].why == "because you like Miles Davis"
    assert listed.listener == {"likes": ["Miles Davis"]}


def test_what_is_liked_and_its_types_are_known(recommender):
    artists = recommender.for_likes("Bjork, Pulp", n=14, kind="artist")
    assert not {"Björk", "Pulp"} & {item.name for item in artists.items}
    types = recommender.for_likes("Bjork, Pulp")
    assert {item.name for item in types.items} == {
        "alternative",
        "ambient",
        "funk",
        "jazz",
        "post-rock",
        "soul",
    }  # all but electronic, icelandic, britpop, rock


def test_who_knows_everything_gets_a_reason_or_where_lists_may_be_short_an_empty_one(recommender):
    everybody = ", ".join(recommender.release.columns(BlockName.ARTIST).names)
    assert recommender.for_likes(everybody, strict=False).items == ()
    with pytest.raises(BadRequest) as error:
        recommender.for_likes(everybody)
    assert str(error.value) == (
        "somebody with these likes already plays every music type there is: nothing is left to recommend"
    )


def test_a_liked_track_counts_for_its_artist_and_types(track_recommender):
    listed = track_recommender.for_likes("Song 18", kind="artist", n=15)  # by Miles Davis
    assert "Miles Davis" not in {item.name for item in listed.items}
    assert "jazz" not in {
        item.name for item in track_recommender.for_likes("Song 18", kind="music_type").items
    }


def test_under_a_type_stand_artists_of_it_and_none_twice_if_that_can_be_helped(recommender):
    release = recommender.release
    shares = types_of(release, BlockName.ARTIST).dense()
    names, types = release.columns(BlockName.ARTIST).names, release.columns(BlockName.MUSIC_TYPE).names
    listed = recommender.for_likes("Miles Davis")
    before: set[str] = set()
    for item in listed.items:
        of_type = {names[row] for row in np.flatnonzero(shares[:, types.index(item.name)])} - {"Miles Davis"}
        under = [starter.name for starter in item.start_with]
        assert len(under) == len(set(under)) == min(3, len(of_type))
        assert set(under) <= of_type
        assert len(set(under) - before) == min(3, len(of_type - before))
        before.update(under)


def test_artists_of_tracks_have_the_types_of_their_tracks_by_listeners(track_recommender):
    release = track_recommender.release
    shares, listeners = release.item_types.dense(), release.columns(BlockName.TRACK).listeners
    artist = release.item_artist.indices
    found = types_of(release, BlockName.ARTIST).dense()
    for row in range(release.width(BlockName.ARTIST)):
        expected = np.average(shares[artist == row], axis=0, weights=listeners[artist == row])
        assert np.allclose(found[row], expected)


def test_items_are_emerging_while_all_so_rarely_heard_hold_a_fifth_of_listening(recommender):
    listeners = recommender.release.columns(BlockName.ARTIST).listeners
    below = recommender.emerging_below(BlockName.ARTIST)
    assert listeners[listeners < below].sum() <= 0.2 * listeners.sum() < listeners[listeners <= below].sum()
    listed = recommender.for_likes("Blur", n=15, kind="artist")
    told = recommender.release.columns(BlockName.ARTIST)
    assert all(
        item.emerging == (told.listeners[told.ids.index(item.item_id)] < below) for item in listed.items
    )
    assert all(item.new for item in listed.items)


def test_what_each_cell_adds_through_neighbours_sums_up_to_their_score(track_recommender):
    release = track_recommender.release
    beside = item_neighbours.of(release, BlockName.TRACK)
    expected = read_neighbours(release.folder).scores(np.arange(len(release.listener_ids)))
    items = np.array([40, 3, 17])
    for row in range(len(release.listener_ids)):
        listening = of_listener(release, row)
        added = beside.contributions(listening, items)
        assert added.shape == (3, sum(len(cells.columns) for cells in listening.values()))
        assert added.sum(axis=1) == pytest.approx(expected[row, items], rel=1e-4, abs=1e-5)
        assert beside.scores([listening])[0] == pytest.approx(expected[row], rel=1e-4, abs=1e-5)
        friends = len(listening[BlockName.FRIEND].columns)
        assert not friends or not added[:, -friends:].any()  # friends are no items


def test_a_neighbour_is_a_reason_with_all_that_it_adds(track_recommender):
    release, row = track_recommender.release, 9
    asked = requests.known_listener(release, release.listener_ids[row])
    told = release.columns(BlockName.TRACK)
    for item in track_recommender.for_listener(release.listener_ids[row]).items:
        column = np.array([told.ids.index(item.item_id)])
        factors = release.factors(BlockName.TRACK)[column]
        beside = item_neighbours.of(release, BlockName.TRACK)
        said = beside.contributions(asked.listening, column)
        cells = asked.folded.contributions(factors) + said
        assert said.sum() + release.listener_factors[row] @ factors[0] == pytest.approx(item.score, rel=1e-4)
        by_artist = -np.sort(-asked.origin.regroup(cells)[0, :-2])
        assert item.reason.contributions == pytest.approx(tuple(by_artist[: len(item.reason.contributions)]))


def test_of_other_kinds_neighbours_say_nothing(track_recommender, recommender):
    assert item_neighbours.of(track_recommender.release, BlockName.ARTIST) is None
    assert item_neighbours.of(recommender.release, BlockName.MUSIC_TYPE) is None
