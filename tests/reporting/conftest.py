"""A browser for all tests that look at pages."""

import os
from collections.abc import Iterator

import pytest
from tests.reporting import browser


@pytest.fixture(scope="session")
def chromium(tmp_path_factory) -> Iterator[browser.Browser]:
    """Start one; where none is installed, its tests are skipped but in CI."""
    program = browser.installed()
    if program is None:
        why = f"none of {', '.join(browser.NAMES)} is on the PATH: the page was not looked at in a browser"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    with browser.started(program, tmp_path_factory.mktemp("profile")) as running:
        yield running
