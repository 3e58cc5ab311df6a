"""What a search came to, as its files and its log line hold it."""

from dataclasses import asdict
from math import isfinite

import pandas as pd

from fairtune.columns import Part
from fairtune.config.params import DatasetParams
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.rounding import significant
from fairtune.models.als.cost import Size
from fairtune.tuning.finalists import Rejudged
from fairtune.tuning.selection import Choice
from fairtune.tuning.trials import FinishedTrial


def best(choice: Choice) -> dict[str, object]:
    """Return what `best.json` holds of the chosen trial; eo is null where no group found anything."""
    judged = choice.trial.judged
    again = {} if choice.rejudged is None else {"other_draws": _other_draws(choice, choice.rejudged)}
    return {
        "hyperparameters": asdict(choice.trial.hyperparameters),
        "number": choice.trial.number,
        "ndcg@10": judged.ndcg,
        "dp": judged.dp,
        "eo": judged.eo if isfinite(judged.eo) else None,
        "served": judged.served,
        "flagged": choice.flagged,
        "reason": choice.reason,
        **again,
    }


def _other_draws(choice: Choice, rejudged: Rejudged) -> dict[str, object]:
    """Means over the other draws of the validation part, of the chosen trial and of every finalist."""
    return {
        "draws": len(rejudged.draws[0]),
        "optimism": None if choice.optimism is None else significant(choice.optimism),
        "finalists": [
            {
                "number": number,
                "ndcg@10": mean.ndcg,
                "dp": mean.dp,
                "eo": mean.eo if isfinite(mean.eo) else None,
                "served": mean.served,
            }
            for number in rejudged.numbers
            for mean in (rejudged.mean(number),)
        ],
    }


def learning(chosen: FinishedTrial) -> pd.DataFrame:
    """Return a row for each iteration that the chosen fit was judged after."""
    judged = pd.DataFrame([asdict(judged) for judged in chosen.looks.values()])
    iterations = list(chosen.looks)
    judged.insert(0, "iteration", iterations)
    return judged.assign(chosen=[after == chosen.hyperparameters.iterations for after in iterations])


def table(trials: tuple[FinishedTrial, ...], choice: Choice, matrix: Matrix) -> pd.DataFrame:
    """Return a row a trial: how it was judged, what it cost, its hyperparameters.

    `work` is in billions of multiply-adds.
    """
    size = Size.of(matrix, Part.TRAIN)
    settings = pd.json_normalize([asdict(trial.hyperparameters) for trial in trials])
    costs = pd.DataFrame(
        {
            "number": [trial.number for trial in trials],
            "chosen": [trial.number == choice.trial.number for trial in trials],
            "cut": [trial.cut for trial in trials],
            "iterations_done": [trial.iterations_done for trial in trials],
            "work": [round(_work(trial, size), 6) for trial in trials],
        }
    )
    judged = pd.DataFrame([asdict(trial.judged) for trial in trials])
    return costs.join(judged).join(settings[sorted(settings.columns)])


def seconds(trials: tuple[FinishedTrial, ...]) -> dict[str, float]:
    """Return how long each trial took, by its number."""
    return {str(trial.number): round(trial.seconds, 3) for trial in trials}


def summary(choice: Choice, trials: tuple[FinishedTrial, ...], params: DatasetParams) -> str:
    """Return what was chosen and what the trials cost, for people."""
    judged, cut = choice.trial.judged, sum(trial.cut for trial in trials)
    short = params.tune.trials - len(trials)
    over = f"; {params.tune.minutes:g} minutes were over, {short} trials short" if short else ""
    optimism = choice.optimism
    other = "" if optimism is None else f"; nDCG@10 on other draws {judged.ndcg - optimism:.4f}"
    return (
        f"trial {choice.trial.number}: nDCG@10 {judged.ndcg:.4f}, DP disparity {judged.dp:.3f}, EO disparity "
        f"{judged.eo:.3f}, EO ratio of listeners {judged.served:.2f}{other}; {choice.reason}\n"
        f"{len(trials)} trials in {sum(trial.seconds for trial in trials):.0f} s, {cut} cut early{over}"
    )


def _work(trial: FinishedTrial, size: Size) -> float:
    return size.work(
        factors=trial.hyperparameters.factors, iterations=trial.iterations_done, ranked=len(trial.looks)
    )
