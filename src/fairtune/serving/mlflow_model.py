"""What a registered model consists of besides the release: signature, example, requirements and code."""

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import fairtune
from fairtune.serving.recommendation import DEFAULT_N
from fairtune.serving.recommender import Recommender

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.models import ModelSignature
    from mlflow.models.model import ModelInfo
    from mlflow.types import Schema

SCRIPT: Final = Path(__file__).with_name("pyfunc_model.py")
REQUIRED: Final = ("mlflow", "numpy", "pandas", "pyarrow", "rapidfuzz")  # what loading and predicting imports
MODULES: Final = ("__init__.py", "columns.py", "errors.py", "serving")
INPUTS: Final = {"user_id": "string?", "likes": "any?", "liked_ids": "any?"}  # any: a text or a list
OUTPUTS: Final = {
    "row": "long",
    "rank": "long",
    "item_id": "string",
    "name": "string",
    "artist": "string?",
    "score": "double",
    "why": "string",
    "new": "boolean",
    "emerging": "boolean",
    "listeners": "long",
    "start_with": "string",
}
LEFT_OUT: Final = ("__pycache__", "mlflow_model.py", "pyfunc_model.py")


def log(recommender: Recommender, *, extra_files: Sequence[Path] = ()) -> "ModelInfo":
    """Log the model to the active MLflow run: the release as it is, and the script that answers from it.

    Parameters
    ----------
    recommender
        Of the release.
    extra_files
        Files that go with it.

    Returns
    -------
    ModelInfo
        Of the logged model.
    """
    import mlflow.pyfunc

    with TemporaryDirectory() as folder, search_path_kept():
        logged: ModelInfo = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(SCRIPT),
            artifacts={
                "release": str(_plain(recommender.release.folder, Path(folder))),
                **{file.name: str(file) for file in extra_files},
            },
            code_paths=[str(copy_code(Path(folder)))],
            signature=signature(recommender),
            input_example=(example(recommender), {"n": 3}),
            pip_requirements=requirements(),  # given: to infer them, MLflow runs the model once more
        )
    return logged


@contextmanager
def search_path_kept() -> Iterator[None]:
    """Leave the search path of modules as it was.

    MLflow puts the code kept with a model first on it when it logs or loads one: a process that is started
    later would run that code.
    """
    searched = list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = searched


def _plain(release: Path, folder: Path) -> Path:
    """Copy a release that holds links, which DVC makes where it is told to: MLflow refuses them."""
    if not any(path.is_symlink() for path in (release, *release.rglob("*"))):
        return release
    return Path(shutil.copytree(release, folder / "release" / release.name))


def signature(recommender: Recommender) -> "ModelSignature":
    """Return what goes in (a listener's id or likes, a list's length and kind) and what comes out."""
    from mlflow.models import ModelSignature
    from mlflow.types import ParamSchema, ParamSpec

    options = [
        ParamSpec("n", "long", DEFAULT_N),
        ParamSpec("kind", "string", str(recommender.release.target)),
    ]
    return ModelSignature(inputs=_schema(INPUTS), outputs=_schema(OUTPUTS), params=ParamSchema(options))


def _schema(types: Mapping[str, str]) -> "Schema":
    """Columns by name; a type with a question mark may be missing."""
    from mlflow.types import ColSpec, Schema
    from mlflow.types.schema import AnyType

    anything = AnyType()  # type: ignore[no-untyped-call]

    def column(name: str, kind: str) -> ColSpec:
        plain = kind.rstrip("?")
        return ColSpec(anything if plain == "any" else plain, name, required=plain == kind)

    return Schema([column(*each) for each in types.items()])


def example(recommender: Recommender) -> "pd.DataFrame":
    """Ask for a few listeners spread over the release: one row each."""
    import pandas as pd

    ids = recommender.release.listener_ids
    chosen = dict.fromkeys((0, len(ids) // 2, len(ids) - 1))
    return pd.DataFrame({"user_id": [str(ids[row]) for row in chosen]})


def requirements() -> list[str]:
    """Pin what the model imports to what is installed here, where it was tried."""
    return [f"{name}=={version(name)}" for name in REQUIRED]


def copy_code(folder: Path) -> Path:
    """Copy the part of fairtune that recommends: the model loads where fairtune isn't installed."""
    source, copied = Path(fairtune.__file__).parent, folder / "fairtune"
    copied.mkdir()
    for name in MODULES:
        if (source / name).is_dir():
            shutil.copytree(source / name, copied / name, ignore=shutil.ignore_patterns(*LEFT_OUT))
        else:
            shutil.copyfile(source / name, copied / name)
    return copied
