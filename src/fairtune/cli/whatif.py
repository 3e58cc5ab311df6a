"""`fairtune whatif`: what re-ranked lists would keep, what they would cost, and who would lose."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import click

from fairtune.config.paths import Paths
from fairtune.errors import BadRequest, NotThere
from fairtune.metrics.rounding import significant


@click.command()
@click.option("--dataset", required=True, help="Data set of params.yaml whose present model is re-ranked.")
@click.option(
    "--min-share",
    metavar="GROUP=SHARE",
    multiple=True,
    help="Share of the places of all lists that a group of items gets at least, such as tail=0.10; may be "
    "repeated.",
)
@click.option("--max-dp-disparity", type=float, help="The most that chances of groups may differ, above 0.")
@click.option(
    "--max-eo-disparity",
    type=float,
    help="The same of chances to be found by who goes on to play it.",
)
@click.option(
    "--by", default="region", show_default=True, help="Grouping of items that the disparities compare."
)
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Where the SVG goes.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def whatif(
    *,
    dataset: str,
    min_share: Sequence[str],
    max_dp_disparity: float | None,
    max_eo_disparity: float | None,
    by: str,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Re-rank the lists of the present model within bounds, and say what that changes.

    Nothing is kept: to make it part of the model, write the bounds as `train.rerank` into params.yaml.
    """
    from fairtune import files
    from fairtune.columns import Part
    from fairtune.config import params
    from fairtune.console import steps
    from fairtune.experiments.whatif import chart, effect, options
    from fairtune.matrix import storage as matrix_storage
    from fairtune.matrix.provider_groups import provider_groupings
    from fairtune.metrics.fairness.pooling import pool
    from fairtune.models import storage as model_storage
    from fairtune.models.reranking.fit import find, lift

    root, here = params.project_root(), Path.cwd()
    everything = params.load(root)
    chosen, paths, threads = everything.dataset(dataset), Paths(dataset, root), os.cpu_count() or 1
    if not all(folder.exists() for folder in (paths.matrix, *map(paths.fit, (Part.TRAIN, Part.TRAIN_VALID)))):
        raise NotThere(f"{dataset}: no trained model yet: run `dvc repro train@{dataset}`")
    with steps("whatif", total=STEPS) as advance:
        matrix = matrix_storage.read_matrix(paths.matrix)
        groups = provider_groupings(matrix, matrix.target, Part.TRAIN, chosen.evaluate)
        names = {
            name: pool(one.names, one.membership.sum(axis=0), chosen.evaluate.min_provider_group).names
            for name, one in groups.items()
        }
        wanted = options.constraints(min_share, max_dp_disparity, max_eo_disparity, by=by, groups=names)
        advance()
        fit = model_storage.read_als(paths.fit(Part.TRAIN))
        found = find(matrix, fit, wanted, chosen.evaluate, threads=threads, progress=advance)
        if not found.kept:
            raise BadRequest(f"whatif: {found.missed}: no re-ranking found on the validation part keeps it")
        present = model_storage.read_als(paths.fit(Part.TRAIN_VALID))
        measured = effect.measure(
            matrix,
            present,
            lift(matrix, present, Part.TRAIN_VALID, found.multipliers, chosen.evaluate),
            found,
            chosen.evaluate,
            seed=everything.seed,
            threads=threads,
        )
    where = here / picture if picture else paths.whatif
    result = {
        "dataset": dataset,
        "target": str(matrix.target),
        "question": " and ".join(bound.description() for bound in found.bounds),
        "multipliers": found.multipliers,
        "loss_of_score": significant(found.loss),
        **measured,
        "picture": os.path.relpath(where, here),
    }
    files.write_text(where, chart.svg(result))
    if as_json:
        click.echo(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        from fairtune.experiments.whatif.table import show

        show(result)


STEPS = 250
"""Sets of lists that most searches evaluate: where the progress bar ends."""
