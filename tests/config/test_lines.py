"""Where in `params.yaml` a wrong value stands: the line is the one that a user has to edit."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fairtune.config import params, yaml12
from fairtune.errors import BadParams

ROOT = Path(__file__).parents[2]
TEXT = """\
seed: 1
shared:
  start: &start
    factors: 8
    scaling: log
  tune: &tune
    trials: 3
    space:
      block_weights.artist: {low: 1, high: 2}
      factors: [8,
                16]
a:
  tune:
    <<: *tune
    start: {<<: *start, alpha: 2}
  list:
    - one
    - two: 3
"""


@pytest.mark.parametrize(
    ("path", "more", "line", "where"),
    [
        (["seed"], "", 1, "seed"),
        (["a", "tune", "trials"], "", 7, "a.tune.trials"),
        (["a", "tune", "start", "scaling"], "", 5, "a.tune.start.scaling"),
        (["a", "tune", "start", "alpha"], "", 15, "a.tune.start.alpha"),
        (["a", "tune", "space", "factors", "tuple[int, ...]", 1], "", 11, "a.tune.space.factors.1"),
        (["a", "tune", "start", "beta"], "", 15, "a.tune.start.beta"),
        (["a", "tune"], "space.block_weights.artist", 9, "a.tune"),
        (["a", "tune"], "space.factors", 10, "a.tune"),
        (["a", "tune"], "nothing that stands there", 13, "a.tune"),
        (["a", "list", 1, "two"], "", 18, "a.list.1.two"),
        (["nowhere"], "", 1, "nowhere"),
        ([], "a.tune.start.factors", 4, ""),
    ],
)
def test_a_place_is_the_line_of_the_innermost_key_that_is_there(path, more, line, where):
    assert yaml12.place(TEXT, path, more) == (line, tuple(where.split(".")) if where else ())


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("seed: 20261127", "seed: 5000000000", 0, "seed: Input should be less than or equal to 2147483647"),
        (
            "      United Kingdom: [GB]",
            "      United Kingdom: [UK]",
            0,
            ("datasets.demo.ingest: regions.United Kingdom: 'UK' is no ISO 3166-1 code: write GB (2 more)"),
        ),
        (
            "    age_bands: [18, 25, 35, 50]",
            "    age_bands: [50, 18]",
            0,
            (
                "datasets.demo.evaluate.age_bands: [50, 18]: ages at which a band begins, 1 to 120, "
                "each above the one before (2 more)"
            ),
        ),
        (
            "    register: {model: fairtune-lfm-2b-track}",
            "    register: {model: fairtune-demo-track}",
            -1,  # told of the section `datasets`
            (
                "datasets: 'demo' and 'lfm-2b' both register 'fairtune-demo-track': each needs a model of "
                "its own"
            ),
        ),
        (
            "      target: music_type\n",
            "      target: music_typ\n",
            0,
            (
                "datasets.lastfm-2k.matrix.target: Input should be 'track', 'artist', 'music_type', "
                "'friend', 'country', 'gender' or 'age_band'"
            ),
        ),
        (
            "        delta: {low: 0.1, high: 0.6}",
            "        delta: {low: 0.1, high: 6}",
            0,
            ("datasets.lfm-2b.tune: space.delta: 6 is out of range: Input should be less than or equal to 2"),
        ),
    ],
)
def test_the_projects_file_is_refused_with_the_line_that_is_wrong(tmp_path, old, new, line, message):
    written = (ROOT / "params.yaml").read_text(encoding="utf-8")
    assert written.count(old) == 1
    wrong = written.replace(old, new)
    (tmp_path / "params.yaml").write_text(wrong, encoding="utf-8")
    edited = "datasets:" if line else new.strip()
    expected = next(
        number for number, each in enumerate(wrong.splitlines(), 1) if each.strip().startswith(edited)
    )

    with pytest.raises(BadParams) as refused:
        params.load(tmp_path)

    assert str(refused.value) == f"params.yaml: line {expected}: {message}"


@given(
    st.recursive(
        st.integers(0, 9),
        lambda inner: (
            st.dictionaries(st.sampled_from("abcde"), inner, max_size=4) | st.lists(inner, max_size=3)
        ),
        max_leaves=20,
    ),
    st.booleans(),
    st.data(),
)
def test_every_value_of_a_file_is_found_where_it_was_written(content, flow, data):
    path, value = [], content
    while isinstance(value, dict | list) and value:
        step = data.draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        path.append(step)
        value = value[step]
    marked = yaml.safe_dump(_with(content, path, "MARK"), default_flow_style=flow)

    line, where = yaml12.place(marked, path)

    assert where == tuple(map(str, path))
    if path:
        assert "MARK" in marked.splitlines()[line - 1] or isinstance(path[-1], str)
        key = f"{path[-1]}:" if isinstance(path[-1], str) else ""
        assert key in marked.splitlines()[line - 1]


def _with(content, path, value):
    if not path:
        return value
    copied = dict(content) if isinstance(content, dict) else list(content)
    copied[path[0]] = _with(copied[path[0]], path[1:], value)
    return copied
