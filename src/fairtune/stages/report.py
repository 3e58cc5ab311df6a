"""Stage `report`: hold the figures against the limits, and explain both on one page."""

from fairtune import gates, store
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.report.page import Evidence, render


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:  # noqa: ARG001 - alike in all
    """Write the verdict, also one that failed, and the page; refusing to go on is for stage `gate`."""
    metrics = store.read_json(paths.metrics)
    verdict = gates.verdict(metrics, params.gate)
    page = render(
        Evidence(
            dataset=paths.dataset,
            params=params,
            metrics=metrics,
            verdict=verdict,
            trials=store.read_table(paths.trials),
            learning=store.read_table(paths.learning),
            best=store.read_json(paths.best),
            validation=store.read_json(paths.validation),
            about=store.read_json(paths.about),
            tastes=store.read_json(paths.taste_groups),
            alternatives=store.read_json(paths.alternatives) if paths.alternatives.exists() else {},
            times=store.read_json(paths.fits).get(paths.dataset, {}) if paths.fits.exists() else {},
        )
    )
    store.write_json(paths.verdict, verdict.to_json())
    with store.replacing(paths.report) as temporary:
        temporary.write_text(page, encoding="utf-8")
    total = len(verdict.gates)
    print(f"{total - len(verdict.failed)} of {total} limits kept; page: {paths.report}")
