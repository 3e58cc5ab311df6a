"""Stage `report`: hold the figures against the limits, and explain both on one page."""

from fairtune import files
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.evaluation.gate import verdict as gate_verdict
from fairtune.reporting.headline import headline
from fairtune.reporting.plot_tables import plot_tables
from fairtune.reporting.report import Evidence, render


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:  # noqa: ARG001 - alike in all
    """Write the verdict, also a failed one, and the page; stage `gate` refuses to go on."""
    metrics = files.read_json(paths.metrics)
    trials, learning = files.read_table(paths.trials), files.read_table(paths.learning)
    verdict = gate_verdict.verdict(metrics, params.gate)
    page = render(
        Evidence(
            dataset=paths.dataset,
            params=params,
            metrics=metrics,
            verdict=verdict,
            trials=trials,
            learning=learning,
            best=files.read_json(paths.best),
            validation=files.read_json(paths.validation),
            about=files.read_json(paths.about),
            tastes=files.read_json(paths.taste_groups),
            alternatives=files.read_json(paths.alternatives) if paths.alternatives.exists() else {},
            times=files.read_json(paths.fits).get(paths.dataset, {}) if paths.fits.exists() else {},
        )
    )
    files.write_json(paths.verdict, verdict.to_json())
    files.write_json(paths.headline, headline(metrics, verdict))
    for name, table in plot_tables(metrics, trials, learning).items():
        files.write_csv(paths.plot(name), table)
    with files.replacing(paths.report) as temporary:
        temporary.write_text(page, encoding="utf-8")
    total = len(verdict.gates)
    print(f"{total - len(verdict.failed)} of {total} limits kept; page: {paths.report}")
