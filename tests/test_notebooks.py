"""Notebooks: the pages they are made of, without output, and they run."""

import contextlib
import importlib.util
import io
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
specification = importlib.util.spec_from_file_location("notebooks", ROOT / "scripts/notebooks.py")
notebooks = importlib.util.module_from_spec(specification)
specification.loader.exec_module(notebooks)


def read(name):
    return json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text("utf-8"))


def code(name):
    return ["".join(cell["source"]) for cell in read(name)["cells"] if cell["cell_type"] == "code"]


def test_there_is_a_notebook_for_each_page_and_no_other():
    assert {path.stem for path in (ROOT / "notebooks").iterdir()} == set(notebooks.PAGES)


@pytest.mark.parametrize("name", notebooks.PAGES)
def test_a_notebook_is_its_page_without_output(name):
    text = (ROOT / "notebooks" / f"{name}.ipynb").read_text("utf-8")

    assert text == notebooks.written(name), "run python scripts/notebooks.py"
    for cell in read(name)["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
    page = (ROOT / notebooks.PAGES[name]).read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert code(name)[1:] == [block.strip() for block in blocks]


@pytest.mark.parametrize("name", notebooks.PAGES)
def test_links_of_a_notebook_lead_somewhere(name):
    text = "".join("".join(cell["source"]) for cell in read(name)["cells"] if cell["cell_type"] == "markdown")
    inside = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not link.startswith("http")]

    assert [link for link in inside if not (ROOT / "notebooks" / link.partition("#")[0]).exists()] == []


@pytest.mark.parametrize("name", notebooks.PAGES)
def test_a_notebook_runs_from_its_folder(name, monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    names = {"__name__": "__main__"}
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        for cell in code(name):
            exec(compile(cell, f"{name}.ipynb", "exec"), names)  # noqa: S102 - the project's own

    assert printed.getvalue()
