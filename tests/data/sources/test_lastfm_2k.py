import pytest

from fairtune.columns import BlockName
from fairtune.data.sources import catalogue, lastfm_2k

FILES = {
    "artists.dat": (
        "id\tname\turl\tpictureURL\n"
        '1\tThe "Quoted"\thttp://x\thttp://y\n'
        "5\tBjörk\thttp://x\t\n"
        "9\tSvensson\thttp://x\thttp://y\n"
    ).encode(),
    "tags.dat": "tagID\ttagValue\r\n1\tjazz\r\n2\tswedish\r\n3\tcanção\r\n4\tsongs for gil\r\n".encode(
        "latin-1"
    ),
    "user_artists.dat": b"userID\tartistID\tweight\r\n2\t1\t13\r\n2\t9\t1\r\n7\t5\t352698\r\n",
    "user_friends.dat": b"userID\tfriendID\r\n2\t7\r\n7\t2\r\n",
    "user_taggedartists.dat": (
        b"userID\tartistID\ttagID\tday\tmonth\tyear\r\n"
        b"2\t1\t1\t1\t4\t2009\r\n"
        b"2\t1\t1\t1\t5\t2009\r\n"  # the same again: one tagger
        b"3\t1\t1\t1\t1\t1956\r\n"
        b"7\t9\t1\t1\t4\t2009\r\n"
        b"7\t9\t2\t1\t4\t2009\r\n"
        b"7\t5\t4\t1\t4\t2009\r\n"
        b"7\t5\t2\t1\t4\t2009\r\n"
        b"7\t666\t1\t1\t4\t2009\r\n"  # no such artist
    ),
    "tracks.tsv": "BJÖRK\tJóga\tIS\n".encode(),
}


@pytest.fixture
def raw(tmp_path):
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_artists_are_the_items_and_their_names_keep_quotes(raw):
    items = lastfm_2k.read(raw).items
    assert items["item_id"].tolist() == [1, 5, 9]
    assert items["name"].tolist() == ['The "Quoted"', "Björk", "Svensson"]
    assert items["artist"].equals(items["name"].rename("artist"))


def test_a_country_is_the_listed_one_or_else_that_of_the_tags(raw):
    country = lastfm_2k.read(raw).items["artist_country"]
    assert country.isna().tolist() == [True, False, False]
    assert country.tolist()[1:] == ["IS", "SE"]


def test_plays_friends_and_listeners_keep_their_ids(raw):
    tables = lastfm_2k.read(raw)
    assert tables.interactions.to_numpy().tolist() == [[2, 1, 13], [2, 9, 1], [7, 5, 352698]]
    assert tables.friends.to_numpy().tolist() == [[2, 7], [7, 2]]
    assert tables.users["user_id"].tolist() == [2, 7]


def test_a_tag_weighs_its_taggers_and_private_tags_are_left_out(raw):
    tables = lastfm_2k.read(raw)
    assert [tuple(row) for row in tables.tags.itertuples(index=False)] == [(1, "jazz", 2), (9, "jazz", 1)]
    assert tables.notes["tag rows of artists missing from artists.dat, dropped"] == 1
    assert tables.notes["tags that fewer than three listeners use, dropped"] == 2


def test_the_mirrored_files_have_the_publishers_numbers(mirror, tmp_path):
    for source in catalogue.get("lastfm-2k").sources:
        (tmp_path / source.file).symlink_to(mirror / source.folder / source.file)
    tables = lastfm_2k.read(tmp_path)
    assert tables.users["user_id"].agg(["size", "min", "max"]).tolist() == [1892, 2, 2100]
    assert tables.items["item_id"].agg(["size", "min", "max"]).tolist() == [17632, 1, 18745]
    assert tables.interactions["plays"].agg(["size", "min", "max"]).tolist() == [92834, 1, 352698]
    assert len(tables.friends) == 25434
    assert len(tables.rejected) == 0
    assert tables.notes["tag rows of artists missing from artists.dat, dropped"] == 1538
    assert tables.items["name"].str.contains('"').sum() == 16
    assert (~tables.items["name"].str.isascii()).sum() == 1557


def test_the_track_list_names_the_countries_of_half_the_rows(mirror, tmp_path):
    for source in catalogue.get("lastfm-2k").sources:
        (tmp_path / source.file).symlink_to(mirror / source.folder / source.file)
    tables = lastfm_2k.read(tmp_path)
    listed = lastfm_2k.lfm_2b.read_tracks(tmp_path).rows
    named = tables.items["name"].str.casefold().isin(listed["artist"].str.casefold())
    assert named.sum() == tables.notes["artists with a country from the LFM-2b track list"] == 3072
    played = tables.interactions["item_id"].isin(tables.items["item_id"][named])
    assert round(played.mean(), 3) == 0.547
    assert round(tables.interactions["plays"][played].sum() / tables.interactions["plays"].sum(), 3) == 0.658


def test_tags_and_track_list_agree_where_both_name_a_country(mirror, tmp_path):
    for source in catalogue.get("lastfm-2k").sources:
        (tmp_path / source.file).symlink_to(mirror / source.folder / source.file)
    agreement = lastfm_2k.read(tmp_path).notes
    both = agreement["artists with a country from both"]
    assert both > 1000
    assert agreement["artists with a country from both that agree"] / both > 0.95


def test_the_dataset_says_what_it_is():
    dataset = catalogue.get("lastfm-2k")
    assert (dataset.item_kind, dataset.counts) == (BlockName.ARTIST, True)
    assert "non-commercial" in dataset.licence
