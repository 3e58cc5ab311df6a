"""Stage `download`: source files in place and verified, the user's own copied, or the data set generated."""

import sys

from fairtune import processes
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.data.download import raw_folder
from fairtune.data.events import store as event_store
from fairtune.data.events import watched_folder


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:
    """Fill the raw folder, then add the new listening that is kept and that the watched folder has."""
    doing = f"download@{paths.dataset}"
    with processes.exclusive(paths.events_lock, doing=doing, wait=_waiting):
        event_store.unite(paths)
        print("\n".join(raw_folder.fill(params, paths, seed=seed)))
        event_store.publish(paths)
        if params.download.events is not None:
            for line in watched_folder.take_in(params, paths):
                print(line)


def _waiting(holder: str) -> None:
    print(f"waiting for {holder} to end", file=sys.stderr)
