"""`fairtune run`: the pipeline, whatever of it is not up to date."""

import sys

import click

from fairtune.cli import project
from fairtune.config import environment
from fairtune.errors import LimitBroken


@click.command()
@click.argument("dataset")
@click.option("--force", is_flag=True, help="Run every stage, also those that are up to date.")
@click.option("--search", is_flag=True, help="Search for settings where a flow kept the champion's.")
def run(dataset: str, *, force: bool, search: bool) -> None:
    """Run the pipeline for DATASET: whatever is not up to date, from download to register.

    Exits with 1 if the model breaks one of its limits; then it is not registered.
    """
    from fairtune.config.paths import Paths
    from fairtune.pipeline import rejected_runs, run_summary, runner
    from fairtune.pipeline.dvc import Pipeline

    model = project.enter().dataset(dataset).register.model
    if (notice := environment.notice()) is not None:
        project.say(notice)
    run_summary.forget_lost_registration(Paths(dataset))
    if search:
        from fairtune.registry.champion import settings as champion_settings

        champion_settings.forget(Paths(dataset))
    try:
        with Pipeline() as pipeline:
            ran = runner.run(pipeline, dataset, force=force, say=project.say, timed=sys.stdout.isatty())
    except LimitBroken as error:
        rejected_runs.record(model, Paths(dataset), str(error).partition("@")[0], say=project.say)
        run_summary.show(Paths(dataset), gates=False)
        raise
    run_summary.show(Paths(dataset), gates="gate" not in {step.name for step in ran})
