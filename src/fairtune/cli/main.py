"""The command line: `fairtune COMMAND`.

Importing this module costs next to nothing, so that `fairtune --help` answers at once: modules of commands
are loaded when asked for, and import what they need when they run.
"""

import importlib
import sys
import traceback
from collections.abc import Sequence
from typing import Final

import click

from fairtune import __version__
from fairtune.config import environment
from fairtune.errors import FairtuneError, of_the_machine

COMMANDS: Final = {
    "batch": "fairtune.cli.batch:batch",
    "benchmark": "fairtune.cli.benchmark:benchmark",
    "compare": "fairtune.cli.compare:compare",
    "history": "fairtune.cli.champion:history",
    "ingest-events": "fairtune.cli.ingest_events:ingest_events",
    "promote": "fairtune.cli.champion:promote",
    "recommend": "fairtune.cli.recommend:recommend",
    "repeat": "fairtune.cli.repeat:repeat",
    "rollback": "fairtune.cli.champion:rollback",
    "run": "fairtune.cli.run:run",
    "schedule": "fairtune.cli.schedule:schedule",
    "serve": "fairtune.cli.serve:serve",
    "taste-groups": "fairtune.cli.taste_groups:taste_groups",
    "tune": "fairtune.cli.tune:tune",
    "validate": "fairtune.cli.validate:validate",
    "whatif": "fairtune.cli.whatif:whatif",
}
"""Name -> `module:command`. These modules import nothing heavy at the top."""

BAD_INPUT = 2
DEFECT = 3
INTERRUPTED = 130


class Commands(click.Group):
    """The commands of `COMMANDS`, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's form
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - likewise
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the stack trace of an error.")
def fairtune() -> None:
    """Train, judge, ship and explain a music recommender that is accurate and fair."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, return its exit code; an error is one line on stderr, `--debug` adds the stack trace."""
    environment.prepare()
    all_arguments = list(sys.argv[1:] if arguments is None else arguments)
    others = [argument for argument in all_arguments if argument != "--debug"]  # it may stand anywhere
    try:
        code = fairtune.main(others, prog_name="fairtune", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message())
        return BAD_INPUT
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the user gets one line, whatever it is
        if "--debug" in all_arguments:
            traceback.print_exc()
        message, code = _message(error)
        print(f"fairtune: {message}", file=sys.stderr)
    return code if isinstance(code, int) else 0


def _message(error: BaseException) -> tuple[str, int]:
    """Return the line that the user reads, and the exit code."""
    if isinstance(error, FairtuneError):
        return str(error), error.exit_code
    if isinstance(error, click.ClickException):
        context = error.ctx if isinstance(error, click.UsageError) else None
        message = " ".join(error.format_message().split()).rstrip(".")
        return f"{message}; see `{context.command_path if context else 'fairtune'} --help`", BAD_INPUT
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return "interrupted; run again to go on where it stopped", INTERRUPTED
    refused = of_the_machine(error)
    if refused is not None:
        return refused, BAD_INPUT
    defect = " ".join(f"{type(error).__name__}: {error}".split())
    return f"a defect of fairtune: {defect}; --debug shows where", DEFECT


if __name__ == "__main__":
    sys.exit(main())
