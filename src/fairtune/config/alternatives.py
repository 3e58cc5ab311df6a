"""`train.alternatives` of params.yaml: the models that `als` is compared with, and their settings."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StrictInt, TypeAdapter, ValidationError

Setting = StrictInt | Annotated[float, Field(strict=True, allow_inf_nan=False)]
Grid = Mapping[str, Annotated[tuple[Setting, ...], Field(min_length=1)]]
_Whole = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
_Factors = Annotated[int, Field(strict=True, ge=1, le=2048)]
_Penalty = Annotated[float, Field(strict=True, ge=0, le=1e9)]
_Positive = Annotated[float, Field(strict=True, gt=0, le=1e9)]
_Balance = Annotated[float, Field(strict=True, ge=0, le=2)]

SETTINGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "popularity": {},
    "tutorial_als": {},
    "plain_als": {
        "factors": _Factors,
        "regularization": _Penalty,
        "regularization_exponent": Annotated[float, Field(strict=True, ge=0, le=1)],
    },
    "item_knn": {"neighbours": _Whole, "shrinkage": _Penalty, "beta": _Balance},
    "linear": {"damping": _Penalty},
    "autoencoder": {"regularization": _Positive, "beta": _Balance},
    "variational_autoencoder": {
        "factors": _Factors,
        "epochs": Annotated[int, Field(strict=True, ge=1, le=100_000)],
    },
}
"""Model -> its settings -> the type of each."""


def _check(grids: Mapping[str, Grid]) -> Mapping[str, Grid]:
    for name, grid in grids.items():
        if name not in SETTINGS:
            raise ValueError(f"{name}: there is no such model; there are: {', '.join(SETTINGS)}")
        for setting, values in grid.items():
            allowed = SETTINGS[name]
            if setting not in allowed:
                named = f"there are: {', '.join(allowed)}" if allowed else "it has none"
                raise ValueError(f"{name}.{setting}: there is no such setting; {named}")
            for value in values:
                try:
                    TypeAdapter(allowed[setting]).validate_python(value)
                except ValidationError as error:
                    raise ValueError(f"{name}.{setting}: {value}: {error.errors()[0]['msg']}") from error
    return grids


Alternatives = Annotated[Mapping[str, Grid], AfterValidator(_check)]
