"""Stage `validate`: refuse tables that break a critical rule, and show what was found either way."""

from fairtune import datasets, store
from fairtune.columns import Table
from fairtune.expectations import pages
from fairtune.expectations.check import check
from fairtune.params import DatasetParams
from fairtune.paths import Paths


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:  # noqa: ARG001 - one form
    """Read the canonical tables, write the summary and the pages; `BadTable` after that if need be."""
    tables = {table: store.read_table(paths.table(table)) for table in Table}
    checked = check(tables, datasets.get(paths.dataset), params.validate)
    judgement = checked.judgement
    for name, page in pages.render(checked, dataset=paths.dataset).items():
        store.write_text(paths.data_docs / name, page)
    rejected = store.read_json(paths.about)["rejected"]
    summary = judgement.summary(paths.dataset, rejected=rejected)
    store.write_json(paths.validation, summary)
    index = paths.data_docs / pages.INDEX
    if not judgement.success:
        raise judgement.error(docs=str(index), rejected=str(paths.rejected) if rejected else "")
    print(f"{summary['evaluated']} rules checked, warnings: {summary['failed']}; pages: {index}")
