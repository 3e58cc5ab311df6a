import pandas as pd
import pytest

from fairtune.data.sources import artist_countries


def test_a_listed_country_is_that_of_most_tracks_whatever_the_case_of_the_name():
    names = pd.Series(["björk", "NENA", "Nobody", "Twins"])
    artists = pd.Series(["Björk", "Nena", "nena", "Nena", "Twins", "Twins"])
    countries = pd.Series(["IS", "US", "DE", "DE", "SE", "NO"])
    found = artist_countries.listed(names, artists, countries)
    assert found.iloc[[0, 1, 3]].tolist() == ["IS", "DE", "NO"]
    assert found.isna().tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("taggings", "country"),
    [
        ({"swedish": 1}, "SE"),
        ({"swedish": 2, "sweden": 2, "norwegian": 2}, "SE"),
        ({"swedish": 3, "norwegian": 2}, None),
        ({"British": 2, "UK": 1, "england": 1}, "GB"),
        ({"rock": 9}, None),
        ({"spanish": 9, "english": 9}, None),  # languages as often as countries
    ],
)
def test_nationality_tags_need_a_clear_majority(taggings, country):
    tags = pd.DataFrame([(7, tag, n) for tag, n in taggings.items()], columns=["item_id", "tag", "taggers"])
    assert artist_countries.tagged(tags, artist_countries.demonyms()).to_dict() == (
        {7: country} if country else {}
    )


def test_every_country_of_the_table_is_a_code():
    countries = pd.Series(artist_countries.demonyms())
    assert countries.str.fullmatch("[A-Z]{2}").all()
    assert "UK" not in set(countries)
