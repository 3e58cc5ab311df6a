"""`fairtune whatif`: what re-ranked lists would keep, what they would cost, and who would lose."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import click

from fairtune.config.paths import Paths


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
    from fairtune.config import params
    from fairtune.console import steps
    from fairtune.experiments.whatif import chart
    from fairtune.experiments.whatif.run import Question, answer

    root, here = params.project_root(), Path.cwd()
    question = Question(
        min_share=min_share, max_dp_disparity=max_dp_disparity, max_eo_disparity=max_eo_disparity, by=by
    )
    with steps("whatif", total=STEPS) as advance:
        answered = answer(root, dataset, question, progress=advance)
    where = here / picture if picture else Paths(dataset, root).whatif
    result = {**answered, "picture": os.path.relpath(where, here)}
    files.write_text(where, chart.svg(result))
    if as_json:
        click.echo(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        from fairtune.experiments.whatif.table import show

        show(result)


STEPS = 250
"""Sets of lists that most searches evaluate: where the progress bar ends."""
