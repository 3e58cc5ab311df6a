"""Runs that a limit stopped before there was a version to promote, recorded in the model's history.

Whoever asks why the champion is an old one finds the runs that were refused, for their data or for their
model, beside the versions that were.
"""

from collections.abc import Callable, Mapping
from typing import Any

from fairtune import files
from fairtune.config.paths import Paths
from fairtune.errors import RegistryFailed
from fairtune.evaluation.gate.verdict import Verdict
from fairtune.registry.client import connection


def record(model: str, paths: Paths, stage: str, *, say: Callable[[str], None]) -> None:
    """Record in the history of `model` that `stage` stopped a run, if drift or a failed gate did.

    Without a champion there is nothing to record. A registry that can't be used gives a message to `say`, and
    stops nothing: the run was refused either way.
    """
    rejection = _reason(paths, stage)
    if rejection is None or not connection.exists(paths.root):
        return
    from fairtune.registry.client.actor import who
    from fairtune.registry.promotion import history, history_page, promote

    check, why = rejection
    by = promote.Mover(who=who(paths.root), why=why)
    try:
        with connection.connected(paths.root) as client:
            if promote.note_refusal(client, model, by, check=check):
                history_page.write(history.describe(client, model, who=by.who), paths)
    except RegistryFailed as error:
        say(f"the refusal is not in the history of {model}: {error}")


def _reason(paths: Paths, stage: str) -> tuple[str, str] | None:
    """Return the check that failed, and why."""
    if stage == "validate" and paths.drift.exists():
        return _drifted(files.read_json(paths.drift))
    if stage == "gate" and paths.verdict.exists():
        failed = Verdict.from_json(files.read_json(paths.verdict)).failed
        reasons = " ".join(f"{gate.name}: {gate.reason}" for gate in failed)
        return ("verdict", reasons) if reasons else None
    return None


def _drifted(json: Mapping[str, Any]) -> tuple[str, str] | None:
    from fairtune.validation.drift import messages
    from fairtune.validation.drift.detection import Drift, State

    drift = Drift.from_json(json)
    return ("data", messages.summary(drift)) if drift.state is State.STOP else None
