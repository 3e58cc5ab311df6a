"""Taste groups of one fit: whom each listener is alike, and what every group leans to."""

from typing import Any

import numpy as np

from fairtune.columns import UNKNOWN, Part
from fairtune.evaluation.taste import clustering, naming
from fairtune.evaluation.taste.naming import Leaning
from fairtune.matrix.listener_groups import Labels
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.rounding import significant
from fairtune.models.als.model import Als

Json = dict[str, Any]


def tastes(matrix: Matrix, part: Part, model: Als, *, min_group: int, seed: int) -> tuple[Labels, Json]:
    """Group listeners by their factors in `model`, fitted on `part`, and say what its groups play there.

    Gives the name of each listener's group, (n,), `unknown` without factors; and taste_groups.json. Nothing
    of the held-out part is looked at.
    """
    found = clustering.group(model.listener_factors, min_group=min_group, seed=seed)
    described = naming.describe(matrix, part, found.of, found.number)
    names = np.array([*(group.name for group in described), UNKNOWN])
    sizes = np.bincount(found.of + 1, minlength=found.number + 1)[1:]
    groups = [
        {
            "name": group.name,
            "n": int(size),
            "share": significant(size / len(found.of)),
            "types": [_json(leaning) for leaning in group.types],
            "artists": [_json(leaning) for leaning in group.artists],
        }
        for group, size in zip(described, sizes, strict=True)
    ]
    stability = {str(number): significant(agreed) for number, agreed in found.stability.items()}
    return names[found.of], {"min_group": min_group, "stability": stability, "groups": groups}


def _json(leaning: Leaning) -> Json:
    return {
        "name": leaning.name,
        "share": significant(leaning.share),
        "elsewhere": significant(leaning.elsewhere),
        "z": significant(leaning.z),
        "sure": leaning.sure,
    }
