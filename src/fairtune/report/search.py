"""Section: what the search for good weights tried, what it chose, and what fairness costs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from fairtune.report import charts, learning, numbers, picture, words
from fairtune.report.exhibit import Exhibit, Section, Table
from fairtune.report.picture import LIMIT, MODEL, OTHER, PAPER, SHADE, WARM, WIDTH

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _BOTTOM, _TOP = 0.75, 0.3, 0.55, 0.6


class Trial(NamedTuple):
    number: int
    ndcg: float
    disparity: float
    chosen: bool


def section(
    trials: "pd.DataFrame", rounds: "pd.DataFrame", best: Mapping[str, Any], *, max_disparity: float
) -> Section:
    """Show the trials and the rounds of the chosen one, by nDCG@10 and disparity on the validation part."""
    finished = trials.dropna(subset=["ndcg", "disparity"]).sort_values("number")
    tried = [Trial(*row) for row in zip(*(finished[name].tolist() for name in Trial._fields), strict=True)]
    searched = (_front(tried, max_disparity), _history(tried, max_disparity)) if tried else ()
    learned = (learning.exhibit(rounds),) if len(rounds) else ()
    return Section(
        name="search",
        title="What fairness costs, and what the search found",
        short="Search",
        lead=(
            "Before this model was built, a search tried different settings on listening set aside for it. "
            "Each dot is one complete model. The choice is the most accurate one among those inside the "
            "fairness limit."
        ),
        exhibits=(*searched, *learned),
        tables=(("Settings of the chosen model", settings(best)),) if best.get("hyperparameters") else (),
        notes=(f"Why this one: {best['reason']}.",) if best.get("reason") else (),
    )


def settings(best: Mapping[str, Any]) -> Table:
    """Give the chosen settings with what they mean."""
    chosen = dict(best["hyperparameters"])
    blocks = chosen.pop("block_weights", {})
    rows = [
        (words.SETTINGS.get(name, (name, ""))[0], name, numbers.setting(chosen[name]))
        for name in sorted(
            chosen, key=lambda name: list(words.SETTINGS).index(name) if name in words.SETTINGS else 99
        )
    ]
    rows += [
        (f"weight of {words.BLOCKS.get(name, name)}", name, numbers.setting(blocks[name]))
        for name in sorted(blocks)
    ]
    return Table(columns=("what it steers", "name", "value"), rows=tuple(rows), prose=True)


def _table(tried: list[Trial]) -> Table:
    rows = tuple(
        (
            f"{trial.number}{' (chosen)' if trial.chosen else ''}",
            numbers.plain(trial.ndcg),
            numbers.plain(trial.disparity),
        )
        for trial in tried
    )
    return Table(columns=("trial", "nDCG@10 (higher is better)", "disparity (lower is fairer)"), rows=rows)


def _front(tried: list[Trial], limit: float) -> Exhibit:
    reading = _trade(tried, limit)

    def paint(figure: "Figure") -> None:
        area = _area(figure)
        for trial in tried:
            _dot(area, trial.disparity, trial, limit)
        right = 1.08 * max([trial.disparity for trial in tried] + ([limit] if _near(tried, limit) else []))
        area.set_xlim(0, right or 1)  # all 0 where there are no two regions to compare
        if limit < right:
            area.axvspan(limit, right, color=SHADE, linewidth=0, zorder=0)
            area.axvline(limit, color=LIMIT, linewidth=1.5, zorder=1)
            area.annotate(
                f"limit {limit:g}", (limit, 1), xycoords=("data", "axes fraction"), xytext=(0, 4),
                textcoords="offset points", ha="center", color=LIMIT,
            )  # fmt: skip
        area.set_xlabel("disparity between groups: further left is fairer")
        area.set_ylabel("nDCG@10: higher is more accurate")
        _legend(figure, tried, limit)

    return Exhibit(
        name="front",
        title="Accuracy against fairness",
        reading=reading,
        picture=picture.draw(
            paint, name="front", alt=f"Accuracy against disparity of each trial. {reading}", height=3.75
        ),
        table=_table(tried),
    )


def _near(tried: list[Trial], limit: float) -> bool:
    """Tell whether the limit is worth showing on the scale of the trials."""
    return limit <= 2.5 * max(trial.disparity for trial in tried)


def _trade(tried: list[Trial], limit: float) -> str:
    best = max(tried, key=lambda trial: trial.ndcg)
    inside = [trial for trial in tried if trial.disparity <= limit]
    chosen = next((trial for trial in tried if trial.chosen), None)
    if not any(trial.disparity for trial in tried):
        return "No two regions of artists are known: the search could only look for accuracy."
    if chosen is None:
        return f"{len(inside)} of {len(tried)} trials stay within the limit of {limit:g}."
    if not inside:
        return (
            f"No trial stays within the limit of {limit:g}; the least unfair one was chosen, "
            f"with a disparity of {numbers.plain(chosen.disparity)}."
        )
    if chosen.ndcg >= best.ndcg:
        return (
            f"Fairness cost nothing here: the chosen trial is the most accurate of all {len(tried)}, and its "
            f"disparity of {numbers.plain(chosen.disparity)} is within the limit of {limit:g}."
        )
    return (
        f"Staying within the fairness limit cost {numbers.percent(1 - chosen.ndcg / best.ndcg)} of "
        f"accuracy: the chosen trial has a disparity of {numbers.plain(chosen.disparity)}, the most "
        f"accurate one {numbers.plain(best.disparity)}."
    )


def _history(tried: list[Trial], limit: float) -> Exhibit:
    inside = [trial for trial in tried if trial.disparity <= limit]
    first, chosen = tried[0], next((trial for trial in tried if trial.chosen), None)
    gain = "" if chosen is None or not first.ndcg else _gain(chosen, first)
    reading = (
        f"{len(tried)} settings were tried and {len(inside)} of them stay within the fairness limit{gain}."
    )

    def paint(figure: "Figure") -> None:
        area = _area(figure)
        steps = [trial.number for trial in inside]
        record = [max(trial.ndcg for trial in inside[: place + 1]) for place in range(len(inside))]
        area.step(steps, record, where="post", color=MODEL, linewidth=1.6, alpha=0.6, zorder=1)
        for trial in tried:
            _dot(area, trial.number, trial, limit)
        area.locator_params(axis="x", integer=True)
        area.set_xlabel("trial")
        area.set_ylabel("nDCG@10: higher is more accurate")
        _legend(
            figure, tried, limit, extra=[("best so far within the limit", "-", MODEL, True)] if inside else []
        )

    return Exhibit(
        name="history",
        title="The search, trial by trial",
        reading=reading,
        picture=picture.draw(
            paint, name="history", alt=f"Accuracy of each trial in turn. {reading}", height=3.35
        ),
        table=_table(tried),
    )


def _gain(chosen: Trial, first: Trial) -> str:
    change = chosen.ndcg / first.ndcg - 1
    if chosen.number == first.number:
        return f"; none of those was more accurate than the library's defaults (trial {first.number})"
    word = "more" if change >= 0 else "less"
    compared = f"{numbers.percent(abs(change))} {word} accurate than the library's defaults"
    return f"; the chosen one is {compared} (trial {first.number})"


def _area(figure: "Figure") -> "Axes":
    tall = figure.get_size_inches()[1]
    area = picture.axes(figure, _LEFT, _BOTTOM, WIDTH - _LEFT - _RIGHT, tall - _BOTTOM - _TOP)
    area.grid(axis="y", zorder=0)
    area.margins(x=0.03, y=0.1)
    return area


def _dot(area: "Axes", at: float, trial: Trial, limit: float) -> None:
    inside = trial.disparity <= limit
    colour = WARM if trial.chosen else OTHER
    marker, size, above = ("D", 10.0, 4) if trial.chosen else ("o", 6.5, 3)
    area.plot(
        at, trial.ndcg, marker=marker, markersize=size, color=colour, zorder=above, clip_on=False,
        markerfacecolor=colour if inside else PAPER, markeredgewidth=1.5,
    )  # fmt: skip


def _legend(
    figure: "Figure", tried: list[Trial], limit: float, extra: list[tuple[str, str, str, bool]] | None = None
) -> None:
    entries = [("chosen", "D", WARM, any(trial.chosen and trial.disparity <= limit for trial in tried))]
    entries += [("within the limit", "o", OTHER, True)]
    if any(trial.disparity > limit for trial in tried):
        entries += [("outside the limit", "o", OTHER, False)]
    charts.legend(figure, entries + (extra or []), left=_LEFT)
