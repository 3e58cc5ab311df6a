"""Stage `validate`: refuse tables that break a critical rule or drifted too far, and show what was found."""

from collections.abc import Mapping

from fairtune import files
from fairtune.columns import BlockName, Table
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.data.custom import dataset
from fairtune.data.sources import catalogue
from fairtune.data.sources.base import Dataset
from fairtune.errors import DataDrifted
from fairtune.pipeline.champion import data_profile
from fairtune.reporting import drift as reporting_drift
from fairtune.validation.drift import detection, messages
from fairtune.validation.drift.detection import State
from fairtune.validation.drift.profile import Profile, profile
from fairtune.validation.expectations import data_docs
from fairtune.validation.expectations.runner import check


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:  # noqa: ARG001 - one form
    """Read the canonical tables, write the summary and the pages; `BadTable` after that if need be.

    Then compare them with those of the champion: `DataDrifted` if they are further away than the limits
    allow. The profile is written last, so that tables are as good as refused until somebody accepts them.
    """
    for stale in (paths.profile, paths.drift, paths.drift_page):
        stale.unlink(missing_ok=True)
    tables = {name: files.read_table(paths.table(name)) for name in Table}
    about = files.read_json(paths.about)
    checked = check(tables, _described(params, paths), params.validate, _grown(about.get("events")))
    judged = checked.judgement
    for name, page in data_docs.render(checked, dataset=paths.dataset).items():
        files.write_text(paths.data_docs / name, page)
    rejected = about["rejected"]
    summary = judged.summary(paths.dataset, rejected=rejected)
    files.write_json(paths.validation, summary)
    index = paths.data_docs / data_docs.INDEX
    if not judged.success:
        raise judged.error(docs=str(index), rejected=str(paths.rejected) if rejected else "")
    print(f"{summary['evaluated']} rules checked, warnings: {summary['failed']}; pages: {index}")
    found = profile(tables)
    _compare(found, params, paths)
    files.write_json(paths.profile, found.to_json())


def _compare(found: Profile, params: DatasetParams, paths: Paths) -> None:
    """Write how far the tables are from the champion's and say so; `DataDrifted` if that is too far."""
    champion = data_profile.read(paths)
    if champion is None:
        print("drift: nothing to compare with: no profile of a champion's data")
        return
    before, version = champion
    model = params.register.model
    drift = detection.compare(before, found, params.validate.drift, model=model, version=version)
    files.write_json(paths.drift, drift.to_json())
    files.write_text(paths.drift_page, reporting_drift.render(drift, dataset=paths.dataset))
    if drift.state is State.STOP:
        raise DataDrifted(f"{messages.summary(drift)}; {messages.remedy(drift)}. See {paths.drift_page}")
    print(f"drift: {messages.summary(drift)}; page: {paths.drift_page}")


def _described(params: DatasetParams, paths: Paths) -> Dataset:
    """Return what the rules of the tables ask of a data set."""
    if params.download.table is None:
        return catalogue.get(paths.dataset)
    about = files.read_json(paths.about)
    return dataset.dataset(paths.dataset, item_kind=BlockName(about["item_kind"]), counts=about["counts"])


def _grown(events: Mapping[str, int] | None) -> dict[Table, int]:
    """Return the rows that new listening added, by table, as `about.json` tells them."""
    if events is None:
        return {}
    return {
        Table.INTERACTIONS: events["new_pairs"],
        Table.ITEMS: events["new_items"],
        Table.USERS: events["new_listeners"],
    }
