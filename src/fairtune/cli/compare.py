"""`fairtune compare`: the present figures beside those of a Git revision."""

from collections.abc import Sequence

import click

from fairtune.cli import project
from fairtune.errors import LimitBroken


@click.command()
@click.argument("revision", metavar="REV")
@click.option("--dataset", "datasets", multiple=True, help="Compare this data set only; may be repeated.")
@click.option("--markdown", is_flag=True, help="Write headings and tables as Markdown.")
def compare(revision: str, datasets: Sequence[str], *, markdown: bool) -> None:
    """Compare the figures that are here with those of the Git revision REV.

    Exits with 1 if one got worse by more than the tolerances of params.yaml and by more than chance.
    """
    from fairtune.config.paths import Paths
    from fairtune.evaluation.comparison import markdown as comparison_markdown
    from fairtune.pipeline import revision_diff, revisions

    params = project.enter()
    revisions.check(revision)
    regressed = []
    for dataset in datasets or revision_diff.measured(tuple(params.datasets), revision, say=project.say):
        comparison = revision_diff.since(revision, params.dataset(dataset), Paths(dataset))
        title = f"{dataset}: figures since {revision}"
        project.say(f"## {title}\n" if markdown else title)
        project.say(comparison_markdown.markdown(comparison) + "\n")
        regressed += [f"{change.figure} of {dataset}" for change in comparison.regressions]
    if regressed:
        raise LimitBroken(f"worse than at {revision}: {', '.join(regressed)}")
