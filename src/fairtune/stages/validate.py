"""Stage `validate`: refuse tables that break a critical rule, and show what was found either way."""

from collections.abc import Mapping

from fairtune import datasets, store
from fairtune.columns import BlockName, Table
from fairtune.datasets import table
from fairtune.datasets.base import Dataset
from fairtune.expectations import pages
from fairtune.expectations.check import check
from fairtune.params import DatasetParams
from fairtune.paths import Paths


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:  # noqa: ARG001 - one form
    """Read the canonical tables, write the summary and the pages; `BadTable` after that if need be."""
    tables = {name: store.read_table(paths.table(name)) for name in Table}
    about = store.read_json(paths.about)
    checked = check(tables, _described(params, paths), params.validate, _grown(about.get("events")))
    judgement = checked.judgement
    for name, page in pages.render(checked, dataset=paths.dataset).items():
        store.write_text(paths.data_docs / name, page)
    rejected = about["rejected"]
    summary = judgement.summary(paths.dataset, rejected=rejected)
    store.write_json(paths.validation, summary)
    index = paths.data_docs / pages.INDEX
    if not judgement.success:
        raise judgement.error(docs=str(index), rejected=str(paths.rejected) if rejected else "")
    print(f"{summary['evaluated']} rules checked, warnings: {summary['failed']}; pages: {index}")


def _described(params: DatasetParams, paths: Paths) -> Dataset:
    """Give what the rules of the tables ask of a data set."""
    if params.download.table is None:
        return datasets.get(paths.dataset)
    about = store.read_json(paths.about)
    return table.dataset(paths.dataset, item_kind=BlockName(about["item_kind"]), counts=about["counts"])


def _grown(events: Mapping[str, int] | None) -> dict[Table, int]:
    """Give the rows that new listening added, by table, as `about.json` tells them."""
    if events is None:
        return {}
    return {
        Table.INTERACTIONS: events["new_pairs"],
        Table.ITEMS: events["new_items"],
        Table.USERS: events["new_listeners"],
    }
