"""A candidate against the champion, on the listening that both are judged by."""

from dataclasses import dataclass

from fairtune.comparison import Comparison


@dataclass(frozen=True)
class Judged:
    """What came of a candidate against a champion.

    passed: the candidate may take the champion's place. reasons: why it may not, a sentence without a full
    stop each; none if passed. summary: one line for a log. comparison: figure by figure; None where none
    could be made, which is a refusal.
    """

    champion: int
    passed: bool
    reasons: tuple[str, ...]
    summary: str
    comparison: Comparison | None
