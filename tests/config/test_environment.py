"""What every process has in its environment, and that it has it before numpy is imported."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info

from fairtune.config import environment

ROOT = Path(__file__).parents[2]
SCRIPTS = [path for of in ("flows", "scripts", "benchmarks") for path in sorted((ROOT / of).glob("*.py"))]
PLAIN = environment.AVX2 | {"sse2"}
GLIBC = "glibc 2.36"

supported = pytest.mark.skipif(
    environment.unsupported() is not None,
    reason=f"nothing is pinned on this machine: {environment.unsupported()}",
)


def test_what_decides_the_last_digits_is_set_whatever_was_set_before(monkeypatch):
    monkeypatch.setattr(environment, "unsupported", lambda: None)
    given = {
        "OPENBLAS_CORETYPE": "Nehalem",
        "OPENBLAS_NUM_THREADS": "4",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3",
        "DO_NOT_TRACK": "0",
    }

    environment.prepare(given)

    assert {name: given[name] for name in environment.PINNED} == environment.PINNED
    assert "NPY_DISABLE_CPU_FEATURES" not in given  # numpy refuses to be imported with both
    assert given["DO_NOT_TRACK"] == "0"  # the owner's choice
    assert environment.notice(given) is None


def test_one_variable_leaves_the_processor_its_own_instructions_and_says_so():
    given = {"FAIRTUNE_NATIVE": "1", "OPENBLAS_CORETYPE": "Nehalem"}

    environment.prepare(given)

    assert given["OPENBLAS_CORETYPE"] == "Nehalem"
    assert given["OPENBLAS_NUM_THREADS"] == "1"
    assert not {"NPY_ENABLE_CPU_FEATURES", "ARROW_USER_SIMD_LEVEL"} & set(given)
    assert environment.notice(given) == (
        "FAIRTUNE_NATIVE is set: the fastest instructions of this processor are used, and figures may differ "
        "from those of another machine in their last digits"
    )


@pytest.mark.parametrize("value", ["", "0"])
def test_the_variable_may_be_there_and_off(monkeypatch, value):
    monkeypatch.setattr(environment, "unsupported", lambda: None)
    given = {"FAIRTUNE_NATIVE": value}

    environment.prepare(given)

    assert given["OPENBLAS_CORETYPE"] == "Haswell"
    assert environment.notice(given) is None


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        (("linux", "x86_64", GLIBC, PLAIN), None),
        (("darwin", "arm64", "", frozenset()), "macOS on arm64"),
        (("linux", "aarch64", GLIBC, frozenset()), "Linux on aarch64"),
        (("linux", "x86_64", "", PLAIN), "Linux without glibc"),
        (("linux", "x86_64", GLIBC, PLAIN - {"avx2", "fma"}), "a processor without avx2, fma"),
    ],
)
def test_a_machine_says_what_it_is_if_it_is_none_of_the_supported(machine, said):
    assert environment.describe(*machine) == said


def test_on_another_machine_nothing_is_pinned_and_one_line_says_so(monkeypatch):
    monkeypatch.setattr(environment, "unsupported", lambda: "Linux on aarch64")
    given = {}

    environment.prepare(given)

    assert "OPENBLAS_CORETYPE" not in given
    assert environment.notice(given) == (
        "this machine is none of the supported ones (x86-64 with AVX2, Linux with glibc): Linux on aarch64; "
        "going on, but figures may differ from those of another machine in their last digits"
    )


@supported
def test_these_tests_run_with_the_kernels_of_the_pin():
    """Plugins of pytest import numpy before any conftest: `addopts` has the pin imported before them."""
    import numpy as np
    import scipy.linalg  # noqa: F401 - brings a BLAS of its own

    blas = [library for library in threadpool_info() if library["user_api"] == "blas"]

    assert len(blas) == 2
    assert {(library["architecture"], library["num_threads"]) for library in blas} == {("Haswell", 1)}
    assert enabled(np) == {"X86_V3"}


def enabled(numpy):
    """Which groups of instructions beyond the baseline numpy chooses from."""
    features = numpy._core._multiarray_umath.__cpu_features__
    return {name for name in numpy._core._multiarray_umath.__cpu_dispatch__ if features[name]}


# Says whether the pin was there when numpy was imported first.
WATCHED = """
import os, runpy, sys
seen = []
def watch(event, arguments):
    if event == "import" and arguments[0] == "numpy" and not seen:
        seen.append(os.environ.get("OPENBLAS_CORETYPE"))
sys.addaudithook(watch)
sys.argv = sys.argv[1:]
try:
    if os.path.exists(sys.argv[0]):
        runpy.run_path(sys.argv[0], run_name="__main__")
    else:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
except SystemExit:
    pass
print("numpy came with", *seen)
"""


@supported
@pytest.mark.parametrize(
    "entry",
    [
        ("fairtune.pipeline.stages", "evaluate", "demo"),
        ("fairtune.cli.main", "recommend", "--dataset", "demo", "--user", "1"),
        (str(ROOT / "flows/retrain.py"), "--help"),
        (str(ROOT / "benchmarks/fits.py"), "--help"),
    ],
    ids=lambda entry: Path(entry[0]).name,
)
def test_numpy_is_imported_after_the_pin(entry, tmp_path):
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    (tmp_path / "models/demo/all").mkdir(parents=True)  # a folder, but no release: the command ends at once
    bare = {name: value for name, value in os.environ.items() if name not in environment.PINNED}

    ran = subprocess.run(
        [sys.executable, "-c", WATCHED, *entry],
        cwd=tmp_path,
        env=bare,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.splitlines()[-1] == "numpy came with Haswell", ran.stderr


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_that_imports_fairtune_or_numpy_imports_the_pin_first(script):
    body = ast.parse(script.read_text(encoding="utf-8")).body
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [
        name
        for node in imports
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        )
    ]

    if {name.split(".")[0] for name in names} & {"fairtune", "numpy", "pandas", "scipy", "prefect"}:
        assert names[0] == "fairtune.config.pinned"
