"""A pipeline of four tiny shell stages, to test what runs pipelines without running the real one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tests import processes

DVC_YAML = """
stages:
  fetch:
    foreach: ${shared.toy}
    do:
      desc: take the source as it is
      cmd: echo fetch >> ran-${key} && sh fetch.sh && mkdir -p data/${key} && cat ${key}.txt > data/${key}/raw
      outs:
        - data/${key}/raw: {persist: true}
      meta: {retries: 2}
  count:
    foreach: ${shared.toy}
    do:
      cmd: >-
        echo count >> ran-${key} && sh count.sh && mkdir -p reports/${key}
        && wc -c < data/${key}/raw > reports/${key}/count
      deps: ["data/${key}/raw"]
      outs: ["reports/${key}/count"]
  gate:
    foreach: ${shared.toy}
    do:
      cmd: >-
        echo gate >> ran-${key} && test $(cat reports/${key}/count) -lt ${item.limit}
        && echo passed > reports/${key}/passed
      deps: ["reports/${key}/count"]
      params: ["shared.toy.${key}.limit"]
      outs:
        - reports/${key}/passed: {cache: false}
  ship:
    foreach: ${shared.toy}
    do:
      cmd: echo ship >> ran-${key} && cp reports/${key}/count reports/${key}/shipped
      deps: ["reports/${key}/count", "reports/${key}/passed"]
      outs:
        - reports/${key}/shipped: {cache: false}
"""

LIMITS = {"small": {"limit": 100}, "large": {"limit": 1}}


@dataclass(frozen=True)
class Toy:
    """The toy's folder; data set `small` passes its gate, `large` doesn't."""

    root: Path

    def ran(self, dataset: str = "small") -> list[str]:
        """Give the stages that ran since the last call, in order."""
        log = self.root / f"ran-{dataset}"
        stages = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return stages

    def fetch_script(self, script: str) -> None:
        """Have `fetch` run this first."""
        (self.root / "fetch.sh").write_text(script)

    def count_script(self, script: str) -> None:
        """Have `count` run this first."""
        (self.root / "count.sh").write_text(script)


def create(
    root: Path, *, limits: Mapping[str, object] = LIMITS, params: Mapping[str, Any] | None = None
) -> Toy:
    """Write the toy into an empty folder and make it a Git and DVC repository.

    `limits` names its data sets, `params` are those of params.yaml beside them.
    """
    values = {**(params or {}), "shared": {"toy": limits}}
    (root / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    (root / "dvc.yaml").write_text(DVC_YAML)
    for script in ("fetch.sh", "count.sh"):
        (root / script).write_text("true\n")
    for dataset in limits:
        (root / f"{dataset}.txt").write_text("Radiohead\n")
    for command in (["git", "init", "-q"], ["dvc", "init", "-q"]):
        processes.run(command, cwd=root, check=True, capture_output=True)
    return Toy(root)
