"""Write docs/images/console-*.png: pages of a running service, as a browser shows them.

Chromium or Chrome must be on the PATH, and `fairtune serve --dataset demo` must run without a token.
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
WIDTH, SCALE = 920, 0.9
PAGES = {  # name -> address, height
    "listen": ("/?like=track:1812&like=track:680&long_tail=30", 1250),
    "artist": ("/artists/track/1812", 1460),
    "what-if": ("/what-if?tail=10", 1500),
}
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--hide-scrollbars", "--force-prefers-reduced-motion", f"--force-device-scale-factor={SCALE}",
    "--timeout=60000",
)  # fmt: skip


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000")
    address = parser.parse_args().address
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise SystemExit(f"one of {', '.join(PROGRAMS)} is needed")
    for name, (path, height) in PAGES.items():
        with tempfile.TemporaryDirectory() as folder:
            shot = Path(folder, "shot.png")
            where = (f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},{height}")
            subprocess.run(
                [program, *FLAGS, *where, f"--screenshot={shot}", f"{address}{path}"],
                check=True,
                capture_output=True,
            )
            picture = image.imread(shot)[:, :, :3]
        file = ROOT / "docs/images" / f"console-{name}.png"
        image.imsave(file, np.round(picture * 51) / 51, pil_kwargs={"optimize": True})


if __name__ == "__main__":
    main()
