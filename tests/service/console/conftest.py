"""The pages in front of a tiny model, asked without a network."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests import trained

from fairtune.config import params
from fairtune.service.console.access import COOKIE, Access
from fairtune.service.console.app import Console
from fairtune.service.questions import Questions

ROOT = Path(__file__).parents[3]
HTML = {"Accept": "text/html,*/*;q=0.8"}
TOKEN = "a token that is long enough"  # noqa: S105


@dataclass
class Seen:
    """A page as its reader has it: its text, and the address that each link leads to."""

    answer: httpx.Response

    @property
    def text(self) -> str:
        body = re.sub(r"<(script|style)\b.*?</\1>", " ", self.answer.text, flags=re.DOTALL)
        body = re.sub(r"</?(a|b|bdi|code|output|span)\b[^>]*>", "", body)  # they don't part words
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())

    @property
    def links(self) -> list[tuple[str, str, str]]:
        """Text, accessible name and address of each link."""
        parser = _Links()
        parser.feed(self.answer.text)
        return parser.found

    def address(self, name: str) -> str:
        """Return the address of the first link of this text or accessible name."""
        return next(address for text, label, address in self.links if name in (text, label))

    def names(self, part: str) -> list[str]:
        """Return the texts of the links whose address begins so, in their order."""
        return [text for text, _, address in self.links if address.startswith(part)]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self._open: tuple[str, str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "a":
            given = dict(attrs)
            self._open, self._text = (given.get("aria-label") or "", given["href"]), ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open:
            self.found.append((self._text.strip(), *self._open))
            self._open = None


def browsing(cookie: str) -> dict[str, str]:
    """Return what a browser sends that has such a cookie."""
    return {**HTML, "Cookie": f"{COOKIE}={cookie}"}


@pytest.fixture(scope="session")
def project(tmp_path_factory) -> Path:
    """A project with a matrix and fits; a release is none of it."""
    return trained.project(tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="session")
def questions(project):
    """One process for the questions of all tests: it takes seconds to start."""
    asked = Questions(project, "demo")
    stop = asked.stop
    asked.stop = lambda: None
    yield asked
    stop()


@pytest.fixture
def console(project, questions) -> Callable[..., Console]:
    def console(*, token: str | None = None, root: Path = project, **other: Any) -> Console:
        values = {"questions": questions, "access": Access(token), **other}
        evaluate = params.load(ROOT).dataset("demo").evaluate
        return Console(root=root, dataset="demo", evaluate=evaluate, **values)

    return console


@pytest.fixture
def service(start, console):
    return start(console=console())


@pytest.fixture
def see(service) -> Callable[..., Seen]:
    """Look at a page."""

    def see(path: str, status: int = 200, **sent: Any) -> Seen:
        answer = service.get(path, headers=HTML, **sent)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return Seen(answer)

    return see
