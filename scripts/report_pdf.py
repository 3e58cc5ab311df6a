"""Write the report of a data set as PDF beside the page: `python scripts/report_pdf.py demo`.

Chromium or Chrome must be on the PATH; it prints the page as it does for paper.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-dev-shm-usage", "--no-pdf-header-footer",
)  # fmt: skip
PATIENCE = 120  # seconds


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset")
    report = ROOT / "reports" / parser.parse_args().dataset / "report.html"
    if not report.is_file():
        sys.exit(f"{report.relative_to(ROOT)} is missing: fairtune run {report.parent.name} writes it")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        sys.exit(f"a browser is needed: one of {', '.join(PROGRAMS)}")
    write(program, report, report.with_suffix(".pdf"))
    print(report.with_suffix(".pdf").relative_to(ROOT))


def write(program: str, page: Path, target: Path) -> None:
    """Print a page to a file, which appears whole or not at all."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as folder:
        draft = Path(folder) / target.name
        command = [program, *FLAGS, f"--user-data-dir={folder}/profile", f"--print-to-pdf={draft}"]
        subprocess.run([*command, page.resolve().as_uri()], check=True, capture_output=True, timeout=PATIENCE)
        draft.replace(target)


if __name__ == "__main__":
    main()
