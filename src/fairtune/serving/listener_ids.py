"""From a listener's id, as somebody types it, to a row of the model."""

from fairtune.errors import BadRequest
from fairtune.serving.release import Release


def row_of(release: Release, user_id: int | str) -> int:
    """Return the row of a listener.

    Parameters
    ----------
    release
        The model.
    user_id
        Of the listener; ids that are numbers may be given as text.

    Returns
    -------
    int
        Row of the matrix, from 0.

    Raises
    ------
    BadRequest
        The model has no such listener; the message names ids that exist.
    """
    ids = release.listener_ids
    rows = release.once("rows", lambda: {str(listener): row for row, listener in enumerate(ids)})
    row = rows.get(str(user_id).strip())
    if row is None:
        examples = ", ".join(str(listener) for listener in ids[:3])
        numbers = f" with ids from {ids[0]} to {ids[-1]}" if isinstance(ids[0], int) else ""
        listeners = f"{release.dataset} has {len(ids):,} listeners{numbers}"
        raise BadRequest(f"unknown listener '{user_id}': {listeners}, for example {examples}")
    return row
