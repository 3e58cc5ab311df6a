import re
import shutil

import pytest
import yaml
from tests.refusals import without_line

from fairtune.config import params
from fairtune.config.drift_limits import DriftLimits, Limit
from fairtune.errors import BadParams


def loaded(root, drift):
    shutil.copy(params.project_root() / params.FILE, root / params.FILE)
    values = yaml.safe_load((root / params.FILE).read_text("utf-8"))
    values["datasets"]["demo"]["validate"] = {**values["shared"]["validate"], "drift": drift}
    (root / params.FILE).write_text(yaml.safe_dump(values), encoding="utf-8")
    return params.load(root).dataset("demo").validate.drift


def test_docs_show_the_limits_that_params_yaml_has():
    root = params.project_root()
    page = (root / "docs/explanation/drift.md").read_text("utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)

    chosen = yaml.safe_load((root / params.FILE).read_text("utf-8"))["shared"]["validate"]
    assert yaml.safe_load(shown)["drift"] == chosen["drift"]


def test_null_and_what_is_left_out_are_no_limits(tmp_path):
    found = loaded(tmp_path, {"psi": {"warn": None, "stop": 0.5}, "js": {}})

    assert found == DriftLimits(psi=Limit(stop=0.5))
    assert found.rows == Limit(warn=None, stop=None)


@pytest.mark.parametrize(
    ("drift", "message"),
    [
        (
            {"psi": {"warn": 0.3, "stop": 0.2}},
            ".psi: warn, 0.3, is above stop, 0.2: no warning would be given",
        ),
        ({"js": {"stop": 1.5}}, ".js: stop, 1.5, is above 1, which this measure never is"),
        ({"unknown": {"warn": 2}}, ".unknown: warn, 2, is above 1, which this measure never is"),
        ({"js": {"stop": 0}}, ".js.stop: Input should be greater than 0"),
        ({"rows": {"stop": "much"}}, ".rows.stop: Input should be a valid number"),
        ({"ks": {"stop": 0.1}}, ".ks: there is no such key; there are: psi, js, unknown, rows"),
    ],
)
def test_limits_that_make_no_sense_are_named_with_their_place(tmp_path, drift, message):
    with pytest.raises(BadParams) as refused:
        loaded(tmp_path, drift)

    assert without_line(refused.value) == f"params.yaml: datasets.demo.validate.drift{message}"
