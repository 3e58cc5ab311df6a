"""Page "Artists": its figures against everybody's lists, made one by one."""

from collections import Counter
from urllib.parse import quote, unquote

import numpy as np
import pytest

from fairtune.columns import BlockName


@pytest.fixture
def lists(snapshot):
    """The artists on the list of each listener, with the reason of each."""
    release = snapshot.release
    return {
        user: snapshot.recommender.for_listener(user, n=10, kind="artist", strict=False).items
        for user in release.listener_ids
    }


def test_an_item_is_counted_in_everybodys_lists(see, lists, snapshot):
    counted = Counter(item.item_id for listed in lists.values() for item in listed)
    item_id, most = counted.most_common(1)[0]
    column = snapshot.column_of(BlockName.ARTIST, item_id)
    listeners = int(snapshot.release.listeners(BlockName.ARTIST)[column])

    page = see(f"/artists/artist/{quote(str(item_id))}")

    assert f"{most} of 60 lists of ten have it" in page.text
    assert f"{listeners} listeners play it" in page.text
    assert f"{most / listeners:.3f} lists for each listener who plays it" in page.text
    ranks = [
        sum(len(listed) > rank and listed[rank].item_id == item_id for listed in lists.values())
        for rank in range(10)
    ]
    told = ", ".join(f"{rank}: {lists_}" for rank, lists_ in enumerate(ranks, 1))
    assert f'aria-label="Lists by rank: {told}"' in page.answer.text


def test_it_says_through_what_and_to_whom(see, lists, snapshot):
    counted = Counter(item.item_id for listed in lists.values() for item in listed)
    item_id = next(each for each, number in counted.most_common() if number <= 50)
    because: Counter[str] = Counter()
    for listed in lists.values():
        for item in listed:
            if item.item_id == item_id:
                because.update([*item.reason.names, *(["friends who play it"] * bool(item.reason.friends))])
    name, number = min(because.items(), key=lambda pair: (-pair[1], pair[0]))

    page = see(f"/artists/artist/{quote(str(item_id))}")

    assert f"What the reason names, on all {counted[item_id]} lists. {name} on {number}" in page.text
    plays = snapshot.release.plays(BlockName.MUSIC_TYPE).dense()
    own = plays / plays.sum(axis=1, keepdims=True)
    reached = own[[item_id in [item.item_id for item in listed] for listed in lists.values()]].mean(axis=0)
    top = int(np.argmax(reached))
    named = snapshot.release.columns(BlockName.MUSIC_TYPE).names[top]
    assert f"{named} {100 * reached[top]:.1f} % {100 * own[:, top].mean():.1f} %" in page.text


def test_upcoming_artists_are_the_emerging_ones_that_are_recommended_most(see, lists, snapshot):
    counted = Counter(item.item_id for listed in lists.values() for item in listed if item.emerging)
    expected = sorted(counted, key=lambda each: (-counted[each], snapshot.column_of(BlockName.ARTIST, each)))

    page = see("/artists/upcoming?kind=artist")

    shown = [
        unquote(address.rpartition("/")[2]) for _, _, address in page.links if "/artists/artist/" in address
    ]
    assert shown == [str(each) for each in expected[:20]]
    places = sum(len(listed) for listed in lists.values())
    assert f"get {100 * sum(counted.values()) / places:.1f} % of the places" in page.text


def test_an_item_that_nobody_is_recommended_says_so(see, snapshot):
    release, recommender = snapshot.release, snapshot.recommender
    listed = {
        item.item_id
        for user in release.listener_ids
        for item in recommender.for_listener(user, n=10, kind="track", strict=False).items
    }
    never = next(each for each in release.columns(BlockName.TRACK).ids if each not in listed)

    assert "It is on nobody's list of ten." in see(f"/artists/track/{never}").text


def test_items_are_found_by_name(see):
    page = see("/artists?query=miles")

    assert "Miles Davis" in page.text
    assert "Miles Davis" in see(page.address("Miles Davis")).text
    assert "Nothing is called so, nor begins so" in see("/artists?query=xyzzy").text


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/artists/artist/none", 404, "unknown artist id 'none': tiny has 16 artists, for example"),
        ("/artists/x/1", 422, "the model of tiny has no kind 'x'"),
        ("/artists/artist/", 404, "unknown artist id ''"),
        ("/nowhere", 404, "nothing is at this address"),
    ],
)
def test_what_is_not_there_is_told_on_a_page(see, address, status, said):
    assert said in see(address, status).text
