"""The data sets that fairtune knows by name; others are made of the user's own files, see `table`."""

import importlib
from typing import Final

from fairtune.data.sources.base import Dataset
from fairtune.errors import BadParams, BadRequest

MODULES: Final = {
    "demo": "demo.generator",
    "lastfm-1k": "lastfm_1k",
    "lastfm-2k": "lastfm_2k",
    "lastfm-360k": "lastfm_360k",
    "lfm-2b": "lfm_2b",
}
"""Data set -> module of this package that describes it as `DATASET`; imported only when asked for."""


def names() -> tuple[str, ...]:
    return tuple(sorted(MODULES))


def get(name: str) -> Dataset:
    """Return a data set by name.

    Parameters
    ----------
    name
        One of `names()`.

    Returns
    -------
    Dataset
        The data set.

    Raises
    ------
    BadRequest
        There is none of that name: the message lists those that there are.
    """
    if name not in MODULES:
        raise BadRequest(
            f"no data set '{name}' in fairtune; there are: {', '.join(names())}; one of your own files needs "
            f"datasets.{name}.download.table in params.yaml"
        )
    dataset = importlib.import_module(f"fairtune.data.sources.{MODULES[name]}").DATASET
    assert isinstance(dataset, Dataset)  # noqa: S101 - a wrong module is a bug of ours, not of the user
    return dataset


def check_own_name(name: str) -> None:
    """Refuse a name that is taken, for a data set of the user's own files."""
    if name in MODULES:
        raise BadParams(
            f"params.yaml: datasets.{name}.download.table: '{name}' is a data set that fairtune knows; "
            "give yours another name"
        )
