"""Banner of a forced promotion, on top of the report that the registry keeps with the version."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from fairtune import files
from fairtune.registry.client import versions
from fairtune.registry.client.versions import Version
from fairtune.registry.promotion.event import Event

if TYPE_CHECKING:
    from mlflow import MlflowClient

BEGIN: Final = "<!-- promoted by force -->"
END: Final = "<!-- end -->"
STYLE: Final = (
    "border: 3px solid; padding: 1rem 1.5rem; margin: 1rem auto; max-width: 52rem; overflow-wrap: anywhere"
)
REPORT: Final = "report.html"


def put(client: "MlflowClient", version: Version, event: Event) -> bool:
    """Put a banner on the report of the version's run, in place of an older one; False without a report."""
    if not version.run_id:
        return False
    with TemporaryDirectory() as folder:
        report = versions.fetch(client, version, REPORT, Path(folder))
        if report is None:
            return False
        files.write_text(report, marked(report.read_text(encoding="utf-8"), event))
        client.log_artifact(version.run_id, str(report))
    return True


def marked(page: str, event: Event) -> str:
    """Return a page with the banner on top."""
    from markupsafe import escape

    checks = [f"{name}: {result}" for name, result in event.checks.items()]
    sentences = [
        f"Version {event.to} was promoted by force by {event.who} on {event.when}: {event.why}",
        *checks,
    ]
    lines = "".join(f"<p>{escape(line)}</p>" for line in sentences)
    aside = f'{BEGIN}<aside style="{STYLE}" aria-label="Promoted by force">{lines}</aside>{END}'
    plain = re.sub(f"{BEGIN}.*?{END}", "", page, flags=re.DOTALL)
    if "<body>" not in plain:
        return aside + plain
    return plain.replace("<body>", f"<body>{aside}", 1)
