"""Write the pictures and figures of docs/explanation/fairness.md: what balances and neighbours do to a model.

Everything stays as the search chose it but for one value at a time, and for the neighbours, which are left
out where an exponent of the factors moves; figures are those of the validation
part. Needs the matrix and models/<data set>/best.json of a run. Fits with fewer factors than were chosen: the
exponents act the same, in a third of the time.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from fairtune import files
from fairtune.columns import REGION, UNKNOWN, Part
from fairtune.config import params, sections
from fairtune.config.hyperparameters import hyperparameters
from fairtune.config.paths import Paths
from fairtune.evaluation.measure.ground_truth import TIER
from fairtune.matrix import provider_groups
from fairtune.matrix import storage as matrix_storage
from fairtune.metrics import accuracy, ranking
from fairtune.metrics.bootstrap import Bootstrap
from fairtune.metrics.fairness import provider_parity
from fairtune.models.als import model as als
from fairtune.models.neighbours.model import Learned

ROOT: Final = Path(__file__).parents[1]
PICTURES: Final = ROOT / "docs/images"
SHARE: Final = "share"
SWEEPS: Final[Mapping[str, Sequence[float]]] = {
    "beta": (0.0, 0.2, 0.4, 0.6, 0.8),
    "gamma": (0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
    "delta": (0.0, 0.25, 0.5, 0.75, 1.0),
    SHARE: (0.0, 0.15, 0.3, 0.45, 0.6),
}
MOST_FACTORS: Final = 96
K: Final = 10
COLOURS: Final = ("#0b6e75", "#c8553d", "#7a5195", "#3f7d20", "#8d6a00")

Json = dict[str, Any]


def main() -> None:
    """Sweep, write reports/benchmarks/sweeps.json and docs/images/fairness-*.png."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", default="lfm-2b")
    parser.add_argument("--draw", action="store_true", help="only draw anew what was measured")
    given = parser.parse_args()
    os.chdir(ROOT)
    there = ROOT / "reports/benchmarks/sweeps.json"
    if not given.draw:
        files.write_json(there, sweep(given.dataset))
    draw(json.loads(there.read_text(encoding="utf-8")))


def sweep(dataset: str) -> Json:
    """Judge a fit for every value of every exponent."""
    everything, paths = params.load(ROOT), Paths(dataset)
    matrix = matrix_storage.read_matrix(paths.matrix)
    chosen = hyperparameters(files.read_json(paths.best)["hyperparameters"])
    chosen = replace(chosen, factors=min(chosen.factors, MOST_FACTORS))
    found: Json = {"dataset": dataset, "seed": everything.seed, "factors": chosen.factors, "sweeps": {}}
    threads = os.cpu_count() or 1
    learned = Learned(Part.TRAIN, threads)
    for name, values in SWEEPS.items():
        points = []
        for value in values:
            point = replace(chosen, **{SHARE: 0.0, name: value})
            neighbours = learned.of(matrix, point)
            fitted = als.fit(
                matrix, Part.TRAIN, point, seed=everything.seed, threads=threads, neighbours=neighbours
            )
            points.append({"value": value, **_judged(matrix, fitted, everything.dataset(dataset).evaluate)})
            print(name, value, {key: points[-1][key] for key in ("ndcg", "dp", "eo", "tail")})
        found["sweeps"][name] = points
    return found


def _judged(matrix: Any, fitted: als.Als, of: sections.Evaluate) -> Json:
    block, part = matrix.target, Part.TRAIN
    known, truth = matrix.block(block, part), matrix.truth(block, part)
    lists = ranking.rank(lambda rows: fitted.scores(rows, block), known, K, threads=os.cpu_count() or 1)
    named = {name: provider_groups.grouping(matrix, block, part, name) for name in (REGION, TIER)}
    chances = provider_parity.chances(
        truth,
        known,
        {name: (group.names, group.membership) for name, group in named.items()},
        bootstrap=Bootstrap(n_listeners=len(lists), resamples=0, seed=0),
        min_group=of.min_provider_group,
    )
    compared = provider_parity.compare(lists, chances, [K])
    by_region = {
        parity: {
            name: _short(group["rate"]["value"])
            for name, group in compared[REGION][f"{parity}@{K}"]["groups"].items()
            if name != UNKNOWN
        }
        for parity in ("dp", "eo")
    }
    return {
        "ndcg": _short(np.nanmean(accuracy.per_listener(lists, truth, [K])[f"ndcg@{K}"])),
        "dp": _short(compared[REGION][f"dp@{K}"]["disparity"]["value"]),
        "eo": _short(compared[REGION][f"eo@{K}"]["disparity"]["value"]),
        "tail": _short(compared[TIER][f"dp@{K}"]["groups"]["tail"]["share_recommended"]["value"]),
        "rates": by_region,
    }


def draw(found: Json) -> None:
    """Draw rates by region against gamma, and what each exponent costs."""
    with mpl.rc_context({"font.size": 9.5, "axes.spines.top": False, "axes.spines.right": False}):
        _rates(found["sweeps"]["gamma"]).savefig(PICTURES / "fairness-gamma.png", dpi=110, metadata=_NONE)
        _costs(found["sweeps"]).savefig(PICTURES / "fairness-costs.png", dpi=110, metadata=_NONE)


_NONE: Final = {"Software": None}


def _rates(points: Sequence[Json]) -> Figure:
    figure = Figure(figsize=(8, 3.3), layout="constrained")
    for place, (parity, title) in enumerate(
        (("dp", "chance of an unheard item to be listed"), ("eo", "chance of an item that will be played"))
    ):
        area = figure.add_subplot(1, 2, place + 1)
        values = [point["value"] for point in points]
        for colour, region in zip(COLOURS, sorted(points[0]["rates"][parity]), strict=False):
            rates = np.array([point["rates"][parity][region] for point in points])
            mean = [np.mean(list(point["rates"][parity].values())) for point in points]
            area.plot(values, rates / mean, color=colour, marker="o", markersize=3.5, label=region)
        area.axhline(1, color="#999999", linewidth=0.8, zorder=0)
        area.set_xlabel("gamma")
        area.set_title(f"{parity.upper()}: {title}", fontsize=9.5, loc="left")
        if place == 0:
            area.set_ylabel("beside the mean of the regions")
            area.legend(frameon=False, fontsize=8.5)
    return figure


def _costs(sweeps: Mapping[str, Sequence[Json]]) -> Figure:
    figure = Figure(figsize=(8, 3.3), layout="constrained")
    for place, (key, title) in enumerate(
        (("dp", "DP disparity between regions"), ("tail", "long tail, share of the lists"))
    ):
        area = figure.add_subplot(1, 2, place + 1)
        for colour, (name, points) in zip(COLOURS, sweeps.items(), strict=False):
            x, y = [point[key] for point in points], [point["ndcg"] for point in points]
            area.plot(x, y, color=colour, marker="o", markersize=3.5, linewidth=1, label=name)
            for end in (0, -1):
                area.annotate(f"{points[end]['value']:g}", (x[end], y[end]), xytext=(3, 3),
                              textcoords="offset points", fontsize=7.5, color=colour)  # fmt: skip
        area.set_xlabel(title)
        area.locator_params(axis="x", nbins=6)
        if place == 0:
            area.set_ylabel("nDCG@10")
            area.legend(frameon=False, fontsize=8.5)
    return figure


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


if __name__ == "__main__":
    main()
