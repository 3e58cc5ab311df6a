"""Exports of listeners: what each form says, and what can't be read."""

import json

import pytest
from tests import processes

from fairtune.config.custom_tables import OwnPlays, OwnTables
from fairtune.data.custom import dataset as custom_dataset
from fairtune.data.download import custom_files
from fairtune.data.download.http import Patience
from fairtune.errors import BadFile

PATIENCE = Patience(timeout=processes.PATIENCE, retries=0)


def listen(artist, track, at, **more):
    return {"track_metadata": {"artist_name": artist, "track_name": track}, "listened_at": at, **more}


def stream(artist, track, at, ms=200_000, **more):
    names = {"master_metadata_album_artist_name": artist, "master_metadata_track_name": track}
    return {"ts": at, "ms_played": ms, **names, **more}


def lines(*records):
    return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records)


FILES = {
    "listenbrainz": {
        "dump.jsonl": lines(
            listen("Björk", "Jóga", 1300000000, user_name="ada"),
            listen("Björk", "Jóga", 1300000600, user_name="ada"),
            listen("Air", "La Femme d'Argent", 1300000000, user_name="bo"),
        ),
    },
    "spotify": {
        "ada/0.json": json.dumps(
            [
                stream("Björk", "Jóga", "2011-03-13T07:06:40Z"),
                stream("Björk", "Jóga", "2011-03-13T07:16:40Z"),
                stream("Air", "Sexy Boy", "2011-03-13T07:17:00Z", ms=3000),  # skipped after three seconds
                stream(None, None, "2011-03-13T07:18:00Z"),  # a podcast
            ]
        ),
        "bo.json": json.dumps([stream("Air", "La Femme d'Argent", "2011-03-13T07:06:40Z")]),
    },
    "scrobbles": {
        "ada.csv": "Björk,Homogenic,Jóga,13 Mar 2011 07:06\nBjörk,Homogenic,Jóga,13 Mar 2011 07:16\n",
        "bo.csv": "uts,utc_time,artist,album,track\n"
        '1300000000,"13 Mar 2011, 07:06",Air,Moon Safari,"La Femme d\'Argent"\n',
    },
}


def collect(tmp_path, form, files, *, item_kind="track", source=None):
    for name, content in files.items():
        path = tmp_path / "exports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    plays = OwnPlays(file=str(source or tmp_path / "exports"), format=form)
    raw = tmp_path / "raw"
    tables = OwnTables(interactions=plays, item_kind=item_kind)
    custom_files.collect(tables, raw, partial=tmp_path / "partial", patience=PATIENCE)
    return custom_dataset.describe("mine", raw)


@pytest.mark.parametrize("form", FILES)
def test_each_form_becomes_pairs_with_their_first_time(tmp_path, form):
    described = collect(tmp_path, form, FILES[form])

    tables = described.read(tmp_path / "raw")

    rows = tables.interactions[["user_id", "item_id", "plays"]].to_numpy().tolist()
    assert rows == [["ada", "Björk - Jóga", 2], ["bo", "Air - La Femme d'Argent", 1]]
    assert tables.interactions["timestamp"].dt.strftime("%Y-%m-%d %H:%M").tolist() == ["2011-03-13 07:06"] * 2
    items = tables.items.sort_values("item_id")[["item_id", "name", "artist"]].to_numpy().tolist()
    assert items == [
        ["Air - La Femme d'Argent", "La Femme d'Argent", "Air"], ["Björk - Jóga", "Jóga", "Björk"],
    ]  # fmt: skip
    assert tables.rejected.empty
    assert described.counts


@pytest.mark.parametrize("form", FILES)
def test_artists_may_be_the_items(tmp_path, form):
    tables = collect(tmp_path, form, FILES[form], item_kind="artist").read(tmp_path / "raw")

    assert sorted(tables.items["name"]) == ["Air", "Björk"]
    assert tables.interactions["item_id"].tolist() == ["Björk", "Air"]


def test_who_played_is_told_by_the_folder_below_what_was_named(tmp_path):
    files = {
        f"ada/listens/2011/{month}.jsonl": lines(listen("Air", "Kelly", 1300000000 + month))
        for month in (3, 4)
    }
    files["bo/listens/2011/3.jsonl"] = lines(listen("Air", "Kelly", 1300000000))

    for source in ("exports", "exports/*/listens/*/*.jsonl"):
        tables = collect(tmp_path, "listenbrainz", files, source=tmp_path / source).read(tmp_path / "raw")
        assert tables.interactions[["user_id", "plays"]].to_numpy().tolist() == [["ada", 2], ["bo", 1]]


def test_a_line_that_is_no_listen_is_set_aside_with_its_number(tmp_path):
    good = lines(*(listen("Air", f"Track {n}", 1300000000 + n, user_name="ada") for n in range(3)))
    bad = '{"user_name": "ada"}\n' + lines(listen("Air", "Kelly", "yesterday", user_name="ada"))
    cut = lines(listen("Air", "Kelly", 1300000000, user_name="ada"))[:-30]

    tables = collect(tmp_path, "listenbrainz", {"a.jsonl": good + bad + cut}).read(tmp_path / "raw")

    assert len(tables.interactions) == 3
    told = tables.rejected[["file", "line", "column", "rule"]].to_numpy().tolist()
    assert told[0] == ["a.jsonl", 4, "line", "is a play as the format has it"]
    assert told[1][:3] == ["a.jsonl", 5, "timestamp"]
    assert told[2] == ["a.jsonl", 6, "line", "is a play as the format has it"]


def test_a_track_without_an_artist_is_no_item(tmp_path):
    content = lines(
        listen("", "Untitled", 1300000000, user_name="ada"),
        listen("Air", "Kelly", 1300000000, user_name="ada"),
    )

    tables = collect(tmp_path, "listenbrainz", {"a.jsonl": content}).read(tmp_path / "raw")

    assert tables.items["item_id"].tolist() == ["Air - Kelly"]
    assert tables.rejected[["line", "column", "rule"]].to_numpy().tolist() == [[1, "item_id", "is not empty"]]


@pytest.mark.parametrize(
    ("form", "files", "message"),
    [
        ("listenbrainz", {"a.jsonl": ""}, "a.jsonl: no play in it: is it an export of listenbrainz?"),
        ("spotify", {"a.json": "[]"}, "a.json: no play in it: is it an export of spotify?"),
        (
            "spotify",
            {"a.json": '[\n{"ts": "2011-03-13T07:06:40Z",'},
            "a.json: line 2: no JSON, or cut off there: export or copy it anew",
        ),
        (
            "spotify",
            {"a.json": '{"streams": []}'},
            "a.json: no list of streams: is it a file of the extended streaming history?",
        ),
        (
            "scrobbles",
            {"a.csv": "one,two\n"},
            (
                "a.csv: the first line is 'one,two': scrobbles have a header with artist, track and uts, or "
                "no header and the columns artist, album, track, date"
            ),
        ),
        (
            "scrobbles",
            {"a.csv": "artist,track\nAir,Kelly\n"},
            "a.csv: the header has no time: one of uts, utc_time, date, timestamp",
        ),
        (
            "listenbrainz",
            {"a.jsonl": lines(listen("Air", "Kelly", 1)), "b.csv": "x"},
            (
                "b.csv: unknown kind of file: its name must end in .jsonl, .listens, or in one of them and "
                ".gz or .zst"
            ),
        ),
    ],
)
def test_what_is_no_such_export_is_refused(tmp_path, form, files, message):
    with pytest.raises(BadFile) as refused:
        collect(tmp_path, form, files)
    assert str(refused.value) == message
    assert not (tmp_path / "raw").exists()


def test_columns_of_an_export_can_not_be_named():
    with pytest.raises(ValueError, match="a file of format spotify has columns of its own"):
        OwnPlays(file="x", format="spotify", columns={"user_id": "who"})
