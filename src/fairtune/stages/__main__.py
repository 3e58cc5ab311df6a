"""`python -m fairtune.stages STAGE DATASET`: how dvc.yaml runs a stage."""

import importlib
import sys

from fairtune import params
from fairtune.errors import FairtuneError
from fairtune.paths import Paths


def main(stage: str, dataset: str) -> int:
    """Run one stage; an error the user can act on is one line on stderr, and its exit code."""
    try:
        everything = params.load()
        module = importlib.import_module(f"fairtune.stages.{stage}")
        module.run(everything.dataset(dataset), Paths(dataset), seed=everything.seed)
    except FairtuneError as error:
        print(f"{stage}@{dataset}: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
