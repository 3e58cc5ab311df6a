"""Models of the user's own: a class in a file of `src/own`, named in `train.alternatives` of params.yaml."""

import hashlib
import importlib.util
import inspect
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.sparse import issparse

from fairtune.columns import Part
from fairtune.config.alternatives import CLASS
from fairtune.errors import BadParams
from fairtune.matrix.matrix import Matrix
from fairtune.models.base import Alternative

FOLDER: Final = Path("src/own")
"""Where the files are, below the project's folder: stages depend on it."""
COMMON: Final = ("matrix", "part", "seed", "threads")
"""What every `fit` takes; its other keyword arguments are settings."""
HELP: Final = "see docs/how-to/own-model.md"


def load(name: str, path: str, *, folder: Path = FOLDER) -> type[Alternative]:
    """Import the class of an alternative.

    Parameters
    ----------
    name
        Of the alternative in params.yaml, for messages.
    path
        `<file>.<class>`: `my_models.Mine` is class `Mine` of `src/own/my_models.py`.
    folder
        Where the file is.

    Returns
    -------
    type[Alternative]
        The class.

    Raises
    ------
    BadParams
        There is no such file or class, the file can't be imported, or the class isn't a model.
    """
    *modules, of_class = path.split(".")
    file = folder.joinpath(*modules).with_suffix(".py")
    where = f"train.alternatives.{name}: class {path}"
    if not file.is_file():
        raise BadParams(f"{where}: there is no file {file}")
    found: Any = getattr(_imported(file, where), of_class, None)
    if not isinstance(found, type):
        raise BadParams(f"{where}: {file} has no class {of_class}")
    if not (
        hasattr(found, "__dataclass_fields__")
        and callable(getattr(found, "fit", None))
        and hasattr(found, "scores")
    ):
        raise BadParams(f"{where}: must be a dataclass of arrays with `fit` and `scores`: {HELP}")
    return found


def check_settings(name: str, kind: type[Alternative], settings: Mapping[str, Any]) -> None:
    """Refuse settings that `fit` doesn't take; `BadParams` names those it takes."""
    parameters = inspect.signature(kind.fit).parameters.values()
    allowed = [each.name for each in parameters if each.name not in COMMON and each.kind is each.KEYWORD_ONLY]
    for setting in settings:
        if setting not in allowed:
            named = f"there are: {', '.join(allowed)}" if allowed else "it has none"
            raise BadParams(f"train.alternatives.{name}.{setting}: there is no such setting; {named}")


def check_fitted(name: str, model: Alternative, matrix: Matrix) -> None:
    """Refuse a fit that can't be stored, or that doesn't score every column of the target by a number.

    Parameters
    ----------
    name
        Of the alternative in params.yaml, for messages.
    model
        Fitted.
    matrix
        What it was fitted on.

    Raises
    ------
    BadParams
        A field is no array, or the scores of two listeners are of another shape or not finite.
    """
    where = f"train.alternatives.{name}"
    stored: Any = model
    for field in fields(stored):
        value = getattr(stored, field.name)
        if not issparse(value) and not (isinstance(value, np.ndarray) and value.dtype != object):
            raise BadParams(f"{where}: field {field.name} holds no array, but {type(value).__name__}: {HELP}")
    rows = np.arange(min(2, len(matrix.listeners)))
    scores = np.asarray(model.scores(rows))
    wanted = (len(rows), matrix.block(matrix.target, Part.TRAIN).shape[1])
    if scores.shape != wanted:
        raise BadParams(
            f"{where}: scores of {len(rows)} listeners have the shape {scores.shape}, not {wanted}"
        )
    if not np.isfinite(scores).all():
        raise BadParams(f"{where}: scores hold what is no finite number")


def check(grids: Mapping[str, Mapping[str, Any]]) -> None:
    """Import every class that grids name, and check their settings: before anything is fitted."""
    for name, grid in grids.items():
        if CLASS in grid:
            others = {setting: values for setting, values in grid.items() if setting != CLASS}
            check_settings(name, load(name, grid[CLASS][0]), others)


def digest(grids: Mapping[str, Mapping[str, Any]], *, folder: Path = FOLDER) -> str:
    """Name the files of the models of the user's own; "" if there are none."""
    if not any(CLASS in grid for grid in grids.values()):
        return ""
    content = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        content.update(f"{file.relative_to(folder).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return content.hexdigest()


def _imported(file: Path, where: str) -> Any:
    name = f"fairtune_own_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None  # noqa: S101 - a file that ends in .py has a loader
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadParams(f"{where}: {file} can't be imported: {type(error).__name__}: {error}") from error
    return module
