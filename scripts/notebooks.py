"""Notebooks from pages: the same words and code, to run; `python scripts/notebooks.py` writes them.

A notebook has the page's text as Markdown and its Python as cells, without output; blocks of what is printed
are left out, since running the cell prints it.
"""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = {
    "start": "docs/how-to/python.md",
    "own-model": "docs/how-to/own-model.md",
    "audit": "docs/how-to/audit-lists.md",
}
"""Notebook -> page that it is made of."""
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\s*^```text\n.*?^```\n)?", re.MULTILINE | re.DOTALL)
FIRST = (
    "import os, pathlib\n"
    "\n"
    "# the example's files are named from the folder of the repository\n"
    'while not pathlib.Path("docs/example").is_dir():\n'
    '    os.chdir("..")'
)


def notebook(page: str) -> dict[str, object]:
    """Return a page as a notebook, in the form of Jupyter."""
    cells = [_cell("code", FIRST)]
    at = 0
    for block in BLOCK.finditer(page):
        cells += [_cell("markdown", page[at : block.start()]), _cell("code", block[1])]
        at = block.end()
    cells.append(_cell("markdown", page[at:]))
    kept = [cell for cell in cells if cell["source"]]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    for number, cell in enumerate(kept):
        cell["id"] = f"cell-{number}"
    return {"cells": kept, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _cell(kind: str, text: str) -> dict[str, object]:
    led = re.sub(r"\]\((?=[\w-]+\.md)", "](../docs/how-to/", text.strip())
    lines = re.sub(r"\]\(\.\./(?!docs/)", "](../docs/", led).splitlines(keepends=True)
    cell: dict[str, object] = {"cell_type": kind, "metadata": {}, "source": lines}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def written(name: str) -> str:
    """Return the text of a notebook's file."""
    page = (ROOT / PAGES[name]).read_text(encoding="utf-8")
    return json.dumps(notebook(page), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all notebooks."""
    (ROOT / "notebooks").mkdir(exist_ok=True)
    for name in PAGES:
        (ROOT / "notebooks" / f"{name}.ipynb").write_text(written(name), encoding="utf-8")


if __name__ == "__main__":
    main()
