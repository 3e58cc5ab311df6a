"""The registry: a released model goes in, is tried as it will be used, and only then becomes champion."""

from fairtune.registry.entry import Entry, Receipt
from fairtune.registry.registration import holds, register

__all__ = ["Entry", "Receipt", "holds", "register"]
