"""From a listener's id, as somebody types it, to a row of the model."""

from fairtune.errors import BadRequest
from fairtune.serving.release import Release


def row_of(release: Release, user_id: int | str) -> int:
    """Row of a listener; ids that are numbers may be given as text. `BadRequest` names ids that exist."""
    ids = release.listener_ids
    rows = release.once("rows", lambda: {str(known): row for row, known in enumerate(ids)})
    row = rows.get(str(user_id).strip())
    if row is None:
        examples = ", ".join(str(known) for known in ids[:3])
        numbers = f" with ids from {ids[0]} to {ids[-1]}" if isinstance(ids[0], int) else ""
        there = f"{release.dataset} has {len(ids):,} listeners{numbers}"
        raise BadRequest(f"unknown listener '{user_id}': {there}, for example {examples}")
    return row
