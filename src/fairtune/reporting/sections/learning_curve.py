"""Exhibit: how the chosen model learned, iteration by iteration."""

from typing import TYPE_CHECKING

from fairtune.reporting.charts import svg
from fairtune.reporting.charts.svg import INK, MODEL, WIDTH
from fairtune.reporting.elements import numbers
from fairtune.reporting.elements.section import Exhibit, Table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_LEFT, _RIGHT, _BOTTOM, _TOP, _TALL = 0.75, 0.3, 0.55, 0.3, 2.6
_SETTLED = 0.01
"""A last step that changes accuracy by less has nothing left to teach."""
_TOLD = 0.001


def exhibit(iterations: "pd.DataFrame") -> Exhibit:
    """Draw nDCG@10 on the validation part after the iterations that were looked at.

    Parameters
    ----------
    iterations
        Columns iteration, ndcg, dp, eo and chosen, whether the model stops there; at least one row, in order.

    Returns
    -------
    Exhibit
        Picture, reading and table.
    """
    steps, scores = iterations["iteration"].tolist(), iterations["ndcg"].tolist()
    reading = _reading(steps, scores, iterations["chosen"].tolist().index(True))

    def paint(figure: "Figure") -> None:
        area = svg.axes(figure, _LEFT, _BOTTOM, WIDTH - _LEFT - _RIGHT, _TALL - _BOTTOM - _TOP)
        area.grid(axis="y", zorder=0)
        area.plot(steps, scores, color=MODEL, linewidth=2, marker="o", markersize=6, clip_on=False, zorder=2)
        area.set_ylim(0, 1.12 * max(scores) or 1)
        area.locator_params(axis="x", integer=True)
        area.set_xlabel("iteration")
        area.set_ylabel("nDCG@10")
        area.annotate(
            numbers.plain(scores[-1]), (steps[-1], scores[-1]), xytext=(0, 8), textcoords="offset points",
            ha="center", color=INK, fontweight="bold",
        )  # fmt: skip

    return Exhibit(
        name="learning",
        title="How the chosen model learned, iteration by iteration",
        reading=reading,
        picture=svg.draw(
            paint, name="learning", alt=f"Accuracy after each iteration. {reading}", height=_TALL
        ),
        table=Table(
            ("iteration", "nDCG@10 (higher is better)", "gap in exposure, DP", "gap in chance, EO"),
            tuple(
                (str(step), *map(numbers.plain, figures))
                for step, *figures in zip(steps, scores, iterations["dp"], iterations["eo"], strict=True)
            ),
        ),
    )


def _reading(steps: list[int], scores: list[float], best: int) -> str:
    if len(scores) < 2 or not scores[-1]:  # noqa: PLR2004 - one point is no curve
        return f"After {steps[-1]} iterations the lists score {numbers.plain(scores[-1])} on nDCG@10."
    change = scores[-1] / scores[-2] - 1 if scores[-2] else float("inf")
    since = f"from iteration {steps[-2]} to {steps[-1]}"
    if best < len(scores) - 1:
        less = numbers.percent(1 - scores[-1] / scores[best])
        return (
            f"Iteration {steps[best]} was the best one, and is where the model stops: by iteration "
            f"{steps[-1]} accuracy is {less} lower."
        )
    if abs(change) < _SETTLED:
        by = numbers.percent(abs(change)) if abs(change) >= _TOLD else f"less than {numbers.percent(_TOLD)}"
        return f"It has learned what it can: {since} accuracy changes by {by}."
    if change < 0:  # a trial that nothing was tuned of
        return f"It learned more than was good: {since} accuracy falls by {numbers.percent(-change)}."
    return f"It was still learning: {since} accuracy grows by {numbers.percent(change)}; try more iterations."
