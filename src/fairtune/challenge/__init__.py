"""A candidate against the champion, by figures of the same held-out listening."""

from fairtune.challenge.against import against_champion
from fairtune.challenge.judged import Judged, forget_others, write
from fairtune.challenge.measured import tags

__all__ = ["Judged", "against_champion", "forget_others", "tags", "write"]
