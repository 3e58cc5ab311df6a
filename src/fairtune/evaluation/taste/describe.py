"""Taste groups of one fit: whom each listener is alike, and what sets every group apart."""

from typing import Any

import numpy as np

from fairtune.columns import UNKNOWN, Part
from fairtune.evaluation.taste import clustering, naming
from fairtune.evaluation.taste.naming import Affinity
from fairtune.matrix.listener_groups import Labels
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.rounding import significant
from fairtune.models.als.model import Als

Json = dict[str, Any]


def tastes(matrix: Matrix, part: Part, model: Als, *, min_group: int, seed: int) -> tuple[Labels, Json]:
    """Group listeners by their factors, and describe the groups by what they play.

    Parameters
    ----------
    matrix
        The listening. Nothing that is held out from `part` is looked at.
    part
        Which `model` was fitted on.
    model
        With factors of the listeners.
    min_group
        The fewest listeners of a group.
    seed
        Of the clustering.

    Returns
    -------
    Labels
        The name of each listener's group, (n_listeners,); `unknown` without factors.
    Json
        What taste_groups.json holds.
    """
    grouped = clustering.group(model.listener_factors, min_group=min_group, seed=seed)
    described = naming.describe(matrix, part, grouped.labels, grouped.number)
    names = np.array([*(group.name for group in described), UNKNOWN])
    sizes = np.bincount(grouped.labels + 1, minlength=grouped.number + 1)[1:]
    groups = [
        {
            "name": group.name,
            "n": int(size),
            "share": significant(size / len(grouped.labels)),
            "types": [_json(affinity) for affinity in group.types],
            "artists": [_json(affinity) for affinity in group.artists],
        }
        for group, size in zip(described, sizes, strict=True)
    ]
    stability = {str(number): significant(agreed) for number, agreed in grouped.stability.items()}
    return names[grouped.labels], {"min_group": min_group, "stability": stability, "groups": groups}


def _json(affinity: Affinity) -> Json:
    return {
        "name": affinity.name,
        "share": significant(affinity.share),
        "elsewhere": significant(affinity.elsewhere),
        "z": significant(affinity.z),
        "sure": affinity.sure,
    }
