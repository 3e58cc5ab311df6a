"""How listening is split in a benchmark: as RecBole does, or as the user's own `split` column says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from fairtune import files
from fairtune.columns import SPLIT, BlockName, Table
from fairtune.config.params import Params
from fairtune.config.paths import Paths
from fairtune.config.sections import MatrixParams
from fairtune.errors import BadRequest, NotThere
from fairtune.experiments.benchmark.published import RECBOLE_LASTFM, TEST_SHARE, VALID_SHARE, Published
from fairtune.matrix import build, splits
from fairtune.matrix.matrix import Matrix
from fairtune.pipeline.stages import download, ingest

RECBOLE: Final = "recbole-lastfm"
DATASET: Final = "lastfm-2k"
BLOCKS: Final = (BlockName.ARTIST, BlockName.MUSIC_TYPE, BlockName.FRIEND)
CACHE: Final = Path("data", "benchmark")
"""Where the data set is fetched to if the pipeline has not been there before."""
PARTS: Final = np.array(sorted(splits.GIVEN, key=splits.GIVEN.__getitem__))

Tables = Mapping[Table, pd.DataFrame]


@dataclass(frozen=True)
class Protocol:
    """How a benchmark splits listening.

    Attributes
    ----------
    split
        Builds the matrix of a seed.
    published
        What others report for this protocol; empty if nobody does.
    """

    split: Callable[[int], Matrix]
    published: Sequence[Published]


def named(name: str, params: Params) -> Protocol:
    """Find the protocol of RecBole-GNN's table, or that of a data set with a split of its own.

    Parameters
    ----------
    name
        `RECBOLE`, or a data set of params.yaml.
    params
        Of all data sets.

    Returns
    -------
    Protocol
        Its tables have been read.

    Raises
    ------
    BadRequest
        There is no such benchmark.
    """
    if name == RECBOLE:
        tables, chosen = _fetched(params), params.dataset(DATASET).matrix
        return Protocol(lambda seed: recbole(tables, chosen, seed=seed), RECBOLE_LASTFM)
    if name not in params.datasets:
        raise BadRequest(
            f"no benchmark '{name}': there is {RECBOLE}, or name a data set of params.yaml whose "
            "matrix.split is 'given'"
        )
    own = given(name, params.dataset(name).matrix, Paths(name))
    return Protocol(lambda _seed: own, ())


def recbole(tables: Tables, params: MatrixParams, *, seed: int) -> Matrix:
    """Split each listener's artists 8:1:1 at random, nothing filtered.

    Parameters
    ----------
    tables
        The canonical tables of HetRec 2011 Last.fm.
    params
        `matrix` of params.yaml; target, blocks and split are replaced by those of the protocol.
    seed
        Of the split.

    Returns
    -------
    Matrix
        Artists are what is ranked.
    """
    played = tables[Table.INTERACTIONS]
    labels = splits.by_ratio(played, valid_share=VALID_SHARE, test_share=TEST_SHARE, seed=seed)
    return build.build(
        {**tables, Table.INTERACTIONS: played.assign(**{SPLIT: PARTS[labels]})},
        replace(params, target=BlockName.ARTIST, blocks=BLOCKS, split="given"),
        item_block=BlockName.ARTIST,
        counts=True,
        seed=seed,
    )


def given(name: str, params: MatrixParams, paths: Paths) -> Matrix:
    """Take the split of the data set itself.

    Parameters
    ----------
    name
        Of the data set.
    params
        `matrix` of params.yaml.
    paths
        Where the tables of the data set are.

    Returns
    -------
    Matrix
        Split as the interactions say.

    Raises
    ------
    BadRequest
        The split would be drawn: it is not the user's own.
    NotThere
        The tables are missing.
    """
    if params.split != "given":
        raise BadRequest(
            f"params.yaml: datasets.{name}.matrix.split: is '{params.split}': a benchmark needs 'given', and "
            "a column 'split' in the interactions"
        )
    if not paths.about.exists():
        raise NotThere(f"benchmark: {paths.tables} is missing: run `dvc repro validate@{name}` first")
    about = files.read_json(paths.about)
    return build.build(
        _read(paths), params, item_block=BlockName(about["item_kind"]), counts=about["counts"], seed=0
    )


def _fetched(params: Params) -> Tables:
    """Read the tables of the pipeline, or of a copy of its first two stages under `CACHE`."""
    paths = Paths(DATASET)
    if not paths.about.exists():
        paths = Paths(DATASET, CACHE)
        if not paths.about.exists():
            download.run(params.dataset(DATASET), paths, seed=params.seed)
            ingest.run(params.dataset(DATASET), paths, seed=params.seed)
    return _read(paths)


def _read(paths: Paths) -> Tables:
    return {table: files.read_table(paths.table(table)) for table in Table}
