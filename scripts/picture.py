"""Write docs/images/report.png: parts of a report side by side, as a browser shows them.

Chromium or Chrome must be on the PATH. By default the report of lastfm-2k is shown.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from matplotlib import image

ROOT = Path(__file__).parents[1]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SIZE, SCALE = (1840, 1780), 0.8
# anchor in the report, left, top, width, height
PARTS = (("", 0, 0, 920, 1780), ("balance", 920, 20, 920, 440), ("providers", 920, 480, 920, 1300))
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--hide-scrollbars", "--force-prefers-reduced-motion", f"--window-size={SIZE[0]},{SIZE[1]}",
    f"--force-device-scale-factor={SCALE}",
)  # fmt: skip


def main() -> None:
    """Take the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", nargs="?", type=Path, default=ROOT / "reports/lastfm-2k/report.html")
    report = parser.parse_args().report.resolve()
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None or not report.is_file():
        raise SystemExit(f"{report} and one of {', '.join(PROGRAMS)} are needed")
    frames = "".join(
        f'<iframe src="{report.as_uri()}#{anchor}" style="position:absolute; border:0; left:{left}px; '
        f'top:{top}px; width:{width}px; height:{height}px"></iframe>'
        for anchor, left, top, width, height in PARTS
    )
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder, "page.html"), Path(folder, "shot.png")
        page.write_text(f"<!doctype html><body>{frames}</body>", encoding="utf-8")
        profile = f"--user-data-dir={folder}/profile"
        subprocess.run(
            [program, *FLAGS, profile, f"--screenshot={shot}", page.as_uri()], check=True, capture_output=True
        )
        picture = image.imread(shot)[:, :, :3]
    # Sixteen shades a colour are enough for text and bars, and make the file half as large.
    image.imsave(ROOT / "docs/images/report.png", np.round(picture * 15) / 15, pil_kwargs={"optimize": True})


if __name__ == "__main__":
    main()
