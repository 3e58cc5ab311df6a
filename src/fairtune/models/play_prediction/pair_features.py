"""What one part of the listening, and the ALS fit on it, say of a listener-item pair.

What compares plays within a listener is scaled back by the listener's spread. Everything costs a few passes
over the cells, whatever the number of listeners or items.
"""

from typing import Final

import numpy as np
from scipy.sparse import csr_array

from fairtune.columns import BlockName
from fairtune.models.als.model import Als, Factors
from fairtune.models.play_prediction.factor_affinity import dots, leanings
from fairtune.models.play_prediction.play_statistics import LISTENER_DAMPING, Floats, Listening, Pairs, damped

ALIKE_DAMPING: Final = 2.0


def statistics(heard: Listening, pairs: Pairs) -> dict[str, Floats]:
    """Give biases and numbers of the listener and the item of each pair, (n,): nothing of the two together.

    `spread_...` are those beyond a plain bias.
    """
    of = {
        name: values[pairs.rows if name.startswith("user") else pairs.items]
        for name, values in heard.known.items()
    }
    spread = heard.spread[pairs.rows]
    reach = of["item_listeners"] - of["user_reach"]
    beyond = {
        "spread_user_mean": of["user_mean"],
        "spread_user": spread,
        "spread_user_items": of["user_items"],
        "spread_item_listeners": of["item_listeners"],
        "spread_item_listeners_scaled": of["item_listeners"] * spread,
        "spread_user_reach": of["user_reach"],
        "spread_beyond_reach": reach * spread,
    }
    if "item_standing" in of:
        beyond["spread_item_standing"] = of["item_standing"] * spread
        beyond["spread_user_floor"] = of["user_floor"]
        beyond["spread_user_pull"] = of["user_pull"] * reach * spread
    return of | beyond


def tastes(heard: Listening, als: Als, block: BlockName, pairs: Pairs) -> dict[str, Floats]:
    """Tell what the ALS fit says of each pair, (n,).

    score: of the pair, and its standing among the scores of what the listener plays. alike: how many
    listeners of the item are like this one, weighed by the cosine of their factors, and how surprisingly much
    those play it; sums over all pairs of listeners are one product of factors, so no neighbour is looked for.
    leaning: the surprise that a ridge regression on the listener's other items expects, by their factors; and
    one on the item's other listeners, by theirs.
    """
    listener, item = als.listener_factors, als.column_factors[block]
    score = dots(listener, item, pairs.rows, pairs.items)
    own = dots(listener, item, heard.rows, heard.items)
    size = heard.shape[0]
    mean = damped(own, heard.rows, size, LISTENER_DAMPING)
    deviation = np.sqrt(damped((own - mean[heard.rows]) ** 2, heard.rows, size, LISTENER_DAMPING))
    standing = (score - mean[pairs.rows]) / (deviation[pairs.rows] + 0.01)
    unit, unit_item = _unit(listener), _unit(item)
    ones, surprise = heard.cells(np.ones(len(heard.rows))), heard.cells(heard.surprise)
    alike = dots(unit, (ones.T @ unit), pairs.rows, pairs.items)
    louder = dots(unit, (surprise.T @ unit), pairs.rows, pairs.items)
    of_listener = dots(leanings(surprise, unit_item), unit_item, pairs.rows, pairs.items)
    of_item = dots(unit, leanings(csr_array(surprise.T), unit), pairs.rows, pairs.items)
    spread = heard.spread[pairs.rows]
    return {
        "als_score": score,
        "als_standing": standing,
        "als_standing_scaled": standing * spread,
        "als_alike": np.log1p(np.maximum(alike, 0.0)),
        "als_alike_surplus": louder * spread / heard.density,
        "als_alike_level": louder * spread / (np.maximum(alike, 0.0) + ALIKE_DAMPING),
        "als_leaning_listener": of_listener * spread,
        "als_leaning_item": of_item * spread,
    }


def _unit(factors: Factors) -> Floats:
    """Scale each row to length 1."""
    length = np.maximum(np.linalg.norm(factors, axis=1, keepdims=True), 1e-9)
    return np.asarray(factors / length, dtype=np.float64)
