"""What the API takes where nothing is said: the values that `params.yaml` has for all data sets."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from fairtune.columns import AGE_BANDS, TAIL_SHARE, BlockName
from fairtune.config.sections import Evaluate, Generate, Ingest, MatrixParams

GENERATE: Final = Generate(listeners=1500, tracks=3000, regional_bias=0.5, taste_strength=0.7)
REGIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "United States": ("US",),
    "United Kingdom": ("GB",),
    "other Europe": (
        "AD", "AL", "AT", "AX", "BA", "BE", "BG", "BY", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FO",
        "FR", "GG", "GI", "GR", "HR", "HU", "IE", "IM", "IS", "IT", "JE", "LI", "LT", "LU", "LV", "MC", "MD",
        "ME", "MK", "MT", "NO", "NL", "PL", "PT", "RO", "RS", "RU", "SE", "SI", "SJ", "SK", "SM", "UA", "VA",
        "XK",
    ),
}  # fmt: skip
OTHER_REGION: Final = "rest of the world"


def ingest(regions: Mapping[str, Sequence[str]] | None = None) -> Ingest:
    """Return how tables are cleaned."""
    chosen = REGIONS if regions is None else {name: tuple(members) for name, members in regions.items()}
    return Ingest(max_rejected=100, min_items=20, max_types=5, regions=chosen, other_region=OTHER_REGION)


def matrix(
    target: BlockName,
    blocks: Sequence[BlockName],
    *,
    split: Literal["random", "leave_last", "temporal", "given"] = "random",
) -> MatrixParams:
    """Return how the matrix is built."""
    return MatrixParams(
        target=target, blocks=tuple(blocks), split=split, valid_share=0.1, test_share=0.2, min_share=0.02
    )


def evaluate(**chosen: Any) -> Evaluate:
    """Return how a model is judged; `chosen` are fields of `evaluate` in params.yaml."""
    usual: dict[str, Any] = {
        "ks": (10, 20, 40),
        "fairness_ks": (10, 20),
        "resamples": 1000,
        "min_group": 100,
        "min_provider_group": 5,
        "head_share": 0.2,
        "tail_share": TAIL_SHARE,
        "age_bands": AGE_BANDS,
        "countries": 10,
        "emerging_listeners": 10,
        "emerging_period": 0.1,
        "cold_listeners": 5,
    }
    return Evaluate(**(usual | chosen))
