"""How often one client may ask: a token bucket an address (Turner, IEEE Communications 24 (10), 1986)."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

MOST: Final = 10_000
"""Addresses that are remembered: of those beyond, the one that was silent longest is forgotten."""


@dataclass
class RateLimit:
    """Requests a second that a client may send for long, and twice as many at once.

    Attributes
    ----------
    rate
        Requests a second, above 0.
    clock
        Seconds that pass.
    """

    rate: float
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict, repr=False)

    def wait(self, client: str) -> float:
        """Count a request.

        Parameters
        ----------
        client
            Who asks.

        Returns
        -------
        float
            0: it may be answered. Else it isn't counted, and so many seconds later it may be.
        """
        now, most = self.clock(), max(2 * self.rate, 1.0)
        left, since = self._left.pop(client, (most, now))
        left = min(most, left + (now - since) * self.rate)
        allowed = left >= 1
        self._left[client] = (left - allowed, now)
        if len(self._left) > MOST:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self.rate
