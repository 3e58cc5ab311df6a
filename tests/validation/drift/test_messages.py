from dataclasses import replace

import pytest

from fairtune.validation.drift import messages
from fairtune.validation.drift.detection import ColumnDrift, Drift, Moved
from fairtune.validation.drift.measures import Measure

ARTIST = ColumnDrift(
    column="artist",
    of="plays",
    measure=Measure.JS,
    distance=0.31,
    raw=0.33,
    chance=0.113,
    warn=0.1,
    stop=0.2,
    moved=(Moved("Blur", 0.121, 0.03), Moved("Pulp", 0.001, 0.2)),
)
AGE = replace(ARTIST, column="age", of="listeners", measure=Measure.PSI, distance=0.2, stop=0.25)
ROWS = ColumnDrift(
    column="interactions",
    of="rows",
    measure=Measure.ROWS,
    distance=0.875,
    raw=0.875,
    chance=None,
    warn=0.25,
    stop=0.5,
    moved=(Moved("interactions", 80_000, 10_000),),
)
UNKNOWN = replace(
    ARTIST,
    column="listener gender",
    of="listeners",
    measure=Measure.UNKNOWN,
    distance=0.34,
    moved=(Moved("unknown", 0.059, 0.4),),
)


def drift(*columns):
    return Drift(model="fairtune-demo-track", version=3, columns=columns)


@pytest.mark.parametrize(
    ("column", "line"),
    [
        (ARTIST, "artist, of plays: Jensen-Shannon distance 0.31, limit 0.2 (Blur: 12.1 % -> 3.0 %)"),
        (
            replace(AGE, moved=(Moved("18 to 24", 0.1, 0.5),)),
            "age, of listeners: population stability index 0.2, limit 0.1 (18 to 24: 10.0 % -> 50.0 %)",
        ),
        (
            UNKNOWN,
            (
                "listener gender, of listeners: change of the share of unknowns 0.34, limit 0.2 "
                "(unknown: 5.9 % -> 40.0 %)"
            ),
        ),
        (ROWS, "interactions: change of the number of rows 0.875, limit 0.5 (80,000 -> 10,000 rows)"),
    ],
)
def test_a_column_in_a_line(column, line):
    assert messages.sentence(column) == line


def test_a_stop_names_the_worst_column_and_every_limit_to_raise():
    found = drift(ARTIST, ROWS, AGE)

    assert messages.summary(found) == (
        "the data is not like that of the champion, version 3 of fairtune-demo-track: "
        "artist, of plays: Jensen-Shannon distance 0.31, limit 0.2 (Blur: 12.1 % -> 3.0 %) and 1 more column"
    )
    assert messages.remedy(found) == (
        "nothing is trained on it; if it is right, raise validate.drift.js.stop and validate.drift.rows.stop "
        "in params.yaml"
    )


def test_a_warning_and_no_drift_ask_for_nothing():
    fine = replace(AGE, distance=0.05)

    assert messages.summary(drift(AGE, fine)) == (
        "the data is not quite like that of the champion, version 3 of fairtune-demo-track: "
        "age, of listeners: population stability index 0.2, limit 0.1 (Blur: 12.1 % -> 3.0 %)"
    )
    assert messages.summary(drift(fine)) == (
        "the data is like that of the champion, version 3 of fairtune-demo-track: no column is beyond a limit"
    )
    assert messages.remedy(drift(AGE, fine)) == messages.remedy(drift(fine)) == ""


def test_rows_of_a_table_are_the_columns_beyond_a_limit():
    fine = replace(AGE, distance=0.05)

    assert messages.rows(drift(ROWS, fine)) == [
        (
            "stop",
            "interactions",
            "rows",
            "change of the number of rows",
            "0.875",
            "0.5",
            "80,000 -> 10,000 rows",
        )
    ]
