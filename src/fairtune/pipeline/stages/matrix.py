"""Stage `matrix`: split the listening into parts, and build the blocks."""

from fairtune import files
from fairtune.columns import BlockName, Table
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.evaluation.gate import feasibility
from fairtune.matrix import build, part_checks
from fairtune.matrix import storage as matrix_storage


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:
    """Read the canonical tables, write the matrix; refuse what no search can mend."""
    about = files.read_json(paths.about)
    built = build.build(
        {table: files.read_table(paths.table(table)) for table in Table},
        params.matrix,
        item_block=BlockName(about["item_kind"]),
        counts=about["counts"],
        seed=seed,
        age_bands=params.evaluate.age_bands,
    )
    part_checks.check(built, params.matrix)
    feasibility.check(built, params.gate, params.evaluate)
    matrix_storage.write_matrix(paths.matrix, built)
    parts = ", ".join(f"{getattr(built, part).nnz:,} {part}" for part in ("train", "valid", "test"))
    print(f"{built.train.shape[0]:,} listeners; pairs: {parts}; target: {built.target}")
