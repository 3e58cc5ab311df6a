"""The shape of the house: names that agree, dependencies that are declared, imports that point one way."""

import re
import sys
from dataclasses import fields
from pathlib import Path

import grimp
import pytest
import yaml
from tests import processes

from fairtune.cli import main as cli
from fairtune.config import params

ROOT = Path(__file__).parents[1]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]

# Names, parameter types, locks and progress bars. If every stage named them, a new error class would repeat
# the whole pipeline; what a stage writes doesn't change by an edit here alone, and the values of parameters
# are dependencies of their own.
SHARED = {
    "fairtune",
    "fairtune.columns",
    "fairtune.config",
    "fairtune.console",
    "fairtune.errors",
    "fairtune.pipeline.stages",
    "fairtune.processes",
}

READERS = "fairtune.data.sources"

TAKEN = ("fits", "profile", "settings")

# Library -> the modules or packages of fairtune that may import it.
HOMES = {
    "dvc": {"fairtune.pipeline.dvc", "fairtune.pipeline.dvc_locks", "fairtune.pipeline.lock_file"},
    "fastapi": {"fairtune.service"},
    "great_expectations": {"fairtune.validation.expectations"},
    "httpx": {"fairtune.data.download.http", "fairtune.pipeline.schedule"},
    "implicit": {"fairtune.models"},
    "matplotlib": {"fairtune.reporting.charts.svg"},
    "mlflow": {"fairtune.registry", "fairtune.serving"},
    "prefect": {"fairtune.pipeline.schedule"},  # and flows/
    "prometheus_client": {"fairtune.service"},
    "torch": {"fairtune.models.baselines"},
    "uvicorn": {"fairtune.service"},
}

HEAVY = {
    "dvc",
    "fastapi",
    "great_expectations",
    "implicit",
    "matplotlib",
    "mlflow",
    "numpy",
    "pandas",
    "prefect",
    "pydantic",
    "uvicorn",
}


OWN = "src/own"
"""Models of the user's own, which are imported by the names that params.yaml has."""


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("fairtune", exclude_type_checking_imports=True, cache_dir=None)


def test_a_stage_has_one_name_in_dvc_yaml_in_params_yaml_and_as_a_module():
    modules = {path.stem for path in (ROOT / "src/fairtune/pipeline/stages").glob("[!_]*.py")}

    assert set(STAGES) - {"champion"} == {field.name for field in fields(params.DatasetParams)}
    assert set(STAGES) == modules  # `champion` has no parameters


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_runs_the_module_of_its_name_for_every_data_set(stage):
    assert STAGES[stage]["foreach"] == "${datasets}"
    assert STAGES[stage]["do"]["cmd"] == f"python -m fairtune.pipeline.stages {stage} ${{key}}"


@pytest.mark.parametrize("stage", STAGES)
def test_the_deps_of_a_stage_are_the_modules_it_imports(graph, stage):
    module = f"fairtune.pipeline.stages.{stage}"
    imported = {source_of(name) for name in everything_imported(graph, module) if not shared(name)}
    declared = [dep for dep in STAGES[stage]["do"]["deps"] if dep.startswith("src/")]
    own = {dep for dep in declared if dep == OWN}
    declared = [dep for dep in declared if dep not in own]

    undeclared = sorted(path for path in imported if not any(covers(dep, path) for dep in declared))
    superfluous = sorted(dep for dep in declared if not any(covers(dep, path) for path in imported))

    assert undeclared == []
    assert superfluous == []
    assert bool(own) == ("fairtune.models.own_class" in everything_imported(graph, module))


def shared(module):
    return module in SHARED or module.startswith("fairtune.config.")


def everything_imported(graph, module):
    found = graph.find_upstream_modules(module) | {module}
    if f"{READERS}.catalogue" in found:  # it imports the reader that was asked for by its name
        found |= graph.find_upstream_modules(READERS, as_package=True) | graph.find_descendants(READERS)
    return found


def source_of(module):
    path = Path("src", *module.split("."))
    return (path / "__init__.py" if (ROOT / path).is_dir() else path.with_suffix(".py")).as_posix()


def covers(dep, path):
    return path == dep or path.startswith(f"{dep}/")


def test_what_changes_the_registry_leaves_a_receipt_that_no_cache_can_restore(graph):
    """DVC restores a cached output without running the stage: the registration would be skipped."""
    registering = [
        stage
        for stage in STAGES
        if "fairtune.registry.registration.register"
        in graph.find_upstream_modules(f"fairtune.pipeline.stages.{stage}")
    ]

    assert registering == ["register"]
    for stage in registering:
        outputs = STAGES[stage]["do"]["outs"]
        assert outputs
        assert all(settings["cache"] is False for out in outputs for settings in out.values())


@pytest.mark.parametrize("dataset", params.load(ROOT).datasets)
def test_what_is_taken_from_the_champion_is_empty_in_git(dataset):
    """What is recorded is what a fresh clone gets, and that has no champion."""
    show = ["git", "show", *(f"HEAD:models/{dataset}/champion/{name}.json" for name in TAKEN)]

    shown = processes.run(show, cwd=ROOT, capture_output=True, text=True, check=True)

    assert shown.stdout.split() == ["{}"] * len(TAKEN)


@pytest.mark.parametrize("library", HOMES)
def test_a_heavy_library_has_one_home(library):
    whole = grimp.build_graph(
        "fairtune", include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )
    importers = whole.find_modules_that_directly_import(library) if library in whole.modules else set()

    def home(name):
        return next((home for home in HOMES[library] if f"{name}.".startswith(f"{home}.")), name)

    assert {home(name) for name in importers} == HOMES[library]


def test_processes_of_tests_are_started_where_they_are_ended():
    starts = re.compile(r"Popen\(|subprocess\.(call|check_call|check_output)\(|os\.(fork|system|popen)\(")
    wanted = {ROOT / "tests/processes.py", ROOT / "tests/test_processes.py", Path(__file__)}
    found = {path for path in (ROOT / "tests").rglob("*.py") if starts.search(path.read_text("utf-8"))}

    assert found - wanted == set()


def test_imports_keep_the_contracts_of_pyproject():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    checked = processes.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("command", [[], *([name] for name in cli.COMMANDS)])
def test_help_imports_nothing_heavy(command):
    script = (
        "import sys; from fairtune.cli import main as cli; cli.main([*sys.argv[1:], '--help']); "
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    shown = processes.run(
        [sys.executable, "-c", script, *command], capture_output=True, text=True, check=True
    )

    loaded = set(shown.stdout.splitlines()[-1].split())
    assert loaded & HEAVY == set()
