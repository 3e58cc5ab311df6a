"""A service in front of a tiny model, asked without a network."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.tiny import TRACK_MODEL, make_matrix, train

from fairtune.columns import BlockName
from fairtune.errors import RegistryFailed
from fairtune.registry.promotion.history import ModelHistory
from fairtune.registry.promotion.replay import replay
from fairtune.service.app import create
from fairtune.service.console.app import Console
from fairtune.service.events import Inbox
from fairtune.service.follow import Follower
from fairtune.service.snapshot import Snapshot
from fairtune.service.telemetry import Telemetry

MODEL = "fairtune-tiny-track"
REGISTERED = datetime(2026, 1, 31, 3, 12, 9, tzinfo=UTC)
TOLD = {"name": MODEL, "version": 1, "registered_at": "2026-01-31T03:12:09+00:00"}


@dataclass
class Shelf:
    """Versions without a registry: snapshots by number; what isn't there doesn't load."""

    snapshots: dict[int, Snapshot]
    alias: int | None = 1
    down: bool = False
    loads: list[int] = field(default_factory=list)
    stored: set[int] = field(default_factory=set)
    files: dict[tuple[int, str], bytes] = field(default_factory=dict)

    def champion(self) -> int | None:
        if self.down:
            raise RegistryFailed("registry: no answer")
        return self.alias

    def load(self, number: int) -> Snapshot:
        self.loads.append(number)
        if number not in self.snapshots:
            raise RegistryFailed(f"version {number} doesn't predict")
        return self.snapshots[number]

    def forget(self, keep: Any) -> None:
        self.stored = set(keep)

    def versions(self) -> list[dict[str, Any]]:
        if self.down:
            raise RegistryFailed("registry: no answer")
        return [
            {"version": number, "aliases": [], "registered_at": None, "verdict": "passed", "digest": None}
            for number in sorted(self.snapshots, reverse=True)
        ]

    def history(self) -> ModelHistory:
        return ModelHistory(MODEL, replay([], []), {}, ())

    def kept(self, number: int, name: str) -> bytes | None:
        return self.files.get((number, name))


@dataclass
class Service:
    """The application, without its server; the follower looks only when it is told to."""

    shelf: Shelf
    follower: Follower
    telemetry: Telemetry
    app: Any

    def ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
                return await client.request(method, path, **sent)

        return asyncio.run(asked())

    def get(self, path: str, **sent: Any) -> httpx.Response:
        return self.ask("GET", path, **sent)

    def post(self, path: str, **sent: Any) -> httpx.Response:
        return self.ask("POST", path, **sent)

    def metric(self, line: str) -> float:
        """Give the value of a metric by its name with labels, 0 if it was never counted."""
        lines = (each.rpartition(" ") for each in self.get("/metrics").text.splitlines())
        return next((float(value) for name, _, value in lines if name == line), 0.0)


@pytest.fixture(scope="session")
def track_release(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tracks") / "all"
    train(folder, make_matrix(BlockName.TRACK, TRACK_MODEL), share=0.4)
    return folder


@pytest.fixture(scope="session")
def snapshot(track_release) -> Snapshot:
    return Snapshot.load(track_release, model=MODEL, version=1, registered_at=REGISTERED)


@pytest.fixture(scope="session")
def second(track_release) -> Snapshot:
    return Snapshot.load(track_release, model=MODEL, version=2, registered_at=REGISTERED)


@pytest.fixture
def start(snapshot, second):
    def start(
        *,
        token: str | None = None,
        first: Snapshot | None = snapshot,
        inbox: Inbox | None = None,
        console: Console | None = None,
        rate: float | None = None,
        **shelf: Any,
    ) -> Service:
        versions = Shelf({1: snapshot, 2: second}, **shelf)
        telemetry = Telemetry()
        follower = Follower(versions, telemetry, every=3600, first=first)
        app = create(follower, telemetry, token=token, inbox=inbox, console=console, rate=rate)
        return Service(versions, follower, telemetry, app)

    return start


@pytest.fixture
def service(start) -> Service:
    return start()
