"""fairtune: train, judge, ship and explain a music recommender that is accurate and fair.

The names below are the public API. Nothing of it is imported before it is asked for, so that `import
fairtune` is quick; the commands and stages import modules by their own names.
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from fairtune.api.champion import Champion, load_champion
    from fairtune.api.datasets import Tables, load_dataset, split
    from fairtune.api.estimator import ALS
    from fairtune.api.evaluation import Comparison, Evaluation, compare, evaluate
    from fairtune.api.fairness import Fairness, fairness
    from fairtune.api.lists import read_lists
    from fairtune.api.matrix import build_matrix
    from fairtune.errors import FairtuneError

__version__ = "0.1.0"

_HOMES: Final = {
    "ALS": "fairtune.api.estimator",
    "Champion": "fairtune.api.champion",
    "Comparison": "fairtune.api.evaluation",
    "Evaluation": "fairtune.api.evaluation",
    "Fairness": "fairtune.api.fairness",
    "FairtuneError": "fairtune.errors",
    "Tables": "fairtune.api.datasets",
    "build_matrix": "fairtune.api.matrix",
    "compare": "fairtune.api.evaluation",
    "evaluate": "fairtune.api.evaluation",
    "fairness": "fairtune.api.fairness",
    "load_champion": "fairtune.api.champion",
    "load_dataset": "fairtune.api.datasets",
    "read_lists": "fairtune.api.lists",
    "split": "fairtune.api.datasets",
}
"""Public name -> the module that defines it."""

__all__ = [
    "ALS",
    "Champion",
    "Comparison",
    "Evaluation",
    "Fairness",
    "FairtuneError",
    "Tables",
    "build_matrix",
    "compare",
    "evaluate",
    "fairness",
    "load_champion",
    "load_dataset",
    "read_lists",
    "split",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'fairtune' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
