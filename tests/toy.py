"""A pipeline of four tiny shell stages, to test what runs pipelines without running the real one."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

DVC_YAML = """
stages:
  fetch:
    foreach: ${datasets}
    do:
      desc: take the source as it is
      cmd: echo fetch >> ran-${key} && sh fetch.sh && mkdir -p data/${key} && cat ${key}.txt > data/${key}/raw
      outs:
        - data/${key}/raw: {persist: true}
      meta: {retries: 1}
  count:
    foreach: ${datasets}
    do:
      cmd: >-
        echo count >> ran-${key} && mkdir -p reports/${key}
        && wc -c < data/${key}/raw > reports/${key}/count
      deps: ["data/${key}/raw"]
      outs: ["reports/${key}/count"]
  judge:
    foreach: ${datasets}
    do:
      cmd: >-
        echo judge >> ran-${key} && test $(cat reports/${key}/count) -lt ${item.limit}
        && echo passed > reports/${key}/passed
      deps: ["reports/${key}/count"]
      params: ["datasets.${key}.limit"]
      outs:
        - reports/${key}/passed: {cache: false}
  ship:
    foreach: ${datasets}
    do:
      cmd: echo ship >> ran-${key} && cp reports/${key}/count reports/${key}/shipped
      deps: ["reports/${key}/count", "reports/${key}/passed"]
      outs:
        - reports/${key}/shipped: {cache: false}
"""

PARAMS_YAML = """
datasets:
  small: {limit: 100}
  large: {limit: 1}
"""


@dataclass(frozen=True)
class Toy:
    """The toy's folder; data set `small` passes its judge, `large` doesn't."""

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


def create(root: Path) -> Toy:
    """Write the toy into an empty folder and make it a Git and DVC repository."""
    (root / "dvc.yaml").write_text(DVC_YAML)
    (root / "params.yaml").write_text(PARAMS_YAML)
    (root / "fetch.sh").write_text("true\n")
    (root / "small.txt").write_text("Radiohead\n")
    (root / "large.txt").write_text("Sigur Rós\n")
    for command in (["git", "init", "-q"], ["dvc", "init", "-q"]):
        subprocess.run(command, cwd=root, check=True, capture_output=True)
    return Toy(root)
