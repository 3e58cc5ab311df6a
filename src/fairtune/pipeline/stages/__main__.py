"""`python -m fairtune.pipeline.stages STAGE DATASET`: how dvc.yaml runs a stage.

Exit codes: 0; 1 a limit is broken; 2 an error that the user can act on; 3 a defect of a stage, with its
traceback; 130 interrupted.
"""

import importlib
import sys
import traceback
from collections.abc import Sequence
from dataclasses import fields

from fairtune import processes
from fairtune.config import environment, params
from fairtune.config.paths import Paths
from fairtune.errors import BadRequest, FairtuneError, of_the_machine

DEFECT = 3
INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Run one stage; an error the user can act on is one line on stderr, and its exit code."""
    environment.prepare()
    where = "@".join(arguments)
    try:
        _run(arguments)
    except FairtuneError as error:
        print(f"{where}: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it is, exit code 1 must stay that of a broken limit
        refused = of_the_machine(error)
        if refused is None:
            traceback.print_exc()
            return DEFECT
        print(f"{where}: {refused}", file=sys.stderr)
        return FairtuneError.exit_code
    return 0


def _run(arguments: Sequence[str]) -> None:
    stages = [*(field.name for field in fields(params.DatasetParams)), "champion"]  # it has no parameters
    if len(arguments) != 2 or arguments[0] not in stages:  # noqa: PLR2004 - a stage and a data set
        raise BadRequest(f"usage: python -m fairtune.pipeline.stages {{{','.join(stages)}}} DATASET")
    stage, dataset = arguments
    everything = params.load()
    chosen, paths = everything.dataset(dataset), Paths(dataset)
    with processes.exclusive(paths.stage_lock, doing=f"{stage}@{dataset}", wait=_waiting):
        module = importlib.import_module(f"fairtune.pipeline.stages.{stage}")
        module.run(chosen, paths, seed=everything.seed)


def _waiting(holder: str) -> None:
    """Print why nothing happens: a stage outlived the run that started it and was killed."""
    print(f"waiting for {holder} of an earlier run to end", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
