"""The report on paper."""

import importlib.util
import sys
from pathlib import Path

import pytest
from tests import browser, processes

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts/report_pdf.py"
specification = importlib.util.spec_from_file_location("report_pdf", SCRIPT)
report_pdf = importlib.util.module_from_spec(specification)
specification.loader.exec_module(report_pdf)


@pytest.mark.usefixtures("chromium")
def test_a_page_becomes_a_pdf_and_nothing_else_is_left(tmp_path):
    page = tmp_path / "report.html"
    page.write_text("<title>One</title><h1>Ready to be released</h1><p style='break-before: page'>Two</p>")

    report_pdf.write(browser.installed(), page, tmp_path / "report.pdf")

    content = (tmp_path / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"/Count 2" in content  # pages
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.pdf"]


@pytest.mark.parametrize("dataset", ["nothing"])
def test_without_a_report_it_says_what_writes_one(dataset):
    done = processes.run([sys.executable, SCRIPT, dataset], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr == "reports/nothing/report.html is missing: fairtune run nothing writes it\n"
