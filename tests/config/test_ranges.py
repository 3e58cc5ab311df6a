"""Every number of `params.yaml`: what its range allows is read, anything else refused with key and line."""

import math
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fairtune.config import params, yaml12
from fairtune.config.params import DatasetParams
from fairtune.config.reference import BOUNDS
from fairtune.errors import BadParams

ROOT = Path(__file__).parents[2]
PAIRS = {"evaluate.head_share": (0, 0.5), "evaluate.tail_share": (0, 0.5)}
"""Numbers that depend on each other: what both may be at once."""


def _numbers(section, *path):
    """Yield key, type and bounds of each number of a section and of those below it."""
    described = section.__pydantic_fields__
    hints = get_type_hints(section, include_extras=False)
    for field in fields(section):
        kind = hints[field.name]
        inner = next((each for each in (kind, *get_args(kind)) if is_dataclass(each)), None)
        if inner is not None:
            yield from _numbers(inner, *path, field.name)
        elif kind in (int, float, float | None):
            constraints = described[field.name].metadata
            bounds = {
                name: getattr(each, name) for each in constraints for name in BOUNDS if hasattr(each, name)
            }
            yield ".".join((*path, field.name)), int if kind is int else float, bounds


def _choices(section, *path):
    described = section.__pydantic_fields__
    for field in fields(section):
        kind = described[field.name].annotation
        if get_origin(kind) is Literal:
            yield ".".join((*path, field.name)), get_args(kind)
        elif is_dataclass(kind):
            yield from _choices(kind, *path, field.name)


NUMBERS = {
    key: rest
    for key, *rest in _numbers(DatasetParams)
    if not key.startswith(("download.table", "validate.drift"))  # Limit: two of them depend on each other
}
CHOICES = {key: rest for key, rest in _choices(DatasetParams) if not key.startswith("download.table")}


def _inside(key):
    kind, bounds = NUMBERS[key]
    low = bounds["ge"] if "ge" in bounds else bounds.get("gt", -1000000000.0)
    high = bounds["le"] if "le" in bounds else bounds.get("lt", 10**9)
    low, high = PAIRS.get(key, (low, high))
    if kind is int:
        return st.integers(low, high)
    ends = [end for end, closed in ((low, "ge" in bounds), (high, "le" in bounds)) if closed]
    between = st.floats(
        low, high, exclude_min="gt" in bounds, exclude_max="lt" in bounds, allow_subnormal=False
    )
    return between | st.sampled_from(ends) if ends else between


def _outside(key):
    kind, bounds = NUMBERS[key]
    wrong = st.sampled_from(["5", True, [], {}, math.inf, -math.inf, math.nan])
    if "ge" in bounds:
        wrong |= st.sampled_from([bounds["ge"] - 1, -(10**12)])
    if "gt" in bounds:
        wrong |= st.sampled_from([bounds["gt"], bounds["gt"] - 1])
    if "le" in bounds:
        wrong |= st.sampled_from([bounds["le"] + 1, 10**15])
    if "lt" in bounds:
        wrong |= st.sampled_from([bounds["lt"], bounds["lt"] + 1])
    if kind is int:
        wrong |= st.sampled_from([2.5, 3.0])
    return wrong


def _written(folder, **changed):
    """Write the project's file with values of `demo` changed, and no search space that binds its start."""
    values = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    demo = values["datasets"]["demo"]
    values["datasets"] = {"demo": demo}
    demo["tune"]["space"] = {}
    demo["train"]["warm_start"] = {"iterations": 3}
    for key, value in changed.items():
        *sections, last = key.split(".")
        section = demo
        for each in sections:
            section = section[each]
        section[last] = value
    text = yaml.safe_dump(values, sort_keys=False)
    (folder / "params.yaml").write_text(text, encoding="utf-8")
    return text


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("params")


def test_the_numbers_are_those_of_the_reference():
    named = {"tune.trials", "tune.start.factors", "evaluate.resamples", "download.generate.tracks"}

    assert named <= set(NUMBERS)
    assert len(NUMBERS) > 40
    assert {"matrix.split", "tune.start.scaling"} <= set(CHOICES)


INSIDE = {key: _inside(key) for key in NUMBERS} | {key: st.sampled_from(CHOICES[key]) for key in CHOICES}


@given(st.fixed_dictionaries(INSIDE))
def test_a_file_of_values_inside_their_ranges_is_read_as_it_stands(folder, changed):
    _written(folder, **changed)

    read = params.load(folder).datasets["demo"]

    for key, value in changed.items():
        found = read
        for each in key.split("."):
            found = getattr(found, each)
        assert found == value, key


@given(st.sampled_from(sorted(NUMBERS)).flatmap(lambda key: st.tuples(st.just(key), _outside(key))))
def test_a_value_outside_is_refused_with_key_and_line(folder, wrong):
    key, value = wrong
    text = _written(folder, **{key: value})
    line, _ = yaml12.place(text, ("datasets", "demo", *key.split(".")))

    with pytest.raises(BadParams) as refused:
        params.load(folder)

    assert str(refused.value).startswith(f"params.yaml: line {line}: datasets.demo.{key}")
    assert f"{key.split('.')[-1]}:" in text.splitlines()[line - 1]


@pytest.mark.parametrize("key", sorted(CHOICES))
def test_a_choice_that_there_is_not_is_refused_with_those_there_are(tmp_path, key):
    _written(tmp_path, **{key: "nothing"})

    with pytest.raises(BadParams, match=rf": datasets\.demo\.{key}: Input should be '{CHOICES[key][0]}'"):
        params.load(tmp_path)


@pytest.mark.parametrize("key", sorted(NUMBERS))
def test_every_number_has_a_lower_bound_and_says_what_it_means(key):
    _, bounds = NUMBERS[key]
    section = DatasetParams
    *sections, last = key.split(".")
    for each in sections:
        kind = section.__pydantic_fields__[each].annotation
        section = next(part for part in (kind, *get_args(kind)) if is_dataclass(part))

    assert "ge" in bounds or "gt" in bounds or key == "gate.min_rmse_skill"
    assert section.__pydantic_fields__[last].description or key.startswith("gate.")
