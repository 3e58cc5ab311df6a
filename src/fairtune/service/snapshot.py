"""A version of the model as a request sees it: whole, tried, and the same from start to end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from fairtune.columns import REGION, BlockName
from fairtune.errors import RegistryFailed
from fairtune.serving import name_search, requests
from fairtune.serving.recommender import Recommender
from fairtune.serving.release import Release

UNKNOWN: Final = "unknown"
TRIED: Final = 3  # items of each list that is tried


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A version of a registered model, in memory.

    Attributes
    ----------
    recommender
        Of its release.
    model
        Name in the registry.
    version
        Number of the version.
    registered_at
        When the version was registered; None if that isn't known.
    metrics
        Its metrics.json; None if it was registered without.
    """

    recommender: Recommender
    model: str
    version: int
    registered_at: datetime | None = None
    metrics: Mapping[str, Any] | None = None

    @classmethod
    def load(
        cls,
        folder: Path,
        *,
        model: str,
        version: int,
        registered_at: datetime | None = None,
        metrics: Mapping[str, Any] | None = None,
    ) -> "Snapshot":
        """Load the release in `folder` and try it.

        All that answers need is read, so that no request waits for it and none needs the folder later.

        Parameters
        ----------
        folder
            Of the release.
        model
            Name in the registry.
        version
            Number of the version.
        registered_at
            When it was registered.
        metrics
            Its metrics.json.

        Returns
        -------
        Snapshot
            Of a version that predicts.

        Raises
        ------
        RegistryFailed
            It doesn't load or predict.
        """
        try:
            snapshot = cls(Recommender.load(folder), model, version, registered_at, metrics)
            snapshot._try()
        except Exception as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise RegistryFailed(f"{model} version {version} doesn't predict ({reason})") from error
        return snapshot

    @property
    def release(self) -> Release:
        return self.recommender.release

    def as_dict(self) -> dict[str, Any]:
        """Return what every answer says of the model."""
        at = self.registered_at
        return {
            "name": self.model,
            "version": self.version,
            "registered_at": None if at is None else at.isoformat(timespec="seconds"),
        }

    @property
    def tag(self) -> str:
        """Names what the version answers: the same request gets the same answer for as long."""
        return f'W/"{self.model}-{self.version}"'

    def age(self, now: datetime | None = None) -> float | None:
        """Return the seconds since the version was registered; None if that isn't known."""
        if self.registered_at is None:
            return None
        return ((now or datetime.now(UTC)) - self.registered_at).total_seconds()

    def regions(self, block: BlockName) -> list[str]:
        """Return the region of the artist of each column; `unknown` where none is known."""
        return self.release.once(f"regions of {block}", lambda: _regions(self.release, block))

    def column_of(self, block: BlockName, item_id: int | str) -> int | None:
        """Return the column of an item by its id, None if there is none."""
        columns = self.release.once(
            f"columns of {block} by id",
            lambda: {str(each): column for column, each in enumerate(self.release.columns(block).ids)},
        )
        return columns.get(str(item_id).strip())

    def _try(self) -> None:
        release, recommender = self.release, self.recommender
        someone = requests.known_listener(release, release.listener_ids[0])
        by_id = (
            f"{name_search.BY_ID}{release.columns(release.item_block).ids[0]}"  # several may have its name
        )
        new = requests.new_listener(release, name_search.likes(release, [by_id]))
        for block in release.kinds:
            self.regions(block)
            self.column_of(block, "")
            for _ in recommender.for_all([someone, new], n=TRIED, kind=block, strict=False):
                pass


def _regions(release: Release, block: BlockName) -> list[str]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(release.folder / f"columns_{block}.parquet") as file:
        if REGION not in file.schema_arrow.names:
            return [UNKNOWN] * release.width(block)
        return [region or UNKNOWN for region in file.read(columns=[REGION])[REGION].to_pylist()]
