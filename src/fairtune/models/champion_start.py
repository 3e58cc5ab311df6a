"""Where the fits of a run start with `train.warm_start`: from the champion's, wherever that is sound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fairtune.columns import Part
from fairtune.config.hyperparameters import Hyperparameters
from fairtune.matrix.matrix import Matrix
from fairtune.models import warm_start
from fairtune.models.alignment import Fitted
from fairtune.models.als.solver import Start


@dataclass(frozen=True)
class Champion:
    """The champion's fits.

    Attributes
    ----------
    fits
        By part; None where it kept no such fit, empty if there is no champion to start from.
    name
        Its model, version and digest of its release.
    reason
        Why there are no fits at all.

    """

    fits: Mapping[Part, Fitted | None] = field(default_factory=dict)
    name: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class Starts:
    """Where the fits on each part start; a part that isn't there starts afresh.

    Attributes
    ----------
    starts
        Factors to start from, by part.
    chosen
        Hyperparameters of a fit that starts there: it takes fewer iterations.
    champion
        Its model, version and digest of its release.
    cold
        Why a part starts afresh, by part.

    """

    starts: Mapping[Part, Start]
    chosen: Hyperparameters
    champion: Mapping[str, object] = field(default_factory=dict)
    cold: Mapping[Part, str] = field(default_factory=dict)

    @property
    def origin(self) -> Mapping[str, object] | None:
        """Which champion which parts started from, and for how many iterations; None if all are cold."""
        if not self.starts:
            return None
        return {**self.champion, "parts": list(self.starts), "iterations": self.chosen.iterations}

    @property
    def message(self) -> str:
        """Where the fits start, in a line."""
        clauses = []
        if self.starts:
            where = f"{self.champion['model']} version {self.champion['version']}"
            clauses.append(f"{', '.join(self.starts)} from {where}, {self.chosen.iterations} iterations")
        for reason in dict.fromkeys(self.cold.values()):
            parts = ", ".join(part for part, why in self.cold.items() if why == reason)
            clauses.append(f"{parts} afresh: {reason}")
        return f"warm start: {'; '.join(clauses)}"


def prepare(
    champion: Champion,
    matrix: Matrix,
    chosen: Hyperparameters,
    *,
    iterations: int,
    age_bands: Sequence[int],
    threads: int,
) -> Starts:
    """Align the champion's fits with `matrix`.

    A part for which there is nothing to start from, or nothing that it may start from, starts afresh.

    Parameters
    ----------
    champion
        Its fits.
    matrix
        What is fitted now.
    chosen
        Hyperparameters of a fit that starts afresh.
    iterations
        Those of a fit that starts from the champion, 1 and above.
    age_bands
        Lower bounds of the age bands after the first.
    threads
        Processor threads.

    Returns
    -------
    Starts
        A start for each part that may have one, and why the others have none.

    """
    fewer = replace(chosen, iterations=iterations)
    if iterations >= chosen.iterations:
        return _cold(fewer, f"a fit takes {chosen.iterations} iterations as it is")
    if champion.reason:
        return _cold(fewer, champion.reason)
    starts, cold = {}, {}
    for part, fitted in champion.fits.items():
        reason = (
            warm_start.obstacle(fitted, matrix, part, chosen)
            if fitted
            else f"version {champion.name['version']}, the champion, kept no such fit"
        )
        if fitted is None or reason:
            cold[part] = reason
        else:
            starts[part] = warm_start.start(
                fitted, matrix, part, chosen, age_bands=age_bands, threads=threads
            )
    return Starts(starts, fewer, champion.name, cold)


def _cold(chosen: Hyperparameters, reason: str) -> Starts:
    return Starts({}, chosen, cold=dict.fromkeys(Part, reason))
