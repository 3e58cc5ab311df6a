"""The pages in a real browser: three widths, light and dark, keyboard, no script, hostile names."""

import importlib.metadata
import socket
import threading
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import unquote

import pytest
import uvicorn
from tests import tiny
from tests.processes import until
from tests.reporting import sample
from tests.service.conftest import MODEL
from tests.service.console.conftest import HTML

from fairtune.columns import BlockName
from fairtune.service.snapshot import Snapshot

WIDTHS = (390, 820, 1280)
PAGES = {
    "listen": "/",
    "liked": "/?like=track:1&like=track:31&query=son&kind=track",
    "types": "/?like=track:1&long_tail=40",
    "artists": "/artists?query=ra",
    "upcoming": "/artists/upcoming",
    "item": "/artists/track/1",
    "fairness": "/fairness",
    "what if": "/what-if?tail=20",
    "versions": "/versions",
    "sign in": "/sign-in",
    "problem": "/nowhere",
}
VIOLATIONS = """axe.run().then((found) => found.violations
    .filter((each) => ['serious', 'critical'].includes(each.impact))
    .map((each) => `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`))"""
HOSTILE = (
    "<script>document.title='taken'</script>",
    '"><img src=x onerror="document.title=\'taken\'">',
    "'); DROP TABLE artists;--",
    '=HYPERLINK("http://evil.example")',
    "\u202eevil\u202c and \u2066right\u2069",
    "{{ 7 * 7 }}{% raw %}",
    "a/b?c=d&e#f%2F",
)


@contextmanager
def listening(app):
    """Serve an application on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        running = threading.Thread(target=lambda: server.run(sockets=[listener]))
        running.start()
        try:
            until(lambda: server.started)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            running.join()


@pytest.fixture
def address(start, console, snapshot):
    service = start(console=console(), first=replace(snapshot, metrics=sample.evidence().metrics))
    with listening(service.app) as where:
        yield where


@pytest.fixture
def visit(chromium):
    opened = []

    def visit(where):
        opened.append(chromium.page(where))
        return opened[-1]

    yield visit
    for page in opened:
        page.ask("Page.close")


@pytest.fixture(scope="module")
def axe():
    """The program of axe-core, which looks for what keeps people from using a page."""
    files = importlib.metadata.files("axe-playwright-python") or []
    return next(file for file in files if file.name == "axe.min.js").read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody(address, visit, axe, name):
    page = visit(f"{address}{PAGES[name]}")
    page.ask("Runtime.evaluate", expression=axe)
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            page.show(width=width, scheme=scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(VIOLATIONS) == []
    not_found = [each for each in page.complaints if "404" in str(each)]
    assert len(not_found) == (name == "problem")  # the page itself
    assert page.complaints == not_found
    assert {request.partition("/static/")[0] for request in page.requests if "/static/" in request} == {
        address
    }
    assert all(request.startswith((address, "data:")) for request in page.requests)


def test_what_somebody_types_is_found_without_leaving_the_page(address, visit):
    page = visit(address)
    loads = page.loads()

    page.evaluate("document.getElementById('query').focus()")
    page.ask("Input.insertText", text="sigur")

    page.until("document.querySelector('#found li') !== null")
    assert page.evaluate("document.querySelector('#found li').textContent").split()[:2] == ["Sigur", "Rós"]
    assert page.evaluate("document.activeElement.id") == "query"
    assert page.loads() == loads
    assert page.complaints == []


def test_by_keyboard_alone(address, visit):
    page = visit(address)
    page.evaluate("document.getElementById('query').focus()")
    page.ask("Input.insertText", text="sigur")
    page.until("document.querySelector('#found li') !== null")
    loads = page.loads()

    page.press("Tab")
    assert page.evaluate("document.activeElement.textContent").startswith("Sigur Rós")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.press("Enter", "\r")

    page.wait_for_load(loads)
    assert page.evaluate("document.querySelector('.chips').textContent").split()[:2] == ["Sigur", "Rós"]


def test_the_slider_changes_lists_and_address(address, visit):
    page = visit(f"{address}/?like=track:1&kind=artist")
    before, loads = page.evaluate("document.getElementById('lists').textContent"), page.loads()

    page.evaluate(
        """(() => {
          const slider = document.getElementById('long_tail');
          slider.value = 100;
          for (const kind of ['input', 'change']) slider.dispatchEvent(new Event(kind, {bubbles: true}));
        })()"""
    )

    assert page.evaluate("document.getElementById('share').textContent") == "100"
    page.until("location.search.includes('long_tail=100')")
    assert page.evaluate("document.getElementById('lists').textContent") != before
    assert page.loads() == loads
    assert page.complaints == []


def test_a_question_is_answered_on_the_page_and_so_is_a_problem(address, visit):
    page = visit(f"{address}/what-if")
    loads = page.loads()

    def ask(name, value):
        page.evaluate(
            f"""(() => {{ for (const each of document.querySelectorAll('input[type=range]')) each.value = 0;
            const slider = document.getElementById('{name}');
            slider.step = 'any';
            slider.value = {value};
            document.querySelector('#bounds button').click(); }})()"""
        )

    ask("tail", 20)
    page.until("document.querySelector('#result h2') !== null")
    assert page.evaluate("document.querySelector('#result h2').textContent").startswith(
        "If tracks of the long tail"
    )
    ask("dp", 0.00001)
    page.until("document.querySelector('#result .problem') !== null")
    assert "no re-ranking found" in page.evaluate("document.getElementById('result').textContent")
    ask("tail", 10)
    page.until("document.querySelector('#result h2') !== null")
    assert page.loads() == loads


def test_without_a_script_everything_works_by_forms_and_links(address, visit):
    page = visit("about:blank")
    page.ask("Emulation.setScriptExecutionDisabled", value=True)
    page.open(f"{address}/?query=sigur")
    assert "Sigur" in unquote(address_of(page, "#found a"))
    page.open(f"{address}{address_of(page, '#found a')}&long_tail=50")
    assert page.evaluate("document.querySelectorAll('.chips li').length") == 1
    assert page.evaluate("document.querySelector('button').checkVisibility()")


def address_of(page, selector):
    return page.evaluate(f"document.querySelector('{selector}').getAttribute('href')")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A model whose artists and tracks have names that attack whatever shows them."""
    folder = tmp_path_factory.mktemp("hostile") / "all"
    with pytest.MonkeyPatch.context() as patch:
        named = [
            (HOSTILE[number % len(HOSTILE)] + " " * (number // len(HOSTILE)) + str(number), types)
            for number, (_, types) in enumerate(tiny.ARTISTS)
        ]
        patch.setattr(tiny, "ARTISTS", named)
        tiny.train(folder, tiny.make_matrix(BlockName.TRACK, tiny.TRACK_MODEL), share=0.4)
    return Snapshot.load(folder, model=MODEL, version=1)


def test_hostile_names_are_text(start, console, hostile, visit):
    service = start(console=console(), first=hostile)
    names = hostile.release.columns(BlockName.ARTIST).names
    with listening(service.app) as where:
        for path in (
            "/?kind=artist",
            "/?like=track:1&kind=artist",
            "/?like=track:1",
            "/artists?query=a",
            "/artists/upcoming",
            "/artists/track/1",
        ):
            page = visit(f"{where}{path}")
            assert page.evaluate("document.title") != "taken"
            assert page.complaints == []
            assert page.evaluate("document.querySelectorAll('main script, main img').length") == 0
            assert all(request.startswith((where, "data:")) for request in page.requests)
        for name in names:
            assert service.get("/artists", params={"query": name}, headers=HTML).status_code == 200
        page = visit(f"{where}/?kind=artist")
        shown = page.evaluate("[...document.querySelectorAll('.item bdi')].map((each) => each.textContent)")
        assert shown
        assert set(shown) <= set(names)


def test_the_page_of_an_item_with_any_id_is_reached_by_its_link(start, console, hostile, visit):
    service = start(console=console(), first=hostile)
    with listening(service.app) as where:
        page = visit(f"{where}/artists/upcoming?kind=artist")
        links = page.evaluate(
            "[...document.querySelectorAll('main table a')].map((each) => [each.href, each.textContent])"
        )
        assert links
        for link, name in links:
            assert " ".join(visit(link).evaluate("document.querySelector('h1').textContent").split()) == (
                " ".join(name.split())
            )
