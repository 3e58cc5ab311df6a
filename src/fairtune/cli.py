"""The command line: `fairtune COMMAND`.

Importing this module costs next to nothing, so that `fairtune --help` answers at once: commands import
what they need when they run, and those of other modules stand in `ELSEWHERE`, loaded when asked for.
"""

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from fairtune import __version__
from fairtune.config import environment
from fairtune.errors import FairtuneError, LimitBroken

if TYPE_CHECKING:
    from fairtune.config.params import Params

ELSEWHERE: Final = {
    "benchmark": "fairtune.benchmark.command:benchmark",
    "history": "fairtune.champions:history",
    "ingest-events": "fairtune.ingest_events:ingest_events",
    "promote": "fairtune.champions:promote",
    "recommend": "fairtune.serving.command:recommend",
    "repeat": "fairtune.benchmark.repeat_command:repeat",
    "rollback": "fairtune.champions:rollback",
    "schedule": "fairtune.scheduling.command:schedule",
    "taste-groups": "fairtune.taste_table:taste_groups",
    "tune": "fairtune.worker:tune",
    "validate": "fairtune.checkup:validate",
    "whatif": "fairtune.whatif.command:whatif",
}
"""Commands of other modules: name -> `module:command`. These modules import nothing heavy at the top."""

BAD_INPUT = 2
DEFECT = 3
INTERRUPTED = 130


class Commands(click.Group):
    """The commands of this module, and those of `ELSEWHERE`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, _, name = ELSEWHERE[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the stack trace of an error.")
def fairtune() -> None:
    """Train, judge, ship and explain a music recommender that is accurate and fair."""


@fairtune.command()
@click.argument("dataset")
@click.option("--force", is_flag=True, help="Run every stage, also those that are up to date.")
@click.option("--search", is_flag=True, help="Search for settings where a flow kept the champion's.")
def run(dataset: str, *, force: bool, search: bool) -> None:
    """Run the pipeline for DATASET: whatever is not up to date, from download to register.

    Exits with 1 if the model breaks one of its limits; then it is not registered.
    """
    from fairtune import outcome, refusals, runs
    from fairtune.config.paths import Paths
    from fairtune.pipeline import Pipeline

    model = _enter_project().dataset(dataset).register.model
    outcome.forget_lost_registration(Paths(dataset))
    if search:
        from fairtune.registry.champion import settings as champion_settings

        champion_settings.forget(Paths(dataset))
    try:
        with Pipeline() as pipeline:
            ran = runs.run(pipeline, dataset, force=force, say=_say, timed=sys.stdout.isatty())
    except LimitBroken as error:
        refusals.record(model, Paths(dataset), str(error).partition("@")[0], say=_say)
        outcome.show(Paths(dataset), gates=False)
        raise
    outcome.show(Paths(dataset), gates="gate" not in {step.name for step in ran})


@fairtune.command()
@click.argument("revision", metavar="REV")
@click.option("--dataset", "datasets", multiple=True, help="Compare this data set only; may be repeated.")
@click.option("--markdown", is_flag=True, help="Write headings and tables as Markdown.")
def compare(revision: str, datasets: Sequence[str], *, markdown: bool) -> None:
    """Compare the figures that are here with those of the Git revision REV.

    Exits with 1 if one got worse by more than the tolerances of params.yaml and by more than chance.
    """
    from fairtune import changes, revisions
    from fairtune.config.paths import Paths
    from fairtune.evaluation.comparison import markdown as comparison_markdown

    params = _enter_project()
    revisions.check(revision)
    regressed = []
    for dataset in datasets or changes.measured(tuple(params.datasets), revision, say=_say):
        comparison = changes.since(revision, params.dataset(dataset), Paths(dataset))
        title = f"{dataset}: figures since {revision}"
        _say(f"## {title}\n" if markdown else title)
        _say(comparison_markdown.markdown(comparison) + "\n")
        regressed += [f"{change.figure} of {dataset}" for change in comparison.regressions]
    if regressed:
        raise LimitBroken(f"worse than at {revision}: {', '.join(regressed)}")


def _enter_project() -> "Params":
    """Make the project's folder the working folder, where DVC and all paths start; give its parameters."""
    from fairtune.config import params

    root = params.project_root()
    os.chdir(root)
    return params.load(root)


def _say(line: str) -> None:
    print(line, flush=True)  # stages write to the same terminal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, give its exit code; an error is one line on stderr, `--debug` adds the stack trace."""
    environment.prepare()
    given = list(sys.argv[1:] if arguments is None else arguments)
    wanted = [argument for argument in given if argument != "--debug"]  # it may stand anywhere
    try:
        code = fairtune.main(wanted, prog_name="fairtune", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message())
        return BAD_INPUT
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the user gets one line, whatever it is
        if "--debug" in given:
            traceback.print_exc()
        message, code = _told(error)
        print(f"fairtune: {message}", file=sys.stderr)
    return code if isinstance(code, int) else 0


def _told(error: BaseException) -> tuple[str, int]:
    """Give the line that the user reads, and the exit code."""
    if isinstance(error, FairtuneError):
        return str(error), error.exit_code
    if isinstance(error, click.ClickException):
        context = error.ctx if isinstance(error, click.UsageError) else None
        message = " ".join(error.format_message().split()).rstrip(".")
        return f"{message}; see `{context.command_path if context else 'fairtune'} --help`", BAD_INPUT
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return "interrupted; run again to go on where it stopped", INTERRUPTED
    defect = " ".join(f"{type(error).__name__}: {error}".split())
    return f"a defect of fairtune: {defect}; --debug shows where", DEFECT


if __name__ == "__main__":
    sys.exit(main())
