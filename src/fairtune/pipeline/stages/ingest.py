"""Stage `ingest`: turn raw files into canonical tables."""

from fairtune import files
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.data import ingest, look_alikes
from fairtune.data.custom import dataset as custom_dataset
from fairtune.data.events import merge
from fairtune.data.events import store as event_store
from fairtune.data.sources import catalogue, music_types


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:  # noqa: ARG001 - one form
    own = params.download.table is not None
    dataset = custom_dataset.describe(paths.dataset, paths.raw) if own else catalogue.get(paths.dataset)
    raw = dataset.read(paths.raw)
    events = event_store.read(paths.raw_events)
    if events is not None:
        raw = merge.grow(raw, events, dataset)
        counts = {what.replace("_", " "): number for what, number in raw.events.items()}
        print("new listening: " + ", ".join(f"{number:,} {what}" for what, number in counts.items()))
    result = ingest.ingest(raw, dataset, music_types.vocabulary(), params.ingest)
    for name, rows in result.tables.items():
        files.write_table(paths.table(name), rows)
    files.write_csv(paths.rejected, result.rejected)
    files.write_json(paths.about, result.about)
    print(", ".join(f"{rows:,} {name}" for name, rows in result.about["rows"].items()))
    for line in look_alikes.warnings(result.tables):
        print(line)
    known = result.about["coverage"]["artist_region"]
    print(
        f"{result.about['music_types']:,} music types; region known for {known['items']:.1%} of items, "
        f"{known['plays']:.1%} of plays, {result.about['rejected']:,} rejected"
    )
