"""Fixtures shared by all tests."""

import os
import sys
from collections.abc import Iterator
from multiprocessing import resource_tracker
from pathlib import Path

import hypothesis
import psutil
import pytest
from tests import browser, processes

hypothesis.settings.register_profile(  # on a busy machine any example may take long, and so may making one
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def nothing_outlives_the_tests() -> Iterator[None]:
    """Whatever tests have started, in whatever way, is over when they are; else this fails, and ends it."""
    os.environ[processes.MARK] = mark = str(os.getpid())
    yield
    resource_tracker._resource_tracker._stop()  # the interpreter's own, which would end with it
    commands = {process: processes.command(process) for process in processes.left(mark)}
    _, alive = psutil.wait_procs(commands, processes.GRACE)  # what was just ended may be on its way
    processes.end(alive)
    assert [commands[process] for process in alive] == []


@pytest.fixture(autouse=True)
def search_path_stays() -> Iterator[None]:
    """MLflow puts the code of each model that a test loads first on the search path: no later test has it."""
    searched = list(sys.path)
    yield
    sys.path[:] = searched


@pytest.fixture(scope="session")
def mirror() -> Path:
    """Folder with the mirrored real data; tests that need it are skipped where it isn't given."""
    folder = os.environ.get("FAIRTUNE_MIRROR")
    if not folder:
        pytest.skip("FAIRTUNE_MIRROR is not set: real data is missing, this test did not run")
    return Path(folder).resolve()


def _released(folder: Path, **settings: object) -> Path:
    """Train a release that recommends music types from plays of artists, shaped like the one of lastfm-2k."""
    from tests import tiny  # only where a test asks: it imports what fits

    from fairtune.columns import BlockName

    tiny.train(folder, tiny.make_matrix(BlockName.MUSIC_TYPE, tiny.ARTIST_MODEL), **settings)
    return folder


@pytest.fixture(scope="session")
def release(tmp_path_factory) -> Path:
    return _released(tmp_path_factory.mktemp("release") / "all")


@pytest.fixture(scope="session")
def other_release(tmp_path_factory) -> Path:
    """Another one of the same world: its digest differs."""
    return _released(tmp_path_factory.mktemp("other") / "all", scaling="binary")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory) -> Iterator[browser.Browser]:
    """Start a browser; where none is installed, its tests are skipped but in CI."""
    program = browser.installed()
    if program is None:
        why = f"none of {', '.join(browser.NAMES)} is on the PATH: the page was not looked at in a browser"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    with browser.started(program, tmp_path_factory.mktemp("profile")) as running:
        yield running
