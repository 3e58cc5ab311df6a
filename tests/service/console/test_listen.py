"""Page "Listen": the lists of the service, and what each button changes."""

import pytest


def lists(service, **asked):
    answer = service.post(
        "/v1/recommendations", json={"requests": [{"likes": ["id:1", "Sigur Rós"]}], **asked}
    ).json()
    return answer["answers"][0]["recommendations"]


@pytest.fixture
def artist(service):
    """The id of Sigur Rós among the artists."""
    found = service.get("/v1/items?query=Sigur R%C3%B3s&kind=artist").json()["items"]
    return found[0]["item_id"]


@pytest.fixture
def liking(artist):
    return f"/?like=track:1&like=artist:{artist}"


def test_without_likes_it_shows_what_many_play(service, see):
    page = see("/?kind=track")

    popular = service.get("/v1/listeners/nobody/recommendations?kind=track").json()["recommendations"]
    assert page.names("/artists/track/") == [item["name"] for item in popular]
    assert "What many play" in page.text
    assert popular[0]["why"] in page.text


@pytest.mark.parametrize("kind", ["track", "artist"])
def test_a_list_is_that_of_the_service_with_its_reasons(service, see, liking, kind):
    page = see(f"{liking}&kind={kind}")

    expected = lists(service, kind=kind)
    assert page.names(f"/artists/{kind}/") == [item["name"] for item in expected]
    for item in expected:
        assert item["why"] in page.text
    assert page.text.count("emerging") == sum(item["emerging"] for item in expected)


def test_under_music_types_stands_what_to_start_with(service, see, liking):
    page = see(liking)

    types = lists(service, kind="music_type", n=6)
    assert page.names("/artists/music_type/") == [item["name"] for item in types]
    below = [under["name"] for item in types for under in item["start_with"]]
    assert page.names("/artists/artist/") == below


def test_more_like_this_adds_a_like_and_it_is_taken_back(see, liking):
    page = see(f"{liking}&kind=track")
    name = page.names("/artists/track/")[0]

    liked = see(page.address(f"More like {name}"))

    assert f"{name}: take back" in [label for _, label, _ in liked.links]
    assert name not in liked.names("/artists/track/")
    back = see(liked.address(f"{name}: take back"))
    assert back.names("/artists/track/") == page.names("/artists/track/")


def test_what_is_not_for_somebody_leaves_and_the_rest_moves_up(see, liking):
    page = see(f"{liking}&kind=track")
    first, *rest = page.names("/artists/track/")

    without = see(page.address(f"{first} is not for me"))

    assert without.names("/artists/track/")[: len(rest)] == rest
    assert without.address("Begin anew") == "/?kind=track"


def test_the_slider_gives_places_to_the_long_tail(service, see, liking):
    page = see(f"{liking}&kind=artist&long_tail=100")

    expected = lists(service, kind="artist", long_tail=1)
    assert expected != lists(service, kind="artist")
    assert page.names("/artists/artist/") == [item["name"] for item in expected]
    assert 'value="100"' in page.answer.text


def test_items_are_found_while_somebody_types_and_added(see):
    page = see("/?query=mogw")

    assert "Mogwai" in page.text
    added = see(next(address for text, _, address in page.links if text.startswith("Mogwai")))
    assert "Mogwai: take back" in [label for _, label, _ in added.links]
    assert "Nothing is called so, nor begins so" in see("/?query=xyzzy").text


def test_a_like_that_this_version_does_not_know_is_told(see, liking):
    page = see(f"{liking}&like=track:0&like=friend:2&like=nonsense&kind=track")

    assert "3 of your likes are unknown to this version, and left out." in page.text
    assert page.names("/artists/track/") == see(f"{liking}&kind=track").names("/artists/track/")


def test_liking_everything_leaves_nothing(see):
    every = [f"like=track:{number}" for number in range(1, 240, 5)]

    page = see(f"/?kind=track&{'&'.join(every)}")

    assert "Nothing is left to recommend" in page.text


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/?kind=x", "the model of tiny has no kind 'x'; it has: track, artist, music_type"),
        ("/?long_tail=101", "query long_tail: Input should be less than or equal to 100"),
        ("/?long_tail=much", "query long_tail: Input should be a valid integer"),
        (f"/?query={'x' * 501}", "query query: String should have at most 500 characters"),
        (f"/?{'like=track:1&' * 101}", "query like: List should have at most 100 items"),
    ],
)
def test_what_cannot_be_answered_is_told_on_a_page(see, address, said):
    assert said in see(address, 422).text
