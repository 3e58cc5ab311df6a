"""What each influencer brings: leave it out once, all else alike, and compare on the same listeners."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fairtune.columns import BlockName
from fairtune.config.sections import HEADLINE
from fairtune.evaluation.measure.ground_truth import HeldOut
from fairtune.evaluation.measure.play_prediction import PredictionInputs
from fairtune.matrix.matrix import Matrix
from fairtune.metrics import accuracy, ranking, rmse
from fairtune.metrics.bootstrap import UNDEFINED, Bootstrap, Figure, Floats
from fairtune.models.als.model import Als
from fairtune.models.play_prediction import regression
from fairtune.models.play_prediction.predictor import FULL, PlayPredictor

Json = dict[str, Any]
NDCG = f"ndcg@{HEADLINE}"
RMSE = "rmse"
NEIGHBOURS = "neighbours"


def measure(
    matrix: Matrix,
    held: HeldOut,
    whole: Floats,
    refits: Mapping[str, Als],
    predictor: PlayPredictor,
    inputs: PredictionInputs,
    bootstrap: Bootstrap,
    *,
    threads: int,
) -> Json:
    """Measure nDCG@10 and RMSE without each influencer.

    Parameters
    ----------
    matrix
        With a test part.
    held
        What lists of its target are judged by.
    whole
        nDCG@10 of the fit with every block, (n_judged,); NaN without truth.
    refits
        Fits on TRAIN_VALID, each without what it is named by: a block, or the neighbours.
    predictor
        Learned on TRAIN_VALID, also without each influencer.
    inputs
        The test pairs and their features.
    bootstrap
        Of the listeners who are judged.
    threads
        Used to rank, 1 and above.

    Returns
    -------
    Json
        By influencer, both figures and their changes: the figure without it less the figure with it.

    Notes
    -----
    The target's lists can't be made without the target, the plays of an item can't be predicted without its
    block, and the predictor doesn't ask who a listener is: those figures are undefined. The ALS score in the
    play predictor still comes from the whole matrix; what is left out is what the influencer says of a pair.
    """
    blocks = [block for block in matrix.blocks if not matrix.target is block is matrix.item_block]
    names = [*blocks, *(name for name in refits if name not in matrix.blocks)]
    lists = _of_lists(matrix.target, held, whole, refits, bootstrap, threads=threads)
    predictions = _of_predictions(predictor, inputs, bootstrap)
    return {
        str(name): {**lists.get(name, _nothing(NDCG)), **predictions.get(name, _nothing(RMSE))}
        for name in names
    }


def with_neighbours_left_out(model: Als, refits: Mapping[BlockName, Als]) -> dict[str, Als]:
    """Add to the fits without a block each the model without its neighbours, if it has any."""
    bare = {} if model.neighbours is None else {NEIGHBOURS: replace(model, neighbours=None)}
    return {str(block): model for block, model in refits.items()} | bare


def _of_lists(
    target: BlockName,
    held: HeldOut,
    whole: Floats,
    refits: Mapping[str, Als],
    bootstrap: Bootstrap,
    *,
    threads: int,
) -> dict[str, Json]:
    figures: dict[str, Json] = {}
    for block, model in refits.items():
        less = _ndcg(target, held, model, threads)
        figures[block] = _json(NDCG, bootstrap.mean(less), bootstrap.mean(less - whole))
    return figures


def _of_predictions(
    predictor: PlayPredictor, inputs: PredictionInputs, bootstrap: Bootstrap
) -> dict[str, Json]:
    test = inputs.pairs
    whole = regression.predict(predictor.rungs[FULL], inputs.features, len(test.y))
    figures: dict[str, Json] = {}
    for block, less in predictor.without.items():
        predicted = regression.predict(less, inputs.features, len(test.y))
        error = rmse.rmse(test.y, predicted, test.rows, bootstrap)
        figures[block] = _json(RMSE, error, rmse.change(test.y, predicted, whole, test.rows, bootstrap))
    return figures


def _json(name: str, figure: Figure, change: Figure) -> Json:
    return {name: figure.to_json(), f"{name}_change": change.to_json()}


def _nothing(name: str) -> Json:
    return _json(name, UNDEFINED, UNDEFINED)


def _ndcg(target: BlockName, held: HeldOut, model: Als, threads: int) -> Floats:
    """Return nDCG@10 of each listener judged, (n_judged,); NaN without truth."""
    scores = held.scored(lambda rows: model.scores(rows, target))
    lists = ranking.rank(scores, held.known, HEADLINE, threads=threads)
    return accuracy.per_listener(lists, held.truth, [HEADLINE])[NDCG]
