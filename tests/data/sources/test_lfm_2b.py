import pytest

from fairtune.columns import BlockName
from fairtune.data.sources import catalogue, lfm_2b
from fairtune.errors import BadRequest

FILES = {
    "dataset.inter": "user_id:token\titem_id:token\n0\t1\n1\t0\n1\t1\n",
    "demographics.tsv": "UK\t27\tm\t2007-03-27 19:50:20\nNA\t112\tf\t2006-06-18 21:07:33\n",
    "artists.dat": "id\tname\turl\tpictureURL\n1\tXMAL deutschland\tx\tx\n2\tBjörk\tx\tx\n",
    "tags.dat": "tagID\ttagValue\n1\tpost-punk\n2\tswedish\n",
    "user_taggedartists.dat": "userID\tartistID\ttagID\tday\tmonth\tyear\n"
    + "".join(f"{user}\t{artist}\t1\t1\t4\t2009\n" for user, artist in [(1, 1), (2, 1), (3, 2), (3, 9)]),
    "tracks.tsv": 'Xmal Deutschland\t"Qual (12"" remix)"\tDE\nNosliw\tNA\tNA\n',
}


@pytest.fixture
def raw(tmp_path):
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def test_ids_are_row_numbers_from_0(raw):
    tables = lfm_2b.read(raw)
    assert tables.items["item_id"].tolist() == [0, 1]
    assert tables.users["user_id"].tolist() == [0, 1]
    assert tables.interactions.to_numpy().tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 1]]


def test_a_row_that_cannot_be_read_moves_no_other_id(raw):
    (raw / "tracks.tsv").write_text("a\tb\tUS\nbroken\nc\td\tSE\n")
    tables = lfm_2b.read(raw)
    assert tables.items["item_id"].tolist() == [0, 2]
    assert tables.rejected[["file", "line"]].to_numpy().tolist() == [["tracks.tsv", 2]]


def test_doubled_quotes_are_one_and_namibia_is_no_missing_value(raw):
    tables = lfm_2b.read(raw)
    assert tables.items["name"].tolist() == ['Qual (12" remix)', "NA"]
    assert tables.items["artist_country"].tolist() == ["DE", "NA"]
    assert tables.users["country"].tolist() == ["UK", "NA"]


def test_tags_are_those_of_artists_in_the_other_data_set(raw):
    tables = lfm_2b.read(raw)
    assert list(tables.tags) == ["artist", "tag", "taggers"]
    assert tables.tags.to_numpy().tolist() == [
        ["XMAL deutschland", "post-punk", 2],
        ["Björk", "post-punk", 1],
    ]
    assert tables.notes["tracks by artists that Last.fm 2K has too"] == 1
    assert tables.notes["tag rows of artists missing from artists.dat, dropped"] == 1


@pytest.fixture(scope="module")
def mirrored(mirror, tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    for source in lfm_2b.DATASET.sources:
        (folder / source.file).symlink_to(mirror / source.folder / source.file)
    return lfm_2b.read(folder)


def test_artists_that_both_data_sets_know_are_behind_half_the_tracks_and_more_of_the_listening(mirrored):
    tagged = mirrored.tags["artist"].str.casefold()
    known = mirrored.items["item_id"][mirrored.items["artist"].str.casefold().isin(tagged)]
    assert round(len(known) / len(mirrored.items), 2) == 0.52
    assert round(mirrored.interactions["item_id"].isin(known).mean(), 2) == 0.63
    assert mirrored.notes["tracks by artists that Last.fm 2K has too"] == 5_588


def test_the_mirrored_files_have_the_publishers_numbers(mirrored):
    tables = mirrored
    assert (len(tables.users), len(tables.items), len(tables.interactions)) == (10415, 10000, 229037)
    assert len(tables.rejected) == 0
    assert tables.users["gender"].value_counts().to_dict() == {"m": 8465, "f": 1950}
    assert tables.users["country"].nunique() == 136
    assert ((tables.users["age"] < 10).sum(), (tables.users["age"] > 90).sum()) == (26, 34)
    assert tables.items["name"].str.contains('"').sum() == 35


def test_the_registry_knows_the_data_sets_by_name():
    assert catalogue.names() == ("demo", "lastfm-1k", "lastfm-2k", "lastfm-360k", "lfm-2b")
    for name in catalogue.names():
        assert catalogue.get(name).name == name
    dataset = catalogue.get("lfm-2b")
    assert (dataset.item_kind, dataset.counts) == (BlockName.TRACK, False)
    with pytest.raises(BadRequest) as caught:
        catalogue.get("lastfm-3k")
    assert str(caught.value) == (
        "no data set 'lastfm-3k' in fairtune; there are: demo, lastfm-1k, lastfm-2k, "
        "lastfm-360k, lfm-2b; one of your own files "
        "needs datasets.lastfm-3k.download.table in params.yaml"
    )
