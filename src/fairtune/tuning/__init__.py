"""The search for weights that are accurate and fair at once.

trials.py what a trial is. space.py where it may lie. sampler.py what proposes it. cutting.py when it ends.
claims.py who runs which. search.py the search. choice.py which trial is taken.
"""

from fairtune.tuning.choice import Choice, choose, keep
from fairtune.tuning.claims import Workers
from fairtune.tuning.cutting import LOOKS, Look
from fairtune.tuning.search import LIBRARY_DEFAULTS, remembered, search
from fairtune.tuning.space import suggest
from fairtune.tuning.trials import FinishedTrial, Judged

__all__ = [
    "LIBRARY_DEFAULTS",
    "LOOKS",
    "Choice",
    "FinishedTrial",
    "Judged",
    "Look",
    "Workers",
    "choose",
    "keep",
    "remembered",
    "search",
    "suggest",
]
