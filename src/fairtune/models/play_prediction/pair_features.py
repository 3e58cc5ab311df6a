"""What one part of the listening, and the ALS fit on it, say of a listener-item pair.

What compares plays within a listener is scaled back by the listener's spread. Everything costs a few passes
over the cells, whatever the number of listeners or items.
"""

from typing import Final

import numpy as np
from scipy.sparse import csr_array

from fairtune.columns import BlockName
from fairtune.models.als.model import Als
from fairtune.models.als.solver import Factors
from fairtune.models.play_prediction.factor_affinity import affinities, dots
from fairtune.models.play_prediction.play_statistics import LISTENER_DAMPING, Floats, Listening, Pairs, damped

ALIKE_DAMPING: Final = 2.0


def statistics(observed: Listening, pairs: Pairs) -> dict[str, Floats]:
    """Describe pairs by what is known of the listener and of the item, nothing of the two together.

    Parameters
    ----------
    observed
        Cells that the pairs are held out from.
    pairs
        What is described.

    Returns
    -------
    dict
        Biases and numbers, (n_pairs,) each; `spread_...` are those beyond a plain bias.
    """
    plain = {
        name: values[pairs.rows if name.startswith("user") else pairs.items]
        for name, values in observed.known.items()
    }
    spread = observed.spread[pairs.rows]
    reach = plain["item_listeners"] - plain["user_reach"]
    beyond = {
        "spread_user_mean": plain["user_mean"],
        "spread_user": spread,
        "spread_user_items": plain["user_items"],
        "spread_item_listeners": plain["item_listeners"],
        "spread_item_listeners_scaled": plain["item_listeners"] * spread,
        "spread_user_reach": plain["user_reach"],
        "spread_beyond_reach": reach * spread,
    }
    if "item_standing" in plain:
        beyond["spread_item_standing"] = plain["item_standing"] * spread
        beyond["spread_user_floor"] = plain["user_floor"]
        beyond["spread_user_pull"] = plain["user_pull"] * reach * spread
    return plain | beyond


def tastes(observed: Listening, als: Als, block: BlockName, pairs: Pairs) -> dict[str, Floats]:
    """Describe pairs by an ALS fit.

    Parameters
    ----------
    observed
        Cells that the pairs are held out from.
    als
        A fit on those cells.
    block
        Block of the items.
    pairs
        What is described.

    Returns
    -------
    dict
        Features, (n_pairs,) each. `als_score`: of the pair; standing: the same among the scores of what the
        listener plays. alike: how many listeners of the item are like this one, weighed by the cosine of
        their factors, and how surprisingly much those play it; sums over all pairs of listeners are one
        product of factors, so no neighbour is looked for. leaning: the surprise that a ridge regression on
        the listener's other items expects, by their factors; and one on the item's other listeners, by
        theirs.
    """
    listener, item = als.listener_factors, als.column_factors[block]
    score = dots(listener, item, pairs.rows, pairs.items)
    own = dots(listener, item, observed.rows, observed.items)
    size = observed.shape[0]
    mean = damped(own, observed.rows, size, LISTENER_DAMPING)
    deviation = np.sqrt(damped((own - mean[observed.rows]) ** 2, observed.rows, size, LISTENER_DAMPING))
    standing = (score - mean[pairs.rows]) / (deviation[pairs.rows] + 0.01)
    unit, unit_item = _unit(listener), _unit(item)
    ones, surprise = observed.cells(np.ones(len(observed.rows))), observed.cells(observed.surprise)
    alike = dots(unit, (ones.T @ unit), pairs.rows, pairs.items)
    louder = dots(unit, (surprise.T @ unit), pairs.rows, pairs.items)
    of_listener = dots(affinities(surprise, unit_item), unit_item, pairs.rows, pairs.items)
    of_item = dots(unit, affinities(csr_array(surprise.T), unit), pairs.rows, pairs.items)
    spread = observed.spread[pairs.rows]
    return {
        "als_score": score,
        "als_standing": standing,
        "als_standing_scaled": standing * spread,
        "als_alike": np.log1p(np.maximum(alike, 0.0)),
        "als_alike_surplus": louder * spread / observed.density,
        "als_alike_level": louder * spread / (np.maximum(alike, 0.0) + ALIKE_DAMPING),
        "als_leaning_listener": of_listener * spread,
        "als_leaning_item": of_item * spread,
    }


def _unit(factors: Factors) -> Floats:
    """Scale each row to length 1."""
    length = np.maximum(np.linalg.norm(factors, axis=1, keepdims=True), 1e-9)
    return np.asarray(factors / length, dtype=np.float64)
