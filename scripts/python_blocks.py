"""Run the Python of a page, block by block, and collect what each prints; `--write` puts it below the blocks.

    python scripts/python_blocks.py docs/how-to/python.md --write

A block of ```text right below a block of ```python is what it prints. All blocks of a page share their names,
as they would in a notebook, and run in the folder of the project; files that they write go elsewhere.
"""

import argparse
import contextlib
import io
import os
import re
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?P<between>\s*)(?:^```text\n(?P<printed>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)


def run(text: str, name: str) -> list[str]:
    """Return what each block prints; the working folder is one with the project's `docs` and nothing else."""
    here, printed = Path.cwd(), []
    names: dict[str, object] = {"__name__": "__main__"}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "docs").symlink_to(ROOT / "docs")
        os.chdir(folder)
        try:
            for block in BLOCK.finditer(text):
                out = io.StringIO()
                with contextlib.redirect_stdout(out):
                    exec(compile(block["code"], name, "exec"), names)  # noqa: S102 - the project's own pages
                printed.append("".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines()))
        finally:
            os.chdir(here)
    return printed


def expected(text: str) -> list[str]:
    """Return what the page says that each block prints."""
    return [block["printed"] or "" for block in BLOCK.finditer(text)]


def main() -> None:
    """Show, or write into the page, what its blocks print."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `implicit` asks for; tests have it too
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    for page in chosen.pages:
        text = page.read_text(encoding="utf-8")
        printed = iter(run(text, page.name))

        def replaced(block: re.Match[str], printed: "object" = printed) -> str:
            out = next(printed)  # type: ignore[call-overload]
            if block["printed"] is None:
                return block[0]
            return f"```python\n{block['code']}```\n{block['between']}```text\n{out}```\n"

        new = BLOCK.sub(replaced, text)
        if chosen.write:
            page.write_text(new, encoding="utf-8")
        else:
            print(new)


if __name__ == "__main__":
    main()
