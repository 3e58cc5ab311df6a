"""The page in a real browser: what a person sees, by light and by dark, on paper, on a phone, by keyboard."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests import browser, processes
from tests.reporting import sample

from fairtune.evaluation.gate import verdict as gate_verdict
from fairtune.reporting.report import render

# Contrast by WCAG 2.2 (success criterion 1.4.3) of every visible text on the paper.
FAINT = """(() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const faint = new Set();
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.checkVisibility()) continue;
    const style = getComputedStyle(node);
    const text = light(node.closest('svg') ? style.fill : style.color);
    const contrast = (Math.max(text, paper) + 0.05) / (Math.min(text, paper) + 0.05);
    if (contrast < 4.5) faint.add(`${node.textContent.trim().slice(0, 30)}: ${contrast.toFixed(1)}`);
  }
  return [...faint];
})()"""

WANTED = "[...document.querySelectorAll('a, summary, [tabindex]')].filter((node) => node.checkVisibility())"

FOCUS = """(() => {
  const node = document.activeElement;
  node.dataset.reached = 'yes';
  return [node.textContent.trim().slice(0, 40), getComputedStyle(node).outlineStyle];
})()"""


@pytest.fixture
def page(chromium, written) -> Iterator[browser.Page]:
    """Give it in a tab of its own: where the keyboard stands, and what is open, is as it comes."""
    shown = chromium.page(written)
    yield shown
    shown.ask("Page.close")


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A page with everything that a page can have, some limits broken."""
    figures = sample.metrics()
    limits = replace(sample.LIMITS, max_dp_disparity={"region": 0.3}, max_eo_disparity={"region": 0.25})
    verdict = gate_verdict.verdict(figures, limits)
    assert 0 < len(verdict.failed) < len(verdict.gates)
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(sample.evidence(metrics=figures, verdict=verdict)), encoding="utf-8")
    return path


def test_the_page_asks_nobody_for_anything_and_the_browser_has_nothing_to_complain_about(page):
    assert [url for url in page.requests if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in page.requests if url.startswith("file:")]) == 1
    assert page.complaints == []


def test_a_request_and_a_complaint_would_be_noticed(chromium, tmp_path):
    (tmp_path / "page.html").write_text(
        '<img src="http://localhost:9/x.png"><script>console.error("oh")</script>', encoding="utf-8"
    )
    page = chromium.page(tmp_path / "page.html")
    assert "http://localhost:9/x.png" in page.requests
    assert page.complaints


@pytest.mark.parametrize(
    ("media", "scheme", "dark"),
    [("screen", "light", False), ("screen", "dark", True), ("print", "dark", False)],
)
def test_every_text_stands_out_from_the_paper(page, media, scheme, dark):
    page.show(media=media, scheme=scheme)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, re.findall(r"\d+", paper))) < 64) is dark
    assert page.evaluate(FAINT) == []


def test_everything_that_opens_or_scrolls_is_reached_by_keyboard_and_shows_where_one_is(page):
    page.show()
    page.evaluate("document.querySelectorAll('details').forEach((node) => (node.open = false))")
    page.evaluate("document.activeElement.blur()")
    reached = []
    for _ in range(page.evaluate(f"{WANTED}.length")):
        page.press("Tab")
        reached.append(page.evaluate(FOCUS))
    assert reached[0][0] == "Skip to the verdict"
    missed = f"{WANTED}.filter((node) => !node.dataset.reached).map((node) => node.outerHTML)"
    assert page.evaluate(missed) == []
    assert [text for text, outline in reached if outline == "none"] == []


def test_a_table_behind_a_picture_opens_by_a_key(page):
    page.show()
    page.evaluate("document.querySelector('details:has(table) summary').focus()")
    page.press("Enter", "\r")
    assert page.evaluate("document.querySelector('details:has(table)').open")
    assert page.evaluate("document.querySelector('details table').checkVisibility()")


def test_a_screen_reader_is_told_what_every_picture_shows(page):
    page.ask("Accessibility.enable")
    nodes = page.ask("Accessibility.getFullAXTree")["nodes"]
    pictures = [node for node in nodes if node.get("role", {}).get("value") in {"image", "img"}]
    shown = page.evaluate("document.querySelectorAll('svg.picture').length")
    names = [node["name"]["value"] for node in pictures]
    assert len(names) == len(set(names)) == shown
    assert min(map(len, names)) > 40


def test_the_page_prints_on_several_sheets_without_what_only_a_screen_can_use(page, tmp_path):
    sheets = page.pdf()
    assert sheets.startswith(b"%PDF")
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", sheets)) <= 40
    page.show(media="print")
    assert not page.evaluate("document.querySelector('nav').checkVisibility()")
    if shutil.which("pdftotext"):
        text = _text(sheets, tmp_path / "report.pdf")
        assert "Not to be released: 2 of 6 limits are broken" in text
        assert "To pass, it has to fall" in text
        assert "The numbers behind this picture" not in text


def _text(sheets: bytes, path: Path) -> str:
    path.write_bytes(sheets)
    read = processes.run(["pdftotext", str(path), "-"], check=True, capture_output=True, text=True)
    return " ".join(read.stdout.split())
