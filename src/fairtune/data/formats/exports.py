"""The exports that are read, by name: each becomes rows of who played what when."""

import importlib
from pathlib import Path
from typing import Final

import pandas as pd

from fairtune.columns import ARTIST, EVENTS, ITEM, NAME, TIMESTAMP, USER, BlockName
from fairtune.data.custom import table_reader
from fairtune.data.custom.text_columns import Sheet
from fairtune.data.sources.delimited import REJECTED, Delimited
from fairtune.errors import BadFile

MODULES: Final = {"listenbrainz": (".jsonl", ".listens"), "scrobbles": (".csv",), "spotify": (".json",)}
"""Format, and module of this package -> what names of its files end in."""
COLUMNS: Final = (USER, ITEM, TIMESTAMP, NAME, ARTIST)
BETWEEN: Final = " - "
"""What stands between artist and track in the id of a track."""


def read(path: Path, form: str, item_kind: BlockName, listener: str) -> Delimited:
    """Read a file of a listener's own export.

    Parameters
    ----------
    path
        The file.
    form
        Name of its format, a key of `MODULES`.
    item_kind
        Whether artists or tracks are the items.
    listener
        Who played, where the file doesn't say.

    Returns
    -------
    Delimited
        A row a play: user_id, item_id, timestamp, name, artist; and rows that can't be read.

    Raises
    ------
    BadFile
        The file holds no play.
    """
    module = importlib.import_module(f"fairtune.data.formats.{form}")
    plays = module.read(path)
    fields: pd.DataFrame = plays.fields
    if fields.empty and not plays.rejected:
        raise BadFile(f"{path.name}: no play in it: is it an export of {form}?")
    by_artist = item_kind is BlockName.ARTIST
    ids = fields[ARTIST] if by_artist else fields[ARTIST] + BETWEEN + fields[NAME]
    ids = ids.where((fields[ARTIST] != "") & ((fields[NAME] != "") | by_artist), "")
    named = {
        USER: fields[USER].where(fields[USER] != "", listener),
        ITEM: ids,
        TIMESTAMP: fields[TIMESTAMP],
        NAME: fields[ARTIST] if by_artist else fields[NAME],
        ARTIST: fields[ARTIST],
    }
    rejected = pd.DataFrame(plays.rejected, columns=list(REJECTED))
    sheet = Sheet(pd.DataFrame(named)[list(COLUMNS)], rejected)
    return table_reader.typed(sheet, path.name, EVENTS)
