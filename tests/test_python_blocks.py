"""The Python on the pages prints what the pages say."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
specification = importlib.util.spec_from_file_location("python_blocks", ROOT / "scripts/python_blocks.py")
blocks = importlib.util.module_from_spec(specification)
specification.loader.exec_module(blocks)

PAGES = [
    ROOT / page
    for page in (
        "README.md",
        "docs/how-to/python.md",
        "docs/how-to/audit-lists.md",
        "docs/how-to/own-model.md",
        "docs/tutorial/planted-bias.md",
    )
]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_blocks_run_and_print_what_the_page_says(page):
    text = page.read_text(encoding="utf-8")

    printed = blocks.run(text, page.name)

    assert [out for out, said in zip(printed, blocks.expected(text), strict=True) if said] == [
        said for said in blocks.expected(text) if said
    ]


def test_a_data_scientist_is_there_in_ten_lines():
    (code,) = re.findall(
        r"^```python\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )

    assert len([line for line in code.splitlines() if line and not line.startswith("import")]) <= 10
