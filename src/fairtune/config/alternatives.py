"""`train.alternatives` of params.yaml: the models that `als` is compared with, and their settings."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictInt,
    StrictStr,
    TypeAdapter,
    ValidationError,
)

Setting = StrictInt | Annotated[float, Field(strict=True, allow_inf_nan=False)] | StrictStr
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


CLASS: Final = "class"
"""The setting that names a class of the user's own: `my_models.Mine` of src/own/my_models.py."""
_PATH: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


def _with_one_class(written: Any) -> Any:
    """Take `class: my_models.Mine` for a list of one, as the values of other settings are."""
    if not isinstance(written, Mapping):
        return written
    return {
        name: {**grid, CLASS: [grid[CLASS]]}
        if isinstance(grid, Mapping) and isinstance(grid.get(CLASS), str)
        else grid
        for name, grid in written.items()
    }


def _check(grids: Mapping[str, Grid]) -> Mapping[str, Grid]:
    for name, grid in grids.items():
        if CLASS in grid:
            _check_own(name, grid)
        elif name in SETTINGS:
            _check_settings(name, grid)
        else:
            raise ValueError(
                f"{name}: there is no such model; there are: {', '.join(SETTINGS)}, and a class of your own"
            )
    return grids


def _check_own(name: str, grid: Grid) -> None:
    if name in SETTINGS or name == "als" or not _NAME.fullmatch(name):
        raise ValueError(f"{name}: a class of your own needs another name: letters, digits and _")
    (path, *others) = grid[CLASS]
    if others or not isinstance(path, str) or not _PATH.fullmatch(path):
        raise ValueError(f"{name}.class: write <file>.<class>, as my_models.Mine of src/own/my_models.py")


def _check_settings(name: str, grid: Grid) -> None:
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


Alternatives = Annotated[Mapping[str, Grid], AfterValidator(_check), BeforeValidator(_with_one_class)]
