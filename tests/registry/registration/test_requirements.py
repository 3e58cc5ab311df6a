"""The registered model in a process that has its pinned requirements and nothing else."""

import json
import sys

import pytest
from tests import processes

from fairtune.registry.registration.entry import Entry
from fairtune.registry.registration.register import register

pytestmark = [  # MLflow's own, about its types and about pandas 4
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
    pytest.mark.filterwarnings("ignore:Operation with range is deprecated"),
]
NAME = "fairtune-tiny-music_type"
ALONE = """
import importlib.metadata, json, sys
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

given = json.loads(sys.argv[1])
needed, left = set(), [Requirement(line) for line in open(given["requirements"]).read().split()]
while left:
    wanted = left.pop()
    name = canonicalize_name(wanted.name)
    for extra in ("", *wanted.extras):
        if (name, extra) in needed or wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        needed.add((name, extra))
        for line in importlib.metadata.requires(name) or ():
            inner = Requirement(line)
            if inner.marker is None or inner.marker.evaluate({"extra": extra}):
                inner.marker = None
                left.append(inner)
there = {name for name, _ in needed}
of = importlib.metadata.packages_distributions()
hidden = {module for module, names in of.items() if not there & {canonicalize_name(name) for name in names}}
hidden -= set(sys.stdlib_module_names)

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}: not among the requirements", name=name)

sys.path = [path for path in sys.path if not path.endswith("src")]
sys.meta_path = [Hidden(), *(finder for finder in sys.meta_path if "editable" not in str(finder))]
for name in [name for name in sys.modules if name.partition(".")[0] in hidden]:
    del sys.modules[name]

import mlflow.pyfunc, pandas
from mlflow.pyfunc import scoring_server
mlflow.set_tracking_uri(given["registry"])
model = mlflow.pyfunc.load_model(given["model"])
told = model.predict(pandas.DataFrame({"likes": [["Blur"]]}), params={"n": 2})
scoring_server.init(model)
try:
    model.predict(pandas.DataFrame({"likes": ["Radiohed"]}))
except mlflow.exceptions.MlflowException as error:
    refused = error.message
import fairtune
found = {"hidden": sorted(hidden), "rows": len(told), "refused": refused, "code": fairtune.__file__}
print(json.dumps(found))
"""


def test_the_model_loads_predicts_refuses_and_is_served_with_its_pinned_requirements_alone(project, release):
    register(Entry(model=NAME, release=release, metrics={}, passed=True), root=project)
    (requirements,) = project.glob("mlartifacts/**/requirements.txt")
    given = {
        "requirements": str(requirements),
        "registry": f"sqlite:///{project}/mlflow.db",
        "model": f"models:/{NAME}@champion",
    }
    command = [sys.executable, "-c", ALONE, json.dumps(given)]
    done = processes.run(command, cwd=project, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert {"implicit", "dvc", "optuna", "prefect", "great_expectations", "pytest"} <= set(told["hidden"])
    assert told["rows"] == 2
    assert told["refused"] == "row 0: unknown artist 'Radiohed'; close matches: Radiohead"  # by rapidfuzz
    assert told["code"].startswith(str(project / "mlartifacts"))
