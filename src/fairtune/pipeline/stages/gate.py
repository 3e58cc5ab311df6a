"""Stage `gate`: print the verdict; a broken limit ends the run with exit code 1."""

from fairtune import console, files
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.errors import LimitBroken
from fairtune.evaluation.gate import summary
from fairtune.evaluation.gate.verdict import Verdict


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:  # noqa: ARG001 - one form
    verdict = Verdict.from_json(files.read_json(paths.verdict))
    console.verdict(summary.VERDICT_HEAD, summary.verdict(verdict), title=f"Verdict on {paths.dataset}")
    paths.passed.unlink(missing_ok=True)  # of an earlier verdict
    if not verdict.passed:
        names = "; ".join(gate.name for gate in verdict.failed)
        raise LimitBroken(
            f"{len(verdict.failed)} of {len(verdict.gates)} gates failed: {names}. "
            f"Nothing will be registered; see {paths.report}"
        )
    files.write_json(paths.passed, {"gates": len(verdict.gates), "passed": True})
    print(f"{len(verdict.gates)} of {len(verdict.gates)} gates passed")
