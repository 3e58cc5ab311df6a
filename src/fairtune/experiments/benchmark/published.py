"""What others published for the protocol that we repeat.

HetRec 2011 Last.fm, no filter, random 8:1:1 of each listener's artists, all artists ranked, embedding size
64, learning rates, layers and the like tuned on the validation part. No deviation is stated.

References
----------
RecBole-GNN, `results/social/lastfm.md`: Zhao et al., "RecBole 2.0", CIKM 2022.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

K: Final = 10
FIGURES: Final = tuple(f"{name}@{K}" for name in ("recall", "mrr", "ndcg", "hit", "precision"))
"""In the order of the published table."""

VALID_SHARE, TEST_SHARE = 0.1, 0.1
EMBEDDING: Final = 64


@dataclass(frozen=True)
class Published:
    """A row of the published table.

    Attributes
    ----------
    model
        Name of the model.
    figures
        By name, as `FIGURES` lists them, with `EMBEDDING` factors.
    """

    model: str
    figures: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return the row as the benchmark's file holds it."""
        return {"model": self.model, "factors": EMBEDDING, "figures": dict(self.figures)}


def _row(model: str, *values: float) -> Published:
    return Published(model, dict(zip(FIGURES, values, strict=True)))


RECBOLE_LASTFM: Final = (
    _row("BPR", 0.1761, 0.3026, 0.1674, 0.5573, 0.0858),
    _row("NeuMF", 0.1696, 0.2924, 0.1604, 0.5456, 0.0828),
    _row("NGCF", 0.1960, 0.3479, 0.1898, 0.6141, 0.0961),
    _row("LightGCN", 0.2064, 0.3559, 0.1972, 0.6322, 0.1009),
    _row("DiffNet", 0.1757, 0.3117, 0.1694, 0.5621, 0.0857),
    _row("MHCN", 0.2123, 0.3782, 0.2068, 0.6523, 0.1042),
    _row("SEPT", 0.2127, 0.3703, 0.2057, 0.6465, 0.1044),
)
