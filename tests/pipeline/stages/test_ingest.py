import pytest

from fairtune import files
from fairtune.columns import Table
from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.errors import BadTable
from fairtune.pipeline.stages import download, ingest

SEED = 1


@pytest.fixture
def chosen(request):
    return params.load(request.config.rootpath)


@pytest.fixture
def fetched(mirror, tmp_path, monkeypatch):
    """Raw folders of the real data sets, as the stage before leaves them."""
    monkeypatch.setenv("FAIRTUNE_MIRROR", str(mirror))

    def fetched(name, chosen):
        paths = Paths(name, tmp_path)
        download.run(chosen.dataset(name), paths, seed=SEED)
        return paths

    return fetched


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("name", ["lastfm-2k", "lfm-2b"])
def test_real_data_gives_the_same_bytes_twice(name, chosen, fetched, capsys):
    paths = fetched(name, chosen)
    ingest.run(chosen.dataset(name), paths, seed=SEED)
    first = contents(paths.tables)
    ingest.run(chosen.dataset(name), paths, seed=SEED + 1)
    assert contents(paths.tables) == first
    assert set(first) == {"about.json", "rejected.csv", *(f"{table}.parquet" for table in Table)}
    assert first["rejected.csv"] == b"file,line,reason\n"
    assert "all checksums right" in capsys.readouterr().out


def test_lastfm_2k_gets_clean_music_types_and_regions(chosen, fetched):
    paths = fetched("lastfm-2k", chosen)
    ingest.run(chosen.dataset("lastfm-2k"), paths, seed=SEED)
    types = files.read_table(paths.table(Table.ITEM_TYPES))
    carried = types["music_type"].value_counts()
    assert 180 <= len(carried) <= 230
    assert carried.min() >= chosen.dataset("lastfm-2k").ingest.min_items
    by_item = types.groupby("item_id")
    assert by_item.size().max() == 5
    assert (by_item["share"].sum() - 1).abs().max() < 1e-12
    assert {"rock", "hip-hop", "post-rock", "80s", "synthpop", "rnb", "j-pop"} <= set(carried.index)
    assert not {"seen live", "favorites", "female vocalists", "british", "hip hop", "r&b"} & set(
        carried.index
    )
    coverage = files.read_json(paths.about)["coverage"]
    assert coverage["artist_region"]["interactions"] > 0.75  # 0.547 by the track list alone
    assert coverage["artist_region"]["plays"] > 0.85  # 0.658
    assert coverage["music_types"]["plays"] > 0.95
    regions = files.read_table(paths.table(Table.ITEMS))["artist_region"].dropna()
    assert set(regions) == {"United States", "United Kingdom", "other Europe", "rest of the world"}


def test_lfm_2b_has_codes_and_plausible_ages(chosen, fetched):
    paths = fetched("lfm-2b", chosen)
    ingest.run(chosen.dataset("lfm-2b"), paths, seed=SEED)
    users = files.read_table(paths.table(Table.USERS))
    assert (users["country"] == "GB").sum() == 735
    assert "UK" not in set(users["country"])
    assert users["age"].isna().sum() == 26 + 34
    about = files.read_json(paths.about)
    assert (about["item_kind"], about["counts"]) == ("track", False)
    assert about["coverage"]["artist_region"]["items"] == 1
    assert round(about["coverage"]["music_types"]["items"], 2) == 0.51
    assert round(about["coverage"]["music_types"]["interactions"], 2) == 0.63
    types = files.read_table(paths.table(Table.ITEM_TYPES)).merge(files.read_table(paths.table(Table.ITEMS)))
    assert (types["item_id"].nunique(), types["music_type"].nunique()) == (5_127, 159)
    assert types.groupby("music_type")["artist"].nunique().min() == chosen.dataset("lfm-2b").ingest.min_items


def test_a_damaged_file_stops_the_run_and_the_tables_of_the_last_stay(chosen, fetched):
    paths = fetched("lastfm-2k", chosen)
    ingest.run(chosen.dataset("lastfm-2k"), paths, seed=SEED)
    before = contents(paths.tables)
    plays = paths.raw / "user_artists.dat"
    plays.write_bytes(plays.read_bytes().replace(b"userID", b"//userID", 1))
    with pytest.raises(BadTable, match=r"^user_artists\.dat: userID: 1 row breaks the rule"):
        ingest.run(chosen.dataset("lastfm-2k"), paths, seed=SEED)
    assert contents(paths.tables) == before


def test_a_file_with_many_unreadable_rows_stops_the_run_and_few_are_listed(chosen, fetched):
    paths = fetched("lastfm-2k", chosen)
    plays = paths.raw / "user_artists.dat"
    rows = plays.read_bytes().splitlines(keepends=True)
    rows[5:8] = [b"2\t55\r\n", b"2\tx\t1\r\n", b"\r\n"]
    plays.write_bytes(b"".join(rows))
    ingest.run(chosen.dataset("lastfm-2k"), paths, seed=SEED)
    assert paths.rejected.read_text() == (
        "file,line,reason\n"
        "user_artists.dat,6,\"row has 3 fields between tabs, found '2\\t55'\"\n"
        "user_artists.dat,7,\"artistID is a whole number, found 'x'\"\n"
        "user_artists.dat,8,\"userID is a whole number, found ''\"\n"
    )
    plays.write_bytes(b"".join(row.replace(b"\t", b" \t", 1) if i else row for i, row in enumerate(rows)))
    with pytest.raises(BadTable) as caught:
        ingest.run(chosen.dataset("lastfm-2k"), paths, seed=SEED)
    assert str(caught.value).startswith(
        "user_artists.dat: userID: 92,833 rows break the rule: userID is a whole number. "
        "Examples: line 2: '2 '; line 3: '2 '; "
    )
