"""Section: what the search for good weights tried, what it chose, and what fairness costs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from fairtune.reporting.charts import model_marks, svg, trial_marks
from fairtune.reporting.charts.svg import MODEL, WIDTH
from fairtune.reporting.charts.trial_marks import LEFT, RIGHT, Attempt
from fairtune.reporting.elements import labels, numbers
from fairtune.reporting.elements.section import Exhibit, Section, Table
from fairtune.reporting.sections import learning_curve, pareto_front

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from fairtune.config.tune_limits import TuneLimits

SEARCHED: Final = (
    "Before this model was built, a search tried different settings on listening set aside for it. "
    "Each dot is one complete model. The choice is the most accurate one among those inside the "
    "fairness limits."
)
JUDGED_AGAIN: Final = (
    "Before this model was built, a search tried different settings on listening set aside for it. "
    "Each dot is one complete model. The most accurate ones inside the fairness limits were judged again "
    "on other listening set aside, and that decided."
)
KEPT: Final = (
    "This model has the settings of the one that was in use when it was built, and learnt from newer "
    "listening; nothing was searched anew. Each dot is one complete model, judged on listening set aside."
)


def section(
    trials: "pd.DataFrame",
    iterations: "pd.DataFrame",
    best: Mapping[str, Any],
    *,
    limits: "TuneLimits",
    alternatives: Mapping[str, Any] | None = None,
) -> Section:
    """Show the trials and the iterations of the chosen one, by accuracy and fairness on the validation part.

    Parameters
    ----------
    trials
        What trials.parquet holds.
    iterations
        What learning.parquet holds.
    best
        What best.json holds.
    limits
        Of fairness, that the search kept to.
    alternatives
        Other models by name, as alternatives.json holds them.

    Returns
    -------
    Section
        Without the exhibits that there is no data for.
    """
    tried = trial_marks.attempts(trials, limits)
    others = model_marks.read(alternatives or {})
    searched = (pareto_front.exhibit(tried, limits, others), _history(tried)) if tried else ()
    learned = (learning_curve.exhibit(iterations),) if len(iterations) else ()
    return Section(
        name="search",
        title="What fairness costs, and what the search found",
        short="Search",
        lead=KEPT if "kept_from" in best else JUDGED_AGAIN if "other_draws" in best else SEARCHED,
        exhibits=(*searched, *learned),
        tables=(("Settings of the chosen model", settings(best)),) if best.get("hyperparameters") else (),
        notes=_notes(best),
    )


def _notes(best: Mapping[str, Any]) -> tuple[str, ...]:
    why = (f"Why this one: {best['reason']}.",) if best.get("reason") else ()
    other = best.get("other_draws")
    if other is None:
        return why
    means = {finalist["number"]: finalist["ndcg@10"] for finalist in other["finalists"]}
    searched, elsewhere = best["ndcg@10"], means[best["number"]]
    told = (
        f"On the part that the search was judged by, its nDCG@10 was {searched:.4f}; on the other draws, "
        f"which the search had not seen, {elsewhere:.4f}."
    )
    return (*why, told)


def settings(best: Mapping[str, Any]) -> Table:
    """List the chosen settings with what they mean."""
    chosen = dict(best["hyperparameters"])
    blocks, scalings = chosen.pop("block_weights", {}), chosen.pop("block_scalings", {})
    rows = [
        (labels.SETTINGS.get(name, (name, ""))[0], name, numbers.setting(chosen[name]))
        for name in sorted(
            chosen, key=lambda name: list(labels.SETTINGS).index(name) if name in labels.SETTINGS else 99
        )
    ]
    rows += [
        (f"weight of {labels.BLOCKS.get(name, name)}", name, numbers.setting(blocks[name]))
        for name in sorted(blocks)
    ]
    rows += [
        (f"how counts enter in {labels.BLOCKS.get(name, name)}", name, numbers.setting(scalings[name]))
        for name in sorted(scalings)
    ]
    return Table(columns=("what it steers", "name", "value"), rows=tuple(rows), prose=True)


def _history(tried: list[Attempt]) -> Exhibit:
    inside = [one for one in tried if one.inside and not one.cut]
    first, chosen = tried[0], next((one for one in tried if one.chosen), None)
    gain = "" if chosen is None or not first.judged.ndcg else _gain(chosen, first)
    early = sum(one.cut for one in tried)
    stopped = f", {early} were stopped early because they could not win" if early else ""
    reading = (
        f"{len(tried)} settings were tried{stopped}, and {len(inside)} stay within the fairness limits{gain}."
    )

    def paint(figure: "Figure") -> None:
        area = trial_marks.area(figure, LEFT, WIDTH - LEFT - RIGHT)
        steps = [one.number for one in inside]
        record = [max(one.judged.ndcg for one in inside[: place + 1]) for place in range(len(inside))]
        area.step(steps, record, where="post", color=MODEL, linewidth=1.6, alpha=0.6, zorder=1)
        for one in tried:
            trial_marks.dot(area, one.number, one)
        area.locator_params(axis="x", integer=True)
        area.set_xlabel("trial")
        area.set_ylabel("nDCG@10: higher is more accurate")
        trial_marks.legend(figure, tried, extra=[("best so far", "-", MODEL, True)] if inside else [])

    return Exhibit(
        name="history",
        title="The search, trial by trial",
        reading=reading,
        picture=svg.draw(
            paint, name="history", alt=f"Accuracy of each trial in turn. {reading}", height=3.35
        ),
        table=trial_marks.tabulated(tried),
    )


def _gain(chosen: Attempt, first: Attempt) -> str:
    change = chosen.judged.ndcg / first.judged.ndcg - 1
    if chosen.number == first.number:
        return f"; none of those was more accurate than the library's defaults (trial {first.number})"
    word = "more" if change >= 0 else "less"
    compared = f"{numbers.percent(abs(change))} {word} accurate than the library's defaults"
    return f"; the chosen one is {compared} (trial {first.number})"
