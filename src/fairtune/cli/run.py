"""`fairtune run`: the pipeline, whatever of it is not up to date."""

import sys

import click

from fairtune.cli import project
from fairtune.config import environment
from fairtune.errors import BadRequest, LimitBroken


@click.command()
@click.argument("dataset")
@click.option("--force", is_flag=True, help="Run every stage, also those that are up to date.")
@click.option("--search", is_flag=True, help="Search for settings where a flow kept the champion's.")
@click.option("--keep-settings", is_flag=True, help="Keep the champion's settings instead, as a flow does.")
def run(dataset: str, *, force: bool, search: bool, keep_settings: bool) -> None:
    """Run the pipeline for DATASET: whatever is not up to date, from download to register.

    Exits with 1 if the model breaks one of its limits; then it is not registered.
    """
    from fairtune.config.paths import Paths
    from fairtune.pipeline import rejected_runs, run_summary, runner
    from fairtune.pipeline.champion.refresh import Refresh
    from fairtune.pipeline.dvc import Pipeline

    if search and keep_settings:
        raise BadRequest("--search and --keep-settings exclude each other: name one")
    params, paths = project.enter().dataset(dataset), Paths(dataset)
    if (notice := environment.notice()) is not None:
        project.say(notice)
    run_summary.forget_lost_registration(paths)
    try:
        with Pipeline() as pipeline:
            champion = Refresh(pipeline, params, paths, keep=keep_settings, search=search, force=force)
            ran = runner.run(
                pipeline,
                dataset,
                force=force,
                say=project.say,
                timed=sys.stdout.isatty(),
                before=lambda step: champion.before(step, say=project.say),
            )
    except LimitBroken as error:
        rejected_runs.record(params.register.model, paths, str(error).partition("@")[0], say=project.say)
        run_summary.show(paths, gates=False)
        raise
    run_summary.show(paths, gates="gate" not in {step.name for step in ran})
