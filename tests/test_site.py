"""The documentation site: what `make docs-site` builds can be read, whole and without a network."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_SECONDS = 1_200  # a build hangs: alone it takes ten


class Parts(HTMLParser):
    """What a page fetches to be shown, and the text of its headings."""

    def __init__(self, page):
        super().__init__()
        self.fetched = []
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in {"script", "img", "iframe", "source"} and given.get("src"):
            self.fetched.append(given["src"])
        if tag == "link" and given.get("rel") in {"stylesheet", "icon", "preload", "preconnect"}:
            self.fetched.append(given["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built as `make docs-site` does, where a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=MOST_SECONDS,
    )
    assert built.returncode == 0, built.stderr
    return folder


def test_every_page_is_there(site):
    sources = [page.relative_to(ROOT / "docs") for page in ROOT.glob("docs/**/*.md")]

    missing = [page for page in sources if not (site / page.with_suffix(".html")).is_file()]

    assert len(sources) > 20
    assert missing == []
    assert (site / "contributing.html").is_file()


def test_nothing_is_fetched_from_elsewhere(site):
    for page in site.rglob("*.html"):
        if page.name != "404.html":  # its paths are those of a server's root
            outside = [
                url for url in Parts(page).fetched if not (page.parent / url.partition("?")[0]).is_file()
            ]
            assert outside == [], page
    styles = [sheet.read_text("utf-8") for sheet in site.rglob("*.css")]
    assert styles
    assert [
        url for style in styles for url in re.findall(r"url\((?:\"|')?((?:https?:)?//[^)]*)", style)
    ] == []


def test_the_api_has_every_folder_and_module_of_the_package(site):
    modules = [path for path in ROOT.glob("src/fairtune/**/*.py") if not path.name.startswith("__")]

    for folder in {module.parent for module in modules}:
        dotted = ".".join(folder.relative_to(ROOT / "src").parts)
        page = (site / f"reference/api/{dotted}.html").read_text("utf-8")
        inside = [module.stem for module in modules if module.parent == folder]
        assert [name for name in inside if f'id="{dotted}.{name}"' not in page] == []


def test_example_data_is_no_page(site):
    assert not (site / "example").exists()
