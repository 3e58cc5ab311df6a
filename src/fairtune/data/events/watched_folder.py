"""New listening that lies in the watched folder of params.yaml."""

from fairtune.columns import ITEM, USER
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.data.custom import dataset as custom_dataset
from fairtune.data.events import store as event_store
from fairtune.data.events.parsing import Known
from fairtune.data.sources import catalogue


def take_in(params: DatasetParams, paths: Paths) -> tuple[str, ...]:
    """Take in what is new in the watched folder: all of it, or nothing if a row of it is wrong.

    Returns a line a file.
    """
    watched, own = params.download.events, params.download.table
    assert watched is not None  # noqa: S101 - whoever calls has looked
    files = event_store.pending(paths, watched)
    if not files:
        return ()
    dataset = (
        catalogue.get(paths.dataset) if own is None else custom_dataset.describe(paths.dataset, paths.raw)
    )
    raw = dataset.read(paths.raw)
    taken = event_store.look(
        files,
        Known(raw.users[USER], raw.items[ITEM], dataset.item_kind),
        paths,
        explicit=watched.columns,
        usual=own.interactions.columns if own else {},
        way_out=f"mend the file or take it out of {watched.folder}, then run again",
    )
    event_store.append(taken, paths.events)
    event_store.publish(paths)
    return tuple(file.summary() for file in taken)
