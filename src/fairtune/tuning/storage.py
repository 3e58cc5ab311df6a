"""Where a search keeps its trials: a journal file, or a database that several machines share."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fairtune.errors import StudyFailed
from fairtune.processes import gone, worker
from fairtune.tuning import journal
from fairtune.tuning.trial_claims import Workers

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

VARIABLE: Final = "FAIRTUNE_STUDY_STORAGE"
"""A URL from the environment wins over `params.yaml`, so that no password stands in Git."""
CREATING: Final = 5
"""Attempts at creating the tables: processes that start at once get in one another's way."""


def opened(url: str | None, path: Path) -> "BaseStorage":
    """Open the database at `url`, or the journal at `path` if there is none."""
    url = os.environ.get(VARIABLE) or url
    return database(url) if url else journal.opened(path)


def database(url: str) -> "BaseStorage":
    """Open a database.

    Parameters
    ----------
    url
        With driver, user, password, host and name.

    Returns
    -------
    BaseStorage
        With its tables.

    Raises
    ------
    StudyFailed
        The database can't be used; the message never shows the password.
    AssertionError
        Never: the last attempt returns or raises `StudyFailed`.
    """
    from optuna.storages import RDBStorage
    from sqlalchemy import exc
    from sqlalchemy.engine import make_url

    try:
        shown = make_url(url).render_as_string(hide_password=True)
    except exc.ArgumentError:
        raise StudyFailed(
            "tune.storage: not a URL of a database; write postgresql+psycopg://user:password@host/name, "
            f"in params.yaml or in {VARIABLE}"
        ) from None
    for attempt in range(CREATING):
        try:
            return RDBStorage(url, engine_kwargs={"pool_pre_ping": True})
        except (exc.IntegrityError, exc.ProgrammingError) as error:
            if attempt == CREATING - 1:
                raise StudyFailed(f"tune.storage: {shown}: {_first_line(error)}") from None
        except (ImportError, exc.NoSuchModuleError) as error:
            raise StudyFailed(
                f"tune.storage: {shown}: no driver for it ({_first_line(error)}); for PostgreSQL install the "
                "extra `postgres` (pip install 'fairtune[postgres]') and write postgresql+psycopg://"
            ) from None
        except exc.SQLAlchemyError as error:
            raise StudyFailed(
                f"tune.storage: {shown} can't be used: {_first_line(error)}; is the server there, "
                "and are user and password right?"
            ) from None
    raise AssertionError


def workers() -> Workers:
    """Name this process, and tell trials of living processes from those of dead ones."""
    return Workers(me=worker(os.getpid()), gone=gone)


def _first_line(error: BaseException) -> str:
    """Return the driver's own first line: it names host and reason, never a password."""
    cause = getattr(error, "orig", None) or error.__cause__ or error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0]
