"""Loading a registered model and predicting with it, before it becomes champion."""

from pathlib import Path
from typing import Final

from fairtune.errors import RegistryFailed
from fairtune.serving import packaging
from fairtune.serving.recommender import Recommender

TRIED: Final = 5  # items of each list that the check compares


def try_out(model: str, number: int, release: Path) -> None:
    """Load a version as its users will and compare what it recommends with what `release` does.

    `RegistryFailed` if it doesn't predict, or recommends something else.
    """
    import mlflow.pyfunc

    recommender = Recommender.load(release)
    asked = packaging.example(recommender)
    where = f"models:/{model}/{number}"
    try:
        told = mlflow.pyfunc.load_model(where).predict(asked, params={"n": TRIED})
        found = [
            told.loc[told["row"] == row, ["item_id", "score"]].to_records(index=False).tolist()
            for row in range(len(asked))
        ]
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise RegistryFailed(f"{where} doesn't predict ({reason}): the champion stays") from error
    expected = [
        [(str(item.item_id), round(item.score, 6)) for item in listed.items]
        for listed in (recommender.for_listener(user, n=TRIED, strict=False) for user in asked["user_id"])
    ]
    if found != expected:
        raise RegistryFailed(f"{where} doesn't recommend what {release} does: the champion stays")
