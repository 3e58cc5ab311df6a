"""The registered model: a script that MLflow keeps beside the release and runs when the model is loaded.

Code instead of a pickle: it can be read in the registry, and no version of Python is baked into it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from fairtune.errors import BadRequest
from fairtune.serving.recommendation import RecommendationList
from fairtune.serving.recommender import Recommender

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
    """A row in for each listener (`user_id`, or `likes` of a new one), a row out for each item of a list.

    `row` is the number of the input's row, from 0; `start_with` is JSON, "[]" where nothing stands under an
    item.
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
        """Give at most `n` items of `kind` to each; fewer where less is left."""
        asked = params or {}
        told = [
            {**item.as_dict(), "row": row}
            for row, asker in enumerate(model_input.to_dict("records"))
            for item in self._list(asker, n=asked.get("n"), kind=asked.get("kind")).items
        ]
        for item in told:
            item["item_id"] = str(item["item_id"])
            item["start_with"] = json.dumps(item.get("start_with", []), ensure_ascii=False)
        return pd.DataFrame(told, columns=list(COLUMNS))

    def _list(self, asker: Mapping[str, Any], *, n: int | None, kind: str | None) -> RecommendationList:
        user_id, likes = (asker.get(key) for key in ("user_id", "likes"))
        if pd.isna(user_id) == pd.isna(likes):
            raise BadRequest("give each row either a user_id or likes")
        if pd.isna(likes):
            return self.recommender.for_listener(str(user_id), n=n, kind=kind, strict=False)
        return self.recommender.for_likes(str(likes), n=n, kind=kind, strict=False)


set_model(Recommendations())
