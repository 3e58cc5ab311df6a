"""A headless Chromium driven over a pair of pipes: what it shows, asks for, complains about and prints.

The DevTools protocol needs no library that way: messages are JSON that end in a zero byte
(https://chromedevtools.github.io/devtools-protocol/).
"""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import processes

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--disable-breakpad", "--disable-crash-reporter", "--remote-debugging-pipe",
)  # fmt: skip
COMPLAINTS = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")


def installed() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Page:
    """A tab with a page loaded; `complaints` and `requests` hold what happened since it was opened."""

    def __init__(self, browser: "Browser", session: str) -> None:
        self._browser, self._session = browser, session

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.ask(method, self._session, **params)

    def _events(self, *methods: str) -> list[dict[str, Any]]:
        return [
            event
            for event in self._browser.events
            if event.get("sessionId") == self._session and event["method"] in methods
        ]

    @property
    def complaints(self) -> list[dict[str, Any]]:
        return self._events(*COMPLAINTS)

    @property
    def requests(self) -> list[str]:
        return [event["params"]["request"]["url"] for event in self._events("Network.requestWillBeSent")]

    def open(self, where: Path | str) -> None:
        """Load a file or an address, and wait until it is loaded."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        loaded = self.loads()
        self.ask("Page.navigate", url=where.as_uri() if isinstance(where, Path) else where)
        self.wait_for_load(loaded)

    def loads(self) -> int:
        """Return how often a page was loaded so far, for `wait_for_load`."""
        return len(self._events("Page.loadEventFired"))

    def wait_for_load(self, before: int) -> None:
        """Wait until one more page was loaded than `before`."""
        self._browser.wait(lambda: self.loads() > before)

    def until(self, script: str) -> Any:
        """Wait until a script gives something true, and return it."""
        return processes.until(lambda: self.evaluate(script))

    def picture(self, file: Path) -> None:
        """Write what is shown, the whole length of the page, as PNG."""
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = self.ask("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        file.write_bytes(base64.b64decode(shot["data"]))

    def show(self, *, media: str = "screen", scheme: str = "light", width: int = 1000) -> None:
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.ask("Emulation.setEmulatedMedia", media=media, features=[feature])
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
        )

    def evaluate(self, script: str) -> Any:
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str, text: str = "") -> None:
        code = {"Tab": 9, "Enter": 13}[key]
        for kind in ("keyDown", "keyUp"):
            self.ask(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, text=text
            )

    def pdf(self) -> bytes:
        """Print by the page's own rules for paper, whatever was shown before."""
        self.ask("Emulation.setEmulatedMedia", media="", features=[])
        return base64.b64decode(self.ask("Page.printToPDF", preferCSSPageSize=True)["data"])


class Browser:
    """One Chromium; `events` is everything it told without being asked."""

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read, self._rest, self._number = write, read, b"", 0
        self.events: list[dict[str, Any]] = []
        self._answers: dict[int, dict[str, Any]] = {}

    def ask(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params}
        os.write(
            self._write, json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0"
        )
        self.wait(lambda: number in self._answers)
        answer = self._answers.pop(number)
        assert "error" not in answer, f"{method}: {answer}"
        result: dict[str, Any] = answer["result"]
        return result

    def wait(self, until: Any) -> None:
        deadline = time.monotonic() + processes.PATIENCE
        while not until():
            ready, _, _ = select.select([self._read], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(self._read, 1 << 16) if ready else b""
            assert chunk, "Chromium went away" if ready else "Chromium said nothing"
            *messages, self._rest = (self._rest + chunk).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    self._answers[message["id"]] = message
                else:
                    self.events.append(message)

    def page(self, where: Path | str) -> Page:
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        page = Page(self, self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        page.open(where)
        return page


@contextmanager
def started(program: str, profile: Path) -> Iterator[Browser]:
    """Start Chromium with an empty profile; it ends with the block."""
    orders, write = os.pipe()
    read, answers = os.pipe()
    with processes.started(
        # Chromium listens on descriptor 3 and answers on 4, which a shell can give it.
        [
            "bash",
            "-c",
            f'exec "$@" 3<&{orders} 4>&{answers}',
            "bash",
            program,
            *FLAGS,
            f"--user-data-dir={profile}",
        ],
        pass_fds=(orders, answers),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ):
        os.close(orders)
        os.close(answers)
        try:
            yield Browser(write, read)
        finally:
            os.close(write)
            os.close(read)
