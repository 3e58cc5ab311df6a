"""The registered model: a script that MLflow keeps beside the release and runs when the model is loaded.

Code instead of a pickle: it can be read in the registry, and no version of Python is baked into it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from fairtune.errors import BadRequest
from fairtune.serving import name_search, requests
from fairtune.serving.recommendation import Recommendation
from fairtune.serving.recommender import Recommender
from fairtune.serving.release import Release
from fairtune.serving.requests import Request

INPUTS: Final = ("user_id", "likes", "liked_ids")
COLUMNS: Final = (
    "row",
    "rank",
    "item_id",
    "name",
    "artist",
    "score",
    "why",
    "new",
    "emerging",
    "listeners",
    "start_with",
)


class Recommendations(PythonModel):
    """A row in for each listener, a row out for each item of their list.

    A row in has one of `user_id`, `likes` (of somebody new: names, in one text or as a list) and `liked_ids`
    (a list of ids of items). `row` is the number of the input's row, from 0; `start_with` is JSON, "[]" where
    nothing stands under an item. What can't be answered is an error of MLflow's that `mlflow models serve`
    returns as status 400, in one line and without a stack trace.
    """

    recommender: Recommender

    def load_context(self, context: PythonModelContext) -> None:
        self.recommender = Recommender.load(Path(context.artifacts["release"]))

    def predict(
        self,
        context: PythonModelContext,  # noqa: ARG002 - MLflow gives it by name
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Recommend at most `n` items of `kind` to each; fewer where less is left."""
        wanted = params or {}
        try:
            rows = enumerate(model_input.to_dict("records"))
            requested = (self._request(row, values) for row, values in rows)
            n, kind = wanted.get("n"), wanted.get("kind")
            lists = self.recommender.for_all(requested, n=n, kind=kind, strict=False)
            answer = [_cells(row, item) for row, listed in enumerate(lists) for item in listed.items]
        except BadRequest as error:
            raise MlflowException(str(error), error_code=INVALID_PARAMETER_VALUE) from error
        return pd.DataFrame(answer, columns=list(COLUMNS))

    def _request(self, row: int, values: Mapping[str, Any]) -> Request:
        try:
            return _request(self.recommender.release, values)
        except BadRequest as error:
            raise BadRequest(f"row {row}: {error}") from None


def _request(release: Release, values: Mapping[str, Any]) -> Request:
    given = {name: values[name] for name in INPUTS if name in values and not _missing(values[name])}
    if len(given) != 1:
        raise BadRequest(f"give one of {', '.join(INPUTS)}")
    if "user_id" in given:
        return requests.known_listener(release, _id(given["user_id"]))
    if "liked_ids" in given:
        liked = _listed("liked_ids", given["liked_ids"])
        return requests.new_listener(release, name_search.by_id(release, map(_id, liked)))
    likes = given["likes"]
    named = likes if isinstance(likes, str) else [str(name) for name in _listed("likes", likes)]
    return requests.new_listener(release, name_search.likes(release, named))


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def _listed(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple | np.ndarray):
        raise BadRequest(f"{name} is a list, not {value!r}")
    return list(value)


def _id(value: Any) -> str:
    """Write an id as text; where other rows have none, pandas makes 2.0 of the number 2."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _cells(row: int, item: Recommendation) -> tuple[Any, ...]:
    """One row of the answer, in the order of `COLUMNS`."""
    begin = [under.as_dict() for under in item.start_with]
    return (
        row,
        item.rank,
        str(item.item_id),
        item.name,
        item.artist,
        round(item.score, 6),
        item.why,
        item.new,
        item.emerging,
        item.listeners,
        json.dumps(begin, ensure_ascii=False) if begin else "[]",
    )


set_model(Recommendations())
