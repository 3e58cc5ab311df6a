"""The project that a command works on."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairtune.config.params import Params


def enter() -> "Params":
    """Make the project's folder the working folder, where all paths start; return its parameters."""
    from fairtune.config import params

    root = params.project_root()
    os.chdir(root)
    return params.load(root)


def say(line: str) -> None:
    """Print a line at once: stages write to the same terminal."""
    print(line, flush=True)
