"""The page about drift: what it says, and what a browser shows of it."""

import re

import pytest
from tests.reporting.test_browser import FAINT
from tests.validation.drift import listening

from fairtune.columns import Table
from fairtune.config import params
from fairtune.reporting import drift
from fairtune.validation.drift.detection import compare
from fairtune.validation.drift.profile import profile


def drifted(tables, *, before=None):
    limits = params.load().dataset("demo").validate.drift
    was = profile(before or listening.tables())
    return compare(was, profile(tables), limits, model="fairtune-demo-track", version=3)


def text(page):
    """What a reader reads, without markup and pictures."""
    page = re.sub(r"<(style|svg)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture(scope="module")
def stopped():
    return drift.render(drifted(listening.bots(200, 4)), dataset="demo")


def test_a_stop_says_what_moved_how_far_and_what_to_do(stopped):
    read = text(stopped)

    assert "Tables of demo and of its champion, version 3 of fairtune-demo-track" in read
    assert "Stopped: 1 column is too far from the champion&#39;s" in read
    assert "Nothing was trained on this data, and the champion stays in use." in read
    assert "How many items a listener plays: stops the run 3 to 4 items: 0.0 % → 20.0 %;" in read
    assert "limit 0.25 (validate.drift.psi.stop)" in read
    assert "Unknown: signup, of listeners: warning unknown: 0.0 % → 20.0 %" in read
    assert "in 99 of 100 cases it is at most the figure given" in read


def test_a_warning_and_no_drift_say_that_the_run_goes_on():
    friends = listening.tables()[Table.FRIENDS]
    fewer = {**listening.tables(), Table.FRIENDS: friends.head(2 * len(friends) // 3)}
    warned = text(drift.render(drifted(fewer), dataset="demo"))
    fine = text(drift.render(drifted(listening.tables()), dataset="demo"))

    assert "Goes on with a warning: 1 column is further from the champion&#39;s than usual" in warned
    assert "Rows of the table friends: warning" in warned
    assert "Like the champion&#39;s: no column is beyond a limit" in fine
    assert "Beyond a limit" not in fine
    assert "What moved most" not in fine


def test_names_of_artists_are_text_and_no_markup():
    named = listening.changed(
        Table.ITEMS, artist=lambda frame: frame["artist"].where(frame["item_id"] % 3 > 0, "<b>$x & y</b>")
    )
    page = drift.render(drifted(named), dataset="demo")

    assert "<b>$x" not in page
    assert "&lt;b&gt;$x &amp; y&lt;/b&gt;" in page


def test_the_same_drift_is_the_same_page(stopped):
    assert drift.render(drifted(listening.bots(200, 4)), dataset="demo") == stopped


@pytest.fixture(scope="module")
def page(chromium, stopped, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "drift.html"
    path.write_text(stopped, encoding="utf-8")
    return chromium.page(path)


def test_a_browser_asks_nobody_for_anything_and_has_nothing_to_complain_about(page):
    assert [url for url in page.requests if not url.startswith(("file:", "data:"))] == []
    assert page.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out(page, scheme):
    page.show(scheme=scheme)

    assert page.evaluate("document.querySelectorAll('svg.picture').length") == drift.PICTURES + 1
    assert page.evaluate(FAINT) == []


def test_it_prints(page):
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", page.pdf())) <= 12
