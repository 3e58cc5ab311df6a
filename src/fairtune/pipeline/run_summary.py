"""Summary of a run of the pipeline: figures, gates, champion and where the report is."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fairtune import console, files
from fairtune.config.paths import Paths
from fairtune.errors import RegistryFailed
from fairtune.evaluation.gate import summary
from fairtune.evaluation.gate.verdict import Verdict
from fairtune.registry.client import fast_lookup

if TYPE_CHECKING:
    from fairtune.validation.drift.detection import Drift

STAGES: Final = ("validate", "gate", "register")
"""The stages that a summary has something of."""


def show(paths: Paths, *, gates: bool) -> None:
    """Print the headline figures, the gates if wanted, the champion, and the path of the report.

    After a stop by drift, what drifted instead: figures and verdict are those of an earlier run.
    """
    drift = _drift(paths)
    if drift and _stops(drift):
        from fairtune.validation.drift import messages

        _print_table(messages.HEAD, messages.rows(drift), title=f"{paths.dataset}: what drifted")
        print(f"drift:    {paths.drift_page}")
        return
    verdict, figures = _verdict(paths), summary.figures(files.read_json(paths.metrics))
    _print_table(summary.FIGURES_HEAD, figures, title=f"{paths.dataset}: figures on the test part")
    if gates:
        console.verdict(summary.VERDICT_HEAD, summary.verdict(verdict), title=f"{paths.dataset}: gates")
    print(f"gates:    {len(verdict.gates) - len(verdict.failed)} of {len(verdict.gates)} passed")
    if verdict.passed and paths.registration.exists():
        for line in _standing(paths):
            print(line)
    print(f"report:   {paths.report}")
    if drift:
        from fairtune.validation.drift import messages

        print(f"drift:    {messages.summary(drift)}; {paths.drift_page}")


def pages(paths: Paths, reached: Collection[str] = STAGES) -> Mapping[str, str]:
    """Return drift, verdict, figures and comparison as Markdown, a text each; those that exist.

    Parameters
    ----------
    paths
        Of the data set.
    reached
        Stages that the run came to: what belongs to the others is of an earlier run, and left out.

    Returns
    -------
    Mapping
        Markdown by name: "drift", "verdict", "metrics" and "comparison"; after a stop by drift "drift" alone.
    """
    drift = _drift(paths) if "validate" in reached else None
    texts = {"drift": _drift_page(drift, paths)} if drift else {}
    if drift and _stops(drift):
        return texts
    report = f"The whole story: `{paths.report.resolve()}`"
    if "gate" in reached and paths.verdict.exists():
        gates = summary.markdown(summary.GATES_HEAD, summary.gates(_verdict(paths)))
        texts["verdict"] = f"{gates}\n\n{report}"
    if "gate" in reached and paths.metrics.exists():
        figures = summary.figures(files.read_json(paths.metrics))
        texts["metrics"] = f"{summary.markdown(summary.FIGURES_HEAD, figures)}\n\n{report}"
    if "register" in reached and paths.comparison_page.exists():
        texts["comparison"] = paths.comparison_page.read_text(encoding="utf-8")
    return texts


def why_refused(paths: Paths, reached: Sequence[str] = STAGES, *, otherwise: str) -> str:
    """Return in one line why a run was refused.

    Parameters
    ----------
    paths
        Of the data set.
    reached
        Stages that the run came to; the last one is the one that stopped.
    otherwise
        What is returned if the stages left no reason.

    Returns
    -------
    str
        What drifted, the reasons of the failed gates, why the champion stays, or `otherwise`.
    """
    drift = _drift(paths)
    if "validate" in reached and drift and _stops(drift):
        from fairtune.validation.drift import messages

        return f"{messages.summary(drift)}; {messages.remedy(drift)}. See {paths.drift_page}"
    failed = _verdict(paths).failed if "gate" in reached and paths.verdict.exists() else ()
    if "register" in reached and not failed and paths.comparison.exists():
        judged = files.read_json(paths.comparison)
        return otherwise if judged["passed"] else f"the champion stays: {judged['summary']}"
    return " ".join(f"{gate.name}: {gate.reason}" for gate in failed) or otherwise


def champion(model: str) -> str:
    """Return a message on which version of `model` is champion in the registry of the working folder."""
    try:
        number = fast_lookup.look_up(Path(), model, 0, "").champion
    except RegistryFailed as error:
        return f"which version of {model} is champion can't be told: {error}"
    return f"{model} has no champion yet" if number is None else f"{model} version {number} is champion"


def forget_lost_registration(paths: Paths) -> None:
    """Remove the receipt of a registration that the registry no longer holds, so that it happens again."""
    if paths.registration.exists() and not _look_up(paths).held:
        paths.registration.unlink()


def _drift(paths: Paths) -> "Drift | None":
    """Return the drift from the champion's data when they were last validated, if they were compared."""
    if not paths.drift.exists():
        return None  # and pandas need not be imported, which most runs with nothing to do would wait for
    from fairtune.validation.drift.detection import Drift

    return Drift.from_json(files.read_json(paths.drift))


def _stops(drift: "Drift") -> bool:
    from fairtune.validation.drift.detection import State

    return drift.state is State.STOP


def _drift_page(drift: "Drift", paths: Paths) -> str:
    from fairtune.validation.drift import messages

    table = summary.markdown(messages.HEAD, messages.rows(drift))
    sentence = messages.summary(drift)
    page = f"The whole story: `{paths.drift_page.resolve()}`"
    return "\n\n".join(
        [f"{sentence[:1].upper()}{sentence[1:]}.", *([table] if messages.rows(drift) else []), page]
    )


def _standing(paths: Paths) -> tuple[str, ...]:
    """Lines on which version is champion now, and on this run's version if it is another."""
    receipt = files.read_json(paths.registration)
    champion = _look_up(paths).champion
    lines = () if champion is None else (f"champion: {receipt['model']} version {champion}",)
    if champion == receipt["version"]:
        return lines
    why = receipt.get("reason") or f"see `fairtune history --dataset {paths.dataset}`"
    return (f"registered: {receipt['model']} version {receipt['version']}, not champion: {why}", *lines)


def _look_up(paths: Paths) -> fast_lookup.Lookup:
    receipt = {"model": "", "version": 0, "digest": "", **files.read_json(paths.registration)}
    return fast_lookup.look_up(paths.root, receipt["model"], receipt["version"], receipt["digest"])


def _verdict(paths: Paths) -> Verdict:
    return Verdict.from_json(files.read_json(paths.verdict))


def _print_table(head: Sequence[str], rows: summary.TableRows, *, title: str) -> None:
    shown = console.table(title, head, rows, look="ruled")
    console.stdout(piped_width=console.PIPED_WIDTH).print(shown)
