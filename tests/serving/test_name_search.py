import shutil

import pytest
from tests.tiny import seal

from fairtune import files
from fairtune.columns import BlockName
from fairtune.errors import BadRequest
from fairtune.serving.name_search import by_id, likes, names_of
from fairtune.serving.recommender import Recommender
from fairtune.serving.spelling import fold, spelling


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bjork", "Björk"),
        ("SIGUR  ROS", "Sigur Rós"),
        ("royksopp", "Röyksopp"),
        ("mo", "Mø"),
        ("strasse", "Straße"),
    ],
)
def test_case_accents_and_blanks_make_no_difference(typed, meant):
    assert fold(typed) == fold(meant)


def test_a_name_that_holds_a_comma_is_found_among_others(recommender):
    liked = likes(recommender.release, "blur, earth, wind & fire , Miles Davis,")
    assert names_of(recommender.release, liked) == ["Blur", "Earth, Wind & Fire", "Miles Davis"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("ハト", "バト"), ("ホ", "ポ"), ("Цои", "Цой"), ("कल", "क़ल")],
)
def test_marks_that_make_another_letter_stay(one, other):
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Bjo\u0308rk", "Björk"),
        ("\uff21\uff22\uff22\uff21", "ABBA"),
        ("Ra\u200bdio\ufeffhead", "Radiohead"),
        ("バ", "ハ\u3099"),
        ("Цой", "Цои\u0306"),
    ],
)
def test_forms_of_the_same_letters_are_one_spelling(typed, meant):
    assert spelling(typed) == spelling(meant)
    assert fold(typed) == fold(meant)


def test_the_exact_spelling_wins_and_of_others_the_more_heard_one(recommender):
    told = recommender.release.columns(BlockName.ARTIST)
    right, wrong = told.names.index("Radiohead"), told.names.index("radiohead")
    assert told.listeners[right] > told.listeners[wrong]
    assert likes(recommender.release, "radiohead").artists == (wrong,)
    assert likes(recommender.release, "Radiohead").artists == (right,)
    assert likes(recommender.release, "RADIOHEAD").artists == (right,)


@pytest.fixture
def named(recommender, tmp_path):
    """Return a release whose first artists are called otherwise."""

    def rename(*names):
        folder = shutil.copytree(recommender.release.folder, tmp_path / "all")
        told = files.read_table(folder / "columns_artist.parquet")
        files.write_table(
            folder / "columns_artist.parquet", told.assign(name=[*names, *told["name"][len(names) :]])
        )
        seal(folder)
        return Recommender.load(folder).release

    return rename


def test_accents_are_folded_only_where_no_other_name_is_nearer(named):
    release = named("Dúné", "Dune", "Mo", "MØ")
    assert names_of(release, likes(release, "Dune")) == ["Dune"]
    assert names_of(release, likes(release, "Dúné")) == ["Dúné"]
    assert names_of(release, likes(release, "DUNE")) == ["Dune"]
    assert names_of(release, likes(release, "mø")) == ["MØ"]


def test_the_same_name_twice_lists_the_choices_with_their_ids(named):
    release = named("Nirvana", "Nirvana")
    told = release.columns(BlockName.ARTIST)
    heard = sorted(range(2), key=lambda column: -told.listeners[column])
    with pytest.raises(BadRequest) as error:
        likes(release, "Nirvana")
    assert str(error.value) == "'Nirvana' is the name of 2 artists, say which: " + "; ".join(
        f"id:{told.ids[column]}, {told.listeners[column]:,} listeners" for column in heard
    )
    assert likes(release, f"id:{told.ids[1]}, Blur").artists == (1, told.names.index("Blur"))
    with pytest.raises(
        BadRequest, match=r"^unknown artist id 'x': tiny has 16 artists, for example 1, 6, 11$"
    ):
        likes(release, "id:x")


def test_naming_somebody_twice_counts_once(recommender):
    assert len(likes(recommender.release, "Björk, bjork").artists) == 1


def test_tracks_may_be_named_alone_or_with_their_artist(track_recommender):
    release = track_recommender.release
    assert likes(release, "song 5") == likes(release, "Bjork - Song 5")
    assert names_of(release, likes(release, "Blur, Song 5")) == ["Blur", "Song 5"]


def test_a_list_has_one_name_each_commas_or_not(recommender):
    release = recommender.release
    assert likes(release, ["Earth, Wind & Fire", "blur"]) == likes(release, "Earth, Wind & Fire, Blur")
    with pytest.raises(BadRequest, match=r"^unknown artist 'Blur, Pulp'; "):
        likes(release, ["Blur, Pulp"])


def test_what_was_played_may_be_named_by_id(recommender, track_recommender):
    artists = recommender.release.columns(BlockName.ARTIST)
    assert by_id(recommender.release, [artists.ids[3], str(artists.ids[1]), artists.ids[3]]).artists == (3, 1)
    tracks = track_recommender.release.columns(BlockName.TRACK)
    assert by_id(track_recommender.release, [tracks.ids[7]]).tracks == (7,)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([1, "x"], "unknown artist id 'x': tiny has 16 artists, for example 1, 6, 11"),
        ([], "no likes are named: give ids of artists"),
    ],
)
def test_an_id_nothing_has_is_an_error_that_helps(recommender, ids, message):
    with pytest.raises(BadRequest) as error:
        by_id(recommender.release, ids)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("Blur, Radiohed", "unknown artist 'Radiohed'; close matches: Radiohead"),
        ("xqzzvw", "unknown artist 'xqzzvw'; no name comes close"),
        (" , ", "no likes are named: give artists, separated by commas"),
    ],
)
def test_a_name_nobody_has_is_an_error_that_helps(recommender, typed, message):
    with pytest.raises(BadRequest) as error:
        likes(recommender.release, typed)
    assert str(error.value) == message
