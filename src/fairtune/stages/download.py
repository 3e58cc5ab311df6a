"""Stage `download`: every source file in place and verified, or the data set generated."""

import os

from fairtune import datasets, download
from fairtune.errors import BadParams
from fairtune.params import DatasetParams
from fairtune.paths import Paths
from fairtune.transfer import Patience


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:
    dataset = datasets.get(paths.dataset)
    chosen = params.download
    if dataset.write is not None:
        if chosen.generate is None:
            raise BadParams(f"params.yaml: datasets.{dataset.name}.download.generate: missing")
        dataset.write(paths.raw, chosen.generate, seed)
        print(f"{dataset.name}: generated in {paths.raw}")
        return
    fetched = download.fetch(
        dataset.sources,
        paths.raw,
        partial=paths.partial,
        mirror=os.environ.get(download.MIRROR) or None,
        patience=Patience(timeout=chosen.timeout, retries=chosen.retries),
    )
    there = len(dataset.sources) - len(fetched)
    print(f"{dataset.name}: {len(fetched)} files fetched, {there} there already, all checksums right")
    print(f"licence: {dataset.licence}")
