"""Two evaluations side by side: which headline figures got worse by more than the tolerance."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fairtune.figures import Metrics, Path, read

ACCURACY = ("ndcg@10", "recall@10", "precision@10")
FULL_PREDICTOR = "bias_als_influencers"


@dataclass(frozen=True)
class Change:
    """One headline figure, before and now; None: there is none."""

    figure: str
    higher_is_better: bool
    base: float | None
    now: float | None
    regressed: bool

    @property
    def change(self) -> float | None:
        return None if self.base is None or self.now is None else self.now - self.base

    @property
    def judgement(self) -> str:
        """Say in a word or two what became of the figure."""
        if self.base is None:
            return "new"
        if self.now is None:
            return "REGRESSION: missing now"
        if self.regressed:
            return "REGRESSION"
        return "unchanged" if self.now == self.base else _direction(self)


def _direction(change: Change) -> str:
    better = (change.change or 0) > 0 if change.higher_is_better else (change.change or 0) < 0
    return "better" if better else "worse, within tolerance"


@dataclass(frozen=True)
class Comparison:
    """All headline figures of two evaluations."""

    changes: tuple[Change, ...]

    @property
    def regressions(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.regressed)

    @property
    def passed(self) -> bool:
        return not self.regressions

    def to_markdown(self) -> str:
        """Give a table that reads well as text and in a pull request."""
        rows = [("figure", "better", "before", "now", "change", "judgement")]
        rows += [
            (
                change.figure,
                "higher" if change.higher_is_better else "lower",
                _number(change.base),
                _number(change.now),
                _number(change.change, sign="+"),
                change.judgement,
            )
            for change in self.changes
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = [
            "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
            for row in rows
        ]
        lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
        return "\n".join(lines)


def compare(
    base: Metrics, now: Metrics, *, tolerance_absolute: float, tolerance_relative: float
) -> Comparison:
    """Compare two metrics.json.

    A figure regressed if it is worse by more than both tolerances, max(absolute, relative * |base|), or if it
    is missing now. A figure that only `now` has is new, which is no regression.
    """

    def changed(path: Path, *, higher: bool) -> Change:
        before, after = _value(base, path), _value(now, path)
        if before is None or after is None:
            regressed = before is not None
        else:
            worse = before - after if higher else after - before
            regressed = worse > max(tolerance_absolute, tolerance_relative * abs(before))
        return Change(".".join(path), higher, before, after, regressed)

    changes = (changed(path, higher=higher) for path, higher in _headlines(base, now))
    return Comparison(tuple(change for change in changes if (change.base, change.now) != (None, None)))


def _headlines(base: Metrics, now: Metrics) -> Iterator[tuple[Path, bool]]:
    """Give the path of each headline figure of either side, and whether higher is better."""
    for figure in ACCURACY:
        yield ("ranking", "als", figure), True
    yield ("rmse", "skill"), True
    for scale in ("log_plays", "preference"):
        yield ("rmse", scale, FULL_PREDICTOR), False
    for grouping in _groupings(base, now, "providers"):
        for parity in ("dp@10", "eo@10"):
            yield ("fairness", "providers", grouping, parity, "disparity"), False
    for grouping in _groupings(base, now, "listeners"):
        yield ("fairness", "listeners", grouping, "eo@10", "ratio"), True


def _groupings(base: Metrics, now: Metrics, side: str) -> list[str]:
    found: set[str] = set()
    for metrics in (base, now):
        fairness = metrics.get("fairness", {})
        groupings = fairness.get(side, {}) if isinstance(fairness, Mapping) else {}
        found.update(groupings)
    return sorted(found)


def _value(metrics: Metrics, path: Path) -> float | None:
    figure = read(metrics, path)
    return None if figure is None else figure.value


def _number(value: float | None, sign: str = "") -> str:
    return "-" if value is None else f"{value:{sign}.4f}"
