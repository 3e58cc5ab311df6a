"""`fairtune tune`: one more process, here or on another machine, for the search of a data set."""

import os

import click

from fairtune.config.paths import Paths
from fairtune.errors import NotThere


@click.command()
@click.argument("dataset")
def tune(dataset: str) -> None:
    """Run trials of the search that stage `tune` of DATASET works on, until there are enough.

    It needs the same code, parameters and data/DATASET/matrix; between machines also a database that both
    reach (tune.storage in params.yaml, or FAIRTUNE_STUDY_STORAGE). Nothing is written but trials: the stage
    finds them.
    """
    from fairtune.columns import Part
    from fairtune.config import params
    from fairtune.matrix import storage as matrix_storage
    from fairtune.tuning import objective, results, selection, study

    root = params.project_root()
    os.chdir(root)
    everything, paths = params.load(root), Paths(dataset)
    chosen = everything.dataset(dataset)
    if not paths.matrix.is_dir():
        raise NotThere(f"tune: {paths.matrix} is missing: run `dvc repro matrix@{dataset}` first")
    matrix = matrix_storage.read_matrix(paths.matrix)
    sample, seed = chosen.tune.listeners, everything.seed
    goal = objective.prepare(matrix, Part.TRAIN, chosen.evaluate, listeners=sample, seed=seed)
    trials = study.search(chosen, paths, matrix, goal, seed=seed)
    click.echo(results.summary(selection.choose(trials, chosen.tune.limits), trials, chosen))
