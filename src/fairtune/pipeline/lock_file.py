"""dvc.lock, which DVC writes in place: a copy while a stage runs, and its repair after a kill.

All data sets share the one file. A process that is killed while DVC writes it leaves it cut off, at a line's
end even as valid YAML: then DVC takes whole data sets for never run. So a copy is kept from before a stage
until it has ended; whoever finds one was preceded by a killed run, and puts back what is missing.
"""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fairtune import files

LOCK: Final = Path("dvc.lock")
SHOWN: Final = 3
"""Entries that a sentence names."""
HASH: Final = re.compile(r"[0-9a-f]{32}(\.dir)?")
Entries = dict[str, Any]


@contextlib.contextmanager
def kept(copy: Path, lock: Path = LOCK) -> Iterator[None]:
    """Keep a copy of dvc.lock until the block has ended, however it ends; a kill leaves the copy behind.

    Parameters
    ----------
    copy
        Where the copy is kept.
    lock
        What is copied; nothing if it isn't there.
    """
    if lock.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        files.write_text(copy, lock.read_text(encoding="utf-8"))
    try:
        yield
    finally:
        copy.unlink(missing_ok=True)


def repair(copy: Path, lock: Path = LOCK) -> str | None:
    """Put back what a killed run cut off dvc.lock, and forget the copy.

    Parameters
    ----------
    copy
        What `kept` left behind.
    lock
        What is repaired: replaced as a whole, or not at all.

    Returns
    -------
    str | None
        What was done, a sentence for people; None: no run was killed, or nothing was lost.
    """
    if not copy.exists():
        return None
    before, now = _stages(copy), _stages(lock)
    lost = [stage for stage, entry in before.items() if not _whole(now.get(stage), entry)]
    if lost:
        from dvc.utils.serialize import dumps_yaml, parse_yaml

        whole = parse_yaml(copy.read_text(encoding="utf-8"), copy)
        whole["stages"] = before | {stage: entry for stage, entry in now.items() if stage not in lost}
        files.write_text(lock, dumps_yaml(whole))
    copy.unlink()
    if not lost:
        return None
    more = ", ..." if len(lost) > SHOWN else ""
    return (
        f"{lock} was cut off when a run was killed: {len(lost)} of its {len(before)} entries are put back "
        f"({', '.join(lost[:SHOWN])}{more})"
    )


def _stages(path: Path) -> Entries:
    """Return the entries of a lock file by stage; none if it isn't there, or can't be read any more."""
    from dvc.utils.serialize import YAMLFileCorruptedError, parse_yaml

    try:
        text = path.read_text(encoding="utf-8")
        parsed = parse_yaml(text, path)
    except (FileNotFoundError, UnicodeDecodeError, YAMLFileCorruptedError):
        return {}
    stages = parsed.get("stages") if isinstance(parsed, dict) else None
    if not isinstance(stages, dict):
        return {}
    return stages if text.endswith("\n") else dict(list(stages.items())[:-1])  # the last one is cut off


def _whole(now: object, before: object) -> bool:
    """Whether an entry, or a part of one, has all parts that it had; values may be others."""
    if isinstance(before, dict):
        return isinstance(now, dict) and all(key in now and _whole(now[key], before[key]) for key in before)
    if isinstance(before, list):
        rows = isinstance(now, list) and len(now) >= len(before)
        return rows and all(_whole(one, other) for one, other in zip(now, before, strict=False))  # type: ignore[call-overload]
    if isinstance(before, str) and HASH.fullmatch(before):
        return isinstance(now, str) and HASH.fullmatch(now) is not None
    return now is not None or before is None
