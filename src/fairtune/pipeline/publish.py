"""Publishing a good run, beside its outputs: dvc.lock with the registered version, results in Git."""

import hashlib
import re
from pathlib import Path

from fairtune import files
from fairtune.config.paths import Paths
from fairtune.pipeline import results_branch

LOCK = Path("dvc.lock")
PLOTS = ("front", "ladder", "learning", "shares")


def record(paths: Paths) -> str:
    """Keep dvc.lock with the version that the receipt of stage `register` names; return a message.

    Once for each version and state of the data set's stages, which a small file beside the receipt remembers.
    """
    if not paths.registration.exists():
        return "nothing registered: dvc.lock is not recorded"
    receipt = files.read_json(paths.registration)
    state = {"model": receipt["model"], "version": receipt["version"], "stages": _stages(paths)}
    version = f"{receipt['model']} version {receipt['version']}"
    if paths.recorded.exists() and files.read_json(paths.recorded) == state:
        return f"{version} has its dvc.lock already"
    from fairtune.registry.registration import dvc_lock

    digest = dvc_lock.keep(receipt["model"], receipt["version"], root=paths.root)
    files.write_json(paths.recorded, state)
    return f"{version}: dvc.lock recorded, sha256 {digest}"


def commit(paths: Paths, branch: str) -> str:
    """Commit dvc.lock and the small results of the data set to `branch`; say what was done."""
    champion = (paths.champion_profile, paths.champion_settings, paths.champion_fits_index)
    results = [LOCK, *champion, paths.best, paths.alternatives, paths.metrics, paths.verdict, paths.headline]
    results += [paths.plot(name) for name in PLOTS]
    subject = f"Retrain {paths.dataset}"
    if paths.registration.exists():
        receipt = files.read_json(paths.registration)
        subject = f"{subject}: {receipt['model']} version {receipt['version']}"
    made = results_branch.commit(branch, results, subject)
    return f"branch {branch}: {made[:12]}" if made else f"branch {branch} has these results already"


def _stages(paths: Paths) -> str:
    """Return the sha256 of this data set's stages in dvc.lock; others may run in between."""
    if not (paths.root / LOCK).exists():
        return ""
    entries = re.split(r"^(?=  \S)", (paths.root / LOCK).read_text(encoding="utf-8"), flags=re.MULTILINE)
    ours = "".join(entry for entry in entries if entry.partition("\n")[0].endswith(f"@{paths.dataset}:"))
    return hashlib.sha256(ours.encode()).hexdigest()
