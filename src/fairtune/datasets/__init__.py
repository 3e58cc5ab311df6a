"""The data sets that fairtune knows by name."""

import importlib
from typing import Final

from fairtune.datasets.base import Dataset
from fairtune.errors import BadRequest

MODULES: Final = {"demo": "demo", "lastfm-2k": "lastfm_2k", "lfm-2b": "lfm_2b"}
"""Data set -> module of this package that describes it as `DATASET`; imported only when asked for."""


def names() -> tuple[str, ...]:
    return tuple(sorted(MODULES))


def get(name: str) -> Dataset:
    """Give a data set, or say which there are."""
    if name not in MODULES:
        raise BadRequest(f"no data set '{name}' in fairtune; there are: {', '.join(names())}")
    dataset = importlib.import_module(f"fairtune.datasets.{MODULES[name]}").DATASET
    assert isinstance(dataset, Dataset)  # noqa: S101 - a wrong module is a bug of ours, not of the user
    return dataset
