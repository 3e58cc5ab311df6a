"""A project with the generated data set, small and without new listening yet, and events for it."""

import shutil
from pathlib import Path

import yaml

from fairtune.config import params
from fairtune.config.paths import Paths
from fairtune.pipeline.stages import download, ingest

ROOT = Path(__file__).parents[1]
SEED = 1
GENERATE = {"listeners": 60, "tracks": 150, "regional_bias": 0.5, "taste_strength": 0.7}
HEADER = "user_id,item_id,timestamp,plays,name,artist,artist_country,country,age\n"
GOOD = HEADER + (
    "61,1,2012-01-01T08:00:00Z,3,,,,SE,25\n"
    "61,151,2012-01-01T08:05:00Z,1,Blue Bells (Live),Somebody New,GB,,\n"
    "1,151,2012-01-01T09:00:00Z,2,,,,,\n"
    "1,2,2012-01-01T10:00:00Z,7,,,,,\n"
)


def create(folder: Path) -> None:
    """Write params.yaml, and raw files and tables of `demo`."""
    values = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    values["datasets"]["demo"]["download"]["generate"] = GENERATE
    values["datasets"]["demo"]["gate"]["min_eo_ratio"] = {}  # groups of sixty listeners are too small for one
    (folder / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    run(folder, download, ingest)


def run(folder: Path, *stages: object) -> None:
    chosen, paths = params.load(folder).dataset("demo"), Paths("demo", folder)
    for stage in stages:
        stage.run(chosen, paths, seed=SEED)  # type: ignore[attr-defined]


def watch(folder: Path, **more: object) -> Path:
    """Have params.yaml name a folder with new listening; make it and give it."""
    values = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))
    values["datasets"]["demo"]["download"]["events"] = {"folder": "inbox", **more} if more else "inbox"
    (folder / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    (folder / "inbox").mkdir()
    return folder / "inbox"


def copy(made: Path, folder: Path) -> Path:
    shutil.copytree(made, folder, dirs_exist_ok=True)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Give every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
