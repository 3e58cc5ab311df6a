"""The matrix of a data set in memory."""

from collections.abc import Sequence

from fairtune.api import defaults
from fairtune.api.datasets import Tables
from fairtune.columns import AGE_BANDS, ARTIST, SPLIT, BlockName
from fairtune.errors import BadRequest
from fairtune.matrix import build, part_checks
from fairtune.matrix.matrix import Matrix


def build_matrix(
    tables: Tables,
    *,
    target: str | None = None,
    blocks: Sequence[str] | None = None,
    seed: int = 0,
) -> Matrix:
    """Build listeners x columns in blocks, with training, validation and test part.

    Parameters
    ----------
    tables
        From `load_dataset`. If they went through `split`, or have a column `split` of their own, that is the
        split; else pairs are drawn at random: 10 % to tune on, 20 % to test on.
    target
        What is recommended and judged: "track", "artist" or "music_type"; by default the items.
    blocks
        What the model looks at, target included; by default all that the tables have, but for what says who
        listeners are (country, gender, age_band).
    seed
        Of the random split.

    Returns
    -------
    Matrix
        Ready to fit and to evaluate.

    Notes
    -----
    `BadRequest` for a block of a name that there isn't; `BadSplit` if the split leaves nothing to learn from,
    to tune on or to judge by; `BadParams` for a block that the tables can't fill.
    """
    item_block = BlockName(tables.item_kind)
    chosen = _block(target) if target is not None else item_block
    wanted = [_block(name) for name in blocks] if blocks is not None else _all(tables, item_block)
    if chosen not in wanted:
        wanted = [chosen, *wanted]
    params = defaults.matrix(chosen, wanted, split="given" if SPLIT in tables.interactions else "random")
    matrix = build.build(
        tables.by_table, params, item_block=item_block, counts=tables.counts, seed=seed, age_bands=AGE_BANDS
    )
    part_checks.check(matrix, params)
    return matrix


def _block(name: str) -> BlockName:
    if name not in set(BlockName):
        raise BadRequest(f"build_matrix: no block '{name}'; there are: {', '.join(BlockName)}")
    return BlockName(name)


def _all(tables: Tables, item_block: BlockName) -> list[BlockName]:
    blocks = [item_block]
    if item_block is BlockName.TRACK and tables.items[ARTIST].notna().any():
        blocks.append(BlockName.ARTIST)
    if not tables.item_types.empty:
        blocks.append(BlockName.MUSIC_TYPE)
    if not tables.friends.empty:
        blocks.append(BlockName.FRIEND)
    return blocks
