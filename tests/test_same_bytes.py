"""The same inputs give the same bytes, whatever the machine is like: a small data set through the stages."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from fairtune.config import environment

ROOT = Path(__file__).parents[1]
SMALL = {"listeners": 200, "tracks": 400, "regional_bias": 0.5, "taste_strength": 0.7}
STAGES = ("download", "ingest", "matrix", "tune", "train", "evaluate")
DIFFERENT = {"trial_seconds.json", "study.journal"}  # when and how long: no outputs of a stage
EVERYTHING = "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"
CORE = min(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0

# What a machine, its owner or its load may have set: kernels, threads, instructions, cores, hashes, words.
WORLDS = {
    "old kernels, baseline instructions, one core": {
        "OPENBLAS_CORETYPE": "Nehalem",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "NPY_DISABLE_CPU_FEATURES": EVERYTHING,
        "PYTHONHASHSEED": "1",
        "CORES": "1",
    },
    "kernels without FMA, two threads": {
        "OPENBLAS_CORETYPE": "Sandybridge",
        "OPENBLAS_NUM_THREADS": "2",
        "OMP_NUM_THREADS": "2",
        "PYTHONHASHSEED": "2",
        "LC_ALL": "C",
        "TZ": "Asia/Kolkata",
    },
    "newer kernels, four threads, all instructions": {
        "OPENBLAS_CORETYPE": "Haswell",
        "OPENBLAS_NUM_THREADS": "4",
        "OMP_NUM_THREADS": "4",
        "NPY_ENABLE_CPU_FEATURES": EVERYTHING,
    },
    "newer kernels, four threads, one core": {
        "OPENBLAS_CORETYPE": "Zen",
        "OPENBLAS_NUM_THREADS": "4",
        "OMP_NUM_THREADS": "4",
        "CORES": "1",
    },
}

RUN = """
import sys
from fairtune.pipeline.stages.__main__ import main
for stage in sys.argv[1:]:
    if (code := main([stage, "demo"])) != 0:
        sys.exit(code)
"""

pytestmark = pytest.mark.skipif(
    environment.unsupported() is not None,
    reason=f"nothing is promised on this machine: {environment.unsupported()}",
)


def bytes_of(folder, world):
    """What the stages write in a world, as digests by file."""
    folder.mkdir()
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    demo = params["datasets"]["demo"]
    demo["download"]["generate"] = SMALL
    demo["tune"]["trials"] = 10  # more than are drawn at random: the sampler takes logarithms
    demo["evaluate"]["resamples"] = 100
    demo["gate"]["min_eo_ratio"] = {}  # so few listeners make no two groups by gender
    (folder / "params.yaml").write_text(
        yaml.safe_dump({"seed": params["seed"], "datasets": {"demo": demo}}), encoding="utf-8"
    )
    forgotten = {*environment.PINNED, *environment.REFUSED_BESIDE, "OMP_NUM_THREADS", environment.NATIVE}
    inherited = {name: value for name, value in os.environ.items() if name not in forgotten}
    cores = {CORE} if "CORES" in world else None

    ran = subprocess.run(
        [sys.executable, "-c", RUN, *STAGES],
        cwd=folder,
        env={**inherited, **world},
        preexec_fn=cores and (lambda: os.sched_setaffinity(0, cores)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout
    written = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for kind in ("data", "models", "reports")
        for path in sorted((folder / kind).rglob("*"))
        if path.is_file() and path.name[0] != "." and path.name not in DIFFERENT
    }
    shutil.rmtree(folder)
    return written


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return bytes_of(tmp_path_factory.mktemp("same") / "plain", {})


def test_what_is_compared_is_all_that_the_stages_write(expected):
    for name in (
        "data/demo/matrix/train.npz",
        "models/demo/best.json",
        "models/demo/alternatives.json",
        "models/demo/trials.parquet",
        "models/demo/all/factors_track.npy",
        "models/demo/train_valid/autoencoder/weights.npy",
        "models/demo/train_valid/play_predictor.json",
        "reports/demo/metrics.json",
    ):
        assert name in expected


@pytest.mark.parametrize("world", WORLDS)
def test_the_bytes_are_the_same_in_every_world(expected, world, tmp_path):
    assert bytes_of(tmp_path / "other", WORLDS[world]) == expected


def test_without_the_pin_they_are_not(expected, tmp_path):
    """Else the test above would show nothing."""
    native = bytes_of(tmp_path / "native", {"FAIRTUNE_NATIVE": "1", "OPENBLAS_CORETYPE": "Nehalem"})

    differing = {name for name in expected if native[name] != expected[name]}
    assert "models/demo/all/factors_track.npy" in differing
    assert not any(name.startswith("data/") for name in differing)
