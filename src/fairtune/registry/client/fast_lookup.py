"""Whether the registry still has a version, and which one is champion: milliseconds where it is SQLite.

A run with nothing to do asks this, and must not wait for MLflow's import.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fairtune.errors import RegistryFailed
from fairtune.registry.client import connection
from fairtune.registry.client.versions import CHAMPION

SQLITE: Final = "sqlite:///"
PATIENCE: Final = 20  # seconds that a locked database is waited for, as MLflow does
HELD_QUERY: Final = """
    SELECT 1 FROM model_versions JOIN model_version_tags USING (name, version)
    WHERE name = ? AND version = ? AND current_stage != 'Deleted_Internal' AND key = ? AND value = ?
"""
CHAMPION_QUERY: Final = "SELECT version FROM registered_model_aliases WHERE name = ? AND alias = ?"


@dataclass(frozen=True)
class Lookup:
    """What the registry has of a version and of its model.

    Attributes
    ----------
    held
        The registry has the version, with that release.
    champion
        Number of the version that the alias `champion` names; None if there is none.
    """

    held: bool
    champion: int | None


def look_up(root: Path, model: str, number: int, digest: str) -> Lookup:
    """Look for a version and for the champion of its model; no registry is made where none is.

    Parameters
    ----------
    root
        Folder of the project.
    model
        Name of the registered model.
    number
        Number of the version.
    digest
        Digest of the release that the version should hold.

    Returns
    -------
    Lookup
        Nothing held and no champion where there is no registry.
    """
    if not connection.exists(root):
        return Lookup(held=False, champion=None)
    uri = connection.uri(root)
    if uri.startswith(SQLITE):
        return _ask_database(Path(uri.removeprefix(SQLITE)), model, number, digest)
    return _ask_server(root, model, number, digest)


def _ask_database(file: Path, model: str, number: int, digest: str) -> Lookup:
    if not file.exists():
        return Lookup(held=False, champion=None)
    database = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)
    try:
        held = database.execute(HELD_QUERY, (model, number, connection.DIGEST, digest)).fetchone()
        champion = database.execute(CHAMPION_QUERY, (model, CHAMPION)).fetchone()
    except sqlite3.Error as error:
        if "no such table" in str(error):  # nothing was ever registered
            return Lookup(held=False, champion=None)
        raise RegistryFailed(connection.message(f"{SQLITE}{file}", error)) from error
    finally:
        database.close()
    return Lookup(held=held is not None, champion=int(champion[0]) if champion else None)


def _ask_server(root: Path, model: str, number: int, digest: str) -> Lookup:
    from fairtune.registry.client import versions

    with connection.connected(root) as client:
        version = versions.version(client, model, number)
        champion = versions.version(client, model, CHAMPION)
    return Lookup(
        held=version is not None and version.tags.get(connection.DIGEST) == digest,
        champion=None if champion is None else champion.number,
    )
