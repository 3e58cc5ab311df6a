import re

import pandas as pd
import pytest

from fairtune.data.sources import music_types
from fairtune.data.sources.music_types import Vocabulary

NOTHING = Vocabulary(synonyms={}, dropped=re.compile("(?!)"), nationalities=frozenset())


def tags(*rows):
    return pd.DataFrame(rows, columns=["item_id", "tag", "taggers"])


def shares(*rows, words=NOTHING, min_items=1, max_types=5):
    result = music_types.shares(tags(*rows), words, min_items=min_items, max_types=max_types)
    return [tuple(row) for row in result.itertuples(index=False)]


@pytest.fixture(scope="module")
def reviewed():
    return music_types.vocabulary()


def test_spellings_are_one_music_type_named_by_the_most_frequent():
    rows = [(1, "hip-hop", 3), (1, "Hip Hop", 1), (2, "hip-hop", 2), (2, "hiphop", 1), (2, "jazz", 1)]
    assert shares(*rows) == [(1, "hip-hop", 1.0), (2, "hip-hop", 0.75), (2, "jazz", 0.25)]


def test_equally_frequent_spellings_are_named_by_the_alphabet():
    assert shares((1, "post rock", 1), (2, "post-rock", 9)) == [(1, "post rock", 1.0), (2, "post rock", 1.0)]


def test_a_synonym_takes_the_name_of_what_it_means():
    words = Vocabulary({"world": "worldmusic"}, NOTHING.dropped, frozenset())
    rows = [(1, "world", 1), (2, "world", 1), (3, "world music", 1)]
    assert {music_type for _, music_type, _ in shares(*rows, words=words)} == {"world music"}


def test_an_item_keeps_its_strongest_types_and_ties_go_by_name():
    rows = [(1, "rock", 5), (1, "jazz", 2), (1, "blues", 2), (1, "soul", 2)]
    assert shares(*rows, max_types=3) == [(1, "blues", 2 / 9), (1, "jazz", 2 / 9), (1, "rock", 5 / 9)]


def test_every_kept_type_is_carried_by_enough_items_and_what_follows_takes_the_place_of_rare_ones():
    rows = [(1, "rare", 9), (1, "rock", 5), (1, "jazz", 1), (2, "rock", 1), (3, "jazz", 1)]
    assert shares(*rows, min_items=2, max_types=2) == [
        (1, "jazz", 1 / 6), (1, "rock", 5 / 6), (2, "rock", 1.0), (3, "jazz", 1.0),
    ]  # fmt: skip
    # "soul" is on two items, but one of them has no room for it: then it is no type at all.
    crowded = [(1, "rock", 3), (1, "jazz", 2), (1, "soul", 1), (2, "soul", 1), (2, "rock", 1), (3, "jazz", 1)]
    assert {music_type for _, music_type, _ in shares(*crowded, min_items=2, max_types=2)} == {"rock", "jazz"}


def test_without_tags_there_is_an_empty_table_of_the_right_types():
    result = music_types.shares(tags(), NOTHING, min_items=20, max_types=5)
    assert list(result) == ["item_id", "music_type", "share"]
    assert str(result["music_type"].dtype) == "str"


@pytest.mark.parametrize(
    "spellings",
    [
        ["hip hop", "hip-hop", "Hip Hop", "hiphop", "hip hop/rap"],
        ["post-rock", "post rock"],
        ["80s", "80's", "1980s", "eighties"],
        ["synth pop", "synthpop", "synth-pop", "techno pop"],
        ["rnb", "r&b", "R and B", "rhythm and blues", "r'n'b"],
        ["rock and roll", "rock n roll", "rock 'n' roll"],
        ["j-pop", "jpop", "japanese pop"],
    ],
)
def test_reviewed_spellings_are_merged(reviewed, spellings):
    result = shares(*[(item, tag, 1) for item, tag in enumerate(spellings)], words=reviewed)
    assert len(result) == len(spellings)
    assert len({music_type for _, music_type, _ in result}) == 1


@pytest.mark.parametrize(
    "tag",
    [
        "seen live", "favorites", "Favourite Songs", "my fav artists", "awesome", "beautiful",
        "love at first listen", "sexy", "<3", "1991", "2008", "female vocalists", "male vocalist",
        "swedish", "Brazilian", "madonna", "american idol", "best songs of the 80s", "songs i love",
        ":-)", "makes me happy", "guitar virtuoso",
    ],
)  # fmt: skip
def test_tags_that_say_something_else_are_dropped(reviewed, tag):
    assert shares((1, tag, 1), words=reviewed) == []


@pytest.mark.parametrize(
    "tag",
    [
        "j-pop", "russian rock", "90s", "singer-songwriter", "easy listening", "big band", "lovers rock",
        "boybands", "cool jazz", "happy hardcore", "death metal", "deep house", "folksong",
    ],
)  # fmt: skip
def test_music_types_are_kept_though_a_rule_comes_near(reviewed, tag):
    assert shares((1, tag, 1), words=reviewed) == [(1, tag, 1.0)]


def test_the_reviewed_lists_contradict_neither_themselves_nor_each_other(reviewed):
    for meant in set(reviewed.synonyms.values()):
        assert meant not in reviewed.nationalities
        # A chain would depend on the order of merging.
        assert reviewed.synonyms.get(meant, meant) == meant
