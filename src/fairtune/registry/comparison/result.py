"""The result of comparing a candidate with the champion, as JSON and as Markdown."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from fairtune import files
from fairtune.config.paths import Paths
from fairtune.evaluation.comparison import markdown as comparison_markdown
from fairtune.evaluation.comparison.compare import Comparison

NDCG: Final = "ranking.als.ndcg@10"


@dataclass(frozen=True, kw_only=True)
class ChampionComparison:
    """The result of comparing a candidate with the champion.

    Attributes
    ----------
    champion
        Number of the champion.
    candidate
        Number of the candidate.
    passed
        The candidate may take the champion's place.
    reasons
        Why it may not, a clause each; none if it may.
    summary
        One line for a log.
    how
        What was compared, in sentences.
    left_out
        Number of pairs of the test part that one of the two had learned.
    comparison
        Figure by figure; None where none could be made, which is a refusal.
    """

    champion: int
    candidate: int
    passed: bool
    reasons: tuple[str, ...]
    summary: str
    how: str = ""
    left_out: int = 0
    comparison: Comparison | None = None

    def to_json(self) -> dict[str, Any]:
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "comparison"}
        note = self.comparison.note if self.comparison else ""
        changes = [asdict(change) for change in self.comparison.changes] if self.comparison else []
        return {**values, "note": note, "changes": changes}


def compared(
    comparison: Comparison, *, champion: int, candidate: int, how: str, left_out: int
) -> ChampionComparison:
    """Pass or refuse a candidate by a comparison: whatever regressed is a reason to refuse."""
    reasons = tuple(change.reason for change in comparison.regressions)
    moved = ", ".join(
        f"nDCG@10 {change.base:.4f} to {change.now:.4f} "
        for change in comparison.changes
        if change.figure == NDCG and change.base is not None and change.now is not None
    )
    regressed = ", ".join(change.figure for change in comparison.regressions)
    verdict = f"worse than the champion in {regressed}" if reasons else "no figure regressed"
    return ChampionComparison(
        champion=champion,
        candidate=candidate,
        passed=comparison.passed,
        reasons=reasons,
        summary=f"{verdict} ({moved}since version {champion})",
        how=how,
        left_out=left_out,
        comparison=comparison,
    )


def incomparable(reason: str, *, champion: int, candidate: int) -> ChampionComparison:
    """Refuse a candidate that can't be compared with the champion."""
    summary = f"no comparison with version {champion}, the champion, is possible: {reason}"
    return ChampionComparison(
        champion=champion, candidate=candidate, passed=False, reasons=(reason,), summary=summary
    )


def write(judged: ChampionComparison, paths: Paths) -> None:
    """Write comparison.json and comparison.md."""
    files.write_json(paths.comparison, judged.to_json())
    files.write_text(paths.comparison_page, markdown(judged))


def markdown(judged: ChampionComparison) -> str:
    """Return the result, how it was reached, and the figures as Markdown."""
    parts = (
        f"# Version {judged.candidate} against version {judged.champion}, the champion",
        f"{'Passed' if judged.passed else 'Refused'}: {judged.summary}.",
        judged.how,
        comparison_markdown.markdown(judged.comparison) if judged.comparison else "",
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def forget_others(paths: Paths, candidate: int) -> None:
    """Remove the comparison that an earlier candidate left, which says nothing of this one."""
    if paths.comparison.exists() and files.read_json(paths.comparison)["candidate"] != candidate:
        paths.comparison.unlink()
        paths.comparison_page.unlink(missing_ok=True)
