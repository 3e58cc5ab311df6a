"""Fixtures shared by all tests."""

import os
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("patient", deadline=None)  # on a busy machine any example may take long
hypothesis.settings.load_profile("patient")


@pytest.fixture(scope="session")
def mirror() -> Path:
    """Folder with the mirrored real data; tests that need it are skipped where it isn't given."""
    folder = os.environ.get("FAIRTUNE_MIRROR")
    if not folder:
        pytest.skip("FAIRTUNE_MIRROR is not set: real data is missing, this test did not run")
    return Path(folder).resolve()
