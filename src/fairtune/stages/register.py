"""Stage `register`: the released model goes into the registry and becomes champion."""

from fairtune import registry, store
from fairtune.errors import LimitBroken
from fairtune.params import DatasetParams
from fairtune.paths import Paths


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:  # noqa: ARG001 - every stage is called alike
    """Register the release and leave a receipt; `LimitBroken` if the verdict isn't a pass."""
    verdict = store.read_json(paths.verdict)
    if not verdict["passed"]:
        raise LimitBroken(f"{paths.verdict} is not a pass: a model that breaks a limit is not registered")
    entry = registry.gather(params, paths)
    receipt = registry.register(entry, root=paths.root)
    store.write_json(paths.registration, receipt.to_json())
    print(f"{receipt.model} version {receipt.version} is champion")
