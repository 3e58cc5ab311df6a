"""The registry: a released model goes in, is tried as it will be used, and only then becomes champion."""

from fairtune.registry.checks import Judge
from fairtune.registry.entry import Entry, Receipt
from fairtune.registry.evidence import gather
from fairtune.registry.registration import holds, register

__all__ = ["Entry", "Judge", "Receipt", "gather", "holds", "register"]
