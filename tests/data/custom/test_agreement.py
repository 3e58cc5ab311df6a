"""`fairtune validate FILE` and the run agree on what is fine and on what is not."""

import csv
import io
import re
import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fairtune.columns import BlockName, Table
from fairtune.config import params
from fairtune.config.country_codes import COUNTRIES
from fairtune.config.custom_tables import OwnFile, OwnPlays, OwnTables
from fairtune.config.paths import Paths
from fairtune.data.custom import row_checks
from fairtune.errors import FairtuneError
from fairtune.pipeline.stages import download, ingest, validate

FILES = {
    Table.INTERACTIONS: ("user_id", "item_id", "plays", "timestamp"),
    Table.ITEMS: ("item_id", "name", "artist", "artist_country", "artist_gender"),
    Table.USERS: ("user_id", "country", "gender", "age", "signup"),
    Table.ITEM_TYPES: ("item_id", "music_type", "weight"),
    Table.FRIENDS: ("user_id", "friend_id"),
}
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufffd?"), max_size=8
) | st.sampled_from(
    ["NA", "null", "nan", "None", "-1", "1e5", "=1+1", "a,b", 'say "hi"', "'", ";", "<b>", "0001"]
)
PLAYS = st.integers(1, 10**9).map(str) | st.sampled_from(["+5", "3.0", "007", "1000000000"])
TIMES = st.sampled_from(["2009-04-08", "2009-04-08T01:57:47Z", "1239155867", "2009-04-08 01:57:47+02:00"])
COUNTRY = st.sampled_from(["", "SE", "se", "Sweden" if "Sweden" in COUNTRIES else "GB", "UK", "NA"])
BAD = {
    "user_id": st.just(""),
    "item_id": st.just(""),
    "friend_id": st.just(""),
    "plays": st.sampled_from(
        ["", "many", "-3", "0", "1000000001", "2.5", "9" * 19, "1,5", "0x1F", "NaN", "inf"]
    ),
    "timestamp": st.sampled_from(["yesterday", "1889-01-01", "2101-01-01", "1239155867000", "08/04/2009"]),
    "name": st.sampled_from(["????", "Bj\ufffdrk", "a\x00b", "a\x07b"]),
    "artist": st.sampled_from(["Sigur R????", "\ufffd", "\x1b[31m"]),
    "artist_country": st.sampled_from(["XX", "Atlantis", "S", "??"]),
    "country": st.sampled_from(["XX", "Atlantis", "S", "??"]),
    "age": st.sampled_from(["old", "-1", "0", "inf", "nan"]),
    "signup": st.sampled_from(["yesterday", "1889-01-01", "99999999999999"]),
    "music_type": st.just(""),
    "weight": st.sampled_from(["", "0", "-0.5", "heavy", "inf", "nan"]),
}
"""Column -> what no file may say there."""


@st.composite
def tables(draw):
    """Draw the rows of five files that belong together."""
    listeners = [f"{number}{draw(TEXT)}".strip() for number in range(draw(st.integers(2, 4)))]
    items = [f"t{number}{draw(TEXT)}".strip() for number in range(draw(st.integers(2, 4)))]
    assert len(set(listeners)) == len(listeners)
    pairs = draw(st.sets(st.tuples(st.sampled_from(listeners), st.sampled_from(items))))
    pairs |= {(who, items[0]) for who in listeners} | {(who, item) for item in items for who in listeners[:2]}
    types = draw(st.sets(st.tuples(st.sampled_from(items), st.sampled_from(["jazz", "kora", "Hip Hop"]))))
    friends = draw(st.sets(st.tuples(st.sampled_from(listeners), st.sampled_from(listeners))))
    genders, ages = (
        st.sampled_from(["", "f", "male", "Other"]),
        st.sampled_from(["", "7", "21", "34.0", "99", "1002"]),
    )
    return {
        Table.INTERACTIONS: [[*pair, draw(PLAYS), draw(TIMES)] for pair in sorted(pairs)],
        Table.ITEMS: [[item, draw(TEXT), draw(TEXT), draw(COUNTRY), draw(genders)] for item in items],
        Table.USERS: [
            [who, draw(COUNTRY), draw(genders), draw(ages), draw(TIMES | st.just(""))] for who in listeners
        ],
        Table.ITEM_TYPES: [[*pair, draw(st.sampled_from(["1", "0.25", "1e-3"]))] for pair in sorted(types)],
        Table.FRIENDS: [list(pair) for pair in sorted(friends) if pair[0] != pair[1]],
    }


def write(folder, rows, delimiter=","):
    """Write files; return them by table, without those that have no rows."""
    written = {}
    for table, lines in rows.items():
        if lines:
            text = io.StringIO(newline="")
            csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([FILES[table], *lines])
            written[table] = folder / f"{table}.{'csv' if delimiter == ',' else 'tsv'}"
            written[table].write_bytes(text.getvalue().encode())
    return written


def run(folder, written):
    """Run the first three stages on files of one's own, with no row to spare."""
    everything = params.load(Path(__file__).parents[3])
    demo = everything.dataset("demo")
    own = {
        str(table): (OwnPlays if table is Table.INTERACTIONS else OwnFile)(file=str(file))
        for table, file in written.items()
    }
    chosen = replace(
        demo,
        download=replace(demo.download, generate=None, table=OwnTables(item_kind="track", **own)),
        tune=replace(demo.tune, space={}),
        matrix=replace(demo.matrix, blocks=(BlockName.TRACK,)),
        ingest=replace(demo.ingest, max_rejected=0),
        validate=replace(demo.validate, max_unknown_region=1.0),
    )
    for stage in (download, ingest, validate):
        stage.run(chosen, Paths("mine", folder), seed=1)


@settings(max_examples=45, suppress_health_check=[HealthCheck.too_slow])  # of up to five files
@given(tables(), st.sampled_from([",", "\t"]))
def test_what_validate_calls_fine_no_stage_refuses(rows, delimiter):
    with tempfile.TemporaryDirectory() as name:
        written = write(Path(name), rows, delimiter)
        for table, file in written.items():
            assert row_checks.check(file, table, {}).problems.empty

        run(Path(name), written)

        kept = pd.read_parquet(Paths("mine", Path(name)).table(Table.INTERACTIONS))
        assert len(kept) == len(rows[Table.INTERACTIONS])
        assert int(kept["plays"].sum()) == sum(int(float(line[2])) for line in rows[Table.INTERACTIONS])


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), st.data())
def test_what_validate_refuses_no_stage_takes_and_both_name_the_row(rows, data):
    table = data.draw(st.sampled_from([table for table in FILES if rows[table]]))
    place = data.draw(st.integers(0, len(rows[table]) - 1))
    column = data.draw(st.sampled_from([name for name in FILES[table] if name in BAD]))
    rows[table][place][FILES[table].index(column)] = data.draw(BAD[column])
    assume(any(rows[table][place]))  # a row with nothing in it is none
    with tempfile.TemporaryDirectory() as name:
        written = write(Path(name), rows)
        problems = row_checks.check(written[table], table, {}).problems
        assert problems["line"].tolist() == [place + 2]
        assert problems["column"].tolist() == [column]

        with pytest.raises(FairtuneError) as refused:
            run(Path(name), written)

        said = str(refused.value)
        assert column in said
        assert re.search(rf"\bline {place + 2}\b", said) or f"plays={rows[table][place][2]}," in said, said
