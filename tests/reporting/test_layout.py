"""Pages at the widths of phones and tablets, in fonts that the tests bring: any machine shows them so."""

from dataclasses import replace

import pytest
from tests.browser import Browser, Page
from tests.reporting import fonts, sample
from tests.reporting.test_drift import drifted
from tests.validation.drift import listening

from fairtune.columns import Table
from fairtune.evaluation.gate import verdict
from fairtune.registry.promotion import event, history, history_page, replay
from fairtune.reporting import drift as reporting_drift
from fairtune.reporting.report import render

WIDTHS = (320, 390, 768)

# Texts of a picture that leave it or lie on one another, by more than two pixels.
COLLISIONS = """(() => {
  const found = [];
  for (const picture of document.querySelectorAll('svg.picture')) {
    const frame = picture.getBoundingClientRect();
    const texts = [...picture.querySelectorAll('text')].map((node) => [node, node.getBoundingClientRect()]);
    texts.forEach(([node, box], at) => {
      if (box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2
          || box.bottom > frame.bottom + 2) found.push(`outside: ${node.textContent}`);
      for (const [other, its] of texts.slice(at + 1)) {
        const wide = Math.min(box.right, its.right) - Math.max(box.left, its.left);
        const tall = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
        if (wide > 2 && tall > 4) found.push(`${node.textContent} on ${other.textContent}`);
      }
    });
  }
  return found;
})()"""

# Texts that reach beyond the right edge and lie in nothing that scrolls by itself.
BEYOND = """(() => {
  const found = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const edge = document.documentElement.clientWidth + 0.5;
  while (texts.nextNode()) {
    const node = texts.currentNode, range = document.createRange();
    range.selectNodeContents(node);
    if (node.parentElement.closest('.wide, svg, script, style')) continue;
    if ([...range.getClientRects()].some((box) => box.right > edge)) found.push(node.textContent.trim());
  }
  return found;
})()"""
WIDER = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


def report() -> str:
    """A page with everything that a page can have, some limits broken."""
    figures = sample.metrics()
    limits = replace(sample.LIMITS, max_dp_disparity={"region": 0.3}, max_eo_disparity={"region": 0.25})
    return render(sample.evidence(metrics=figures, verdict=verdict.verdict(figures, limits)))


def drift() -> str:
    return reporting_drift.render(drifted(listening.bots(200, 4)), dataset="demo")


def drift_in_many_columns() -> str:
    friends = listening.tables()[Table.FRIENDS]
    fewer = {**listening.bots(200, 4), Table.FRIENDS: friends.head(len(friends) // 3)}
    return reporting_drift.render(drifted(fewer), dataset="demo")


def history_of_moves() -> str:
    """Moves, a refusal, and words that hold no space to break at."""
    address = "https://registry.example.org/" + "recommendations-of-everything/" * 3
    moved = [
        event.Event(action=action, before=before, to=to, who=who, why=why, after=after, number=number,
                    when="2026-11-23T03:00:00Z", checks={"model": "loads, and predicts what was released"})
        for number, (action, before, to, who, why, after) in enumerate([
            (event.Action.PROMOTED, None, 1, "Ada <ada.lovelace@recommendations.example.org>", "first", 0),
            (event.Action.PROMOTED, 1, 2, "Ada", f"it is better, see {address}", 1),
            (event.Action.REFUSED, 2, None, "Ada", "ranking: It scores less than popularity.", 2),
            (event.Action.ROLLED_BACK, 2, 1, "Bob", address, 2),
        ], start=1)
    ]  # fmt: skip
    replayed = replay.replay(moved, [one.number for one in moved])
    described = history.ModelHistory(
        "fairtune-demo-track", replayed, {"champion": 1, "candidate": 2}, (address,)
    )
    return history_page.render(described, dataset="demo")


PAGES = {page.__name__: page for page in (report, drift, drift_in_many_columns, history_of_moves)}


@pytest.fixture(scope="module", params=list(fonts.FAMILIES))
def font(request):
    return request.param


@pytest.fixture(scope="module", params=list(PAGES))
def page(chromium: Browser, font, request, tmp_path_factory) -> Page:
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(fonts.brought(PAGES[request.param](), font), encoding="utf-8")
    page = chromium.page(path)
    assert page.evaluate(fonts.LOADED) == ["loaded", "loaded"]
    assert page.complaints == []
    return page


@pytest.mark.parametrize("opened", [False, True], ids=["as it comes", "all opened"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_makes_one_scroll_sideways(page, width, opened):
    page.show(width=width)
    page.evaluate(
        f"document.querySelectorAll('details').forEach((node) => (node.open = {str(opened).lower()}))"
    )
    assert page.evaluate("innerWidth") == width
    assert page.evaluate(BEYOND) == []
    assert page.evaluate(WIDER) <= 0


def test_texts_in_pictures_stay_inside_and_off_one_another(page):
    page.show()
    assert page.evaluate(COLLISIONS) == []


def test_what_is_too_wide_and_texts_on_one_another_would_be_noticed(chromium, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(fonts.brought(report(), "sans"), encoding="utf-8")
    page = chromium.page(path)
    page.show(width=390)
    page.evaluate("document.querySelector('h1').style = 'white-space: nowrap; font-size: 4rem'")
    assert page.evaluate(BEYOND) == [page.evaluate("document.querySelector('h1').textContent")]
    assert page.evaluate(WIDER) > 0
    assert page.evaluate("document.querySelectorAll('svg.picture text').length") > 100
    page.evaluate("document.querySelector('svg.picture text').style.transform = 'translate(0, -900px)'")
    assert any(found.startswith("outside") for found in page.evaluate(COLLISIONS))
