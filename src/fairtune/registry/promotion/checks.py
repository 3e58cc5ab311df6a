"""Checks before a promotion: the verdict on a version, and its comparison with the champion."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from fairtune import files
from fairtune.errors import NotThere
from fairtune.registry.client import versions
from fairtune.registry.client.versions import Version

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from fairtune.registry.comparison.result import ChampionComparison

Judge = Callable[["MlflowClient", Version], "ChampionComparison | None"]
"""Compares a version with the champion; None: there is none to compare with."""
VERDICT: Final = "fairtune.verdict"


@dataclass(frozen=True)
class CheckResults:
    """How the checks of a version ended.

    Attributes
    ----------
    results
        Result by name of the check, for the history.
    against
        Reasons not to promote, a clause each.
    """

    results: dict[str, str]
    against: tuple[str, ...]


def check(
    client: "MlflowClient", version: Version, champion: int | None, judge: Judge | None, *, forced: bool
) -> CheckResults:
    """Check the verdict, and compare. A comparison that can't even be tried stops what isn't forced."""
    results, against = {"verdict": version.tags.get(VERDICT, "none")}, []
    if results["verdict"] != "passed":
        broken = ", ".join(failed_gates(client, version))
        results["verdict"] = f"failed: {broken}" if broken else "failed"
        against.append(f"its verdict is not a pass{f' ({broken})' if broken else ''}")
    results["comparison"] = "no champion to compare with" if champion is None else "not made"
    try:
        judged = judge(client, version) if judge else None
    except NotThere as error:
        if not forced:
            raise
        results["comparison"] = f"not possible: {error}"
    else:
        if judged is not None:
            results["comparison"] = judged.summary
            against += [] if judged.passed else judged.reasons
    return CheckResults(results, tuple(against))


def failed_gates(client: "MlflowClient", version: Version) -> tuple[str, ...]:
    """Return the names of the gates that a version failed; none without a verdict kept with its run."""
    if not version.run_id:
        return ()
    with TemporaryDirectory() as folder:
        return versions.read(client, version, "verdict.json", Path(folder), _failed) or ()


def _failed(path: Path) -> tuple[str, ...]:
    return tuple(str(gate["name"]) for gate in files.read_json(path)["gates"] if not gate["passed"])
