"""Running the service: one process or several, until SIGTERM or Ctrl-C."""

import os
import signal
import socket
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.supervisors import Multiprocess

from fairtune.config.paths import Paths
from fairtune.errors import BadRequest, NotThere
from fairtune.service.settings import GRACE, HANGS, Settings
from fairtune.service.snapshot import Snapshot
from fairtune.service.source import Registry

if TYPE_CHECKING:
    from fastapi import FastAPI


def run(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C; running requests are finished first.

    Parameters
    ----------
    settings
        What the service is started with.
    say
        Prints the line that it is up.

    Raises
    ------
    NotThere
        There is no champion.
    """
    source = Registry(settings.root, settings.model, settings.store)
    number = source.champion()
    if number is None:
        raise NotThere(
            f"{settings.dataset}: no champion yet: `fairtune run {settings.dataset}` registers one, if it "
            "keeps its limits"
        )
    first = source.load(number)
    with _listening(settings) as listener:
        if settings.workers > 1:
            _share_metrics(settings)
        port = listener.getsockname()[1]
        say(f"serving {settings.model} version {number} at http://{_shown(settings.host)}:{port}")
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, _nothing)  # uvicorn stops by it, and raises it once more at the end
        if settings.workers == 1:
            config = _config(partial(application, settings, first))
            uvicorn.Server(config).run(sockets=[listener])
            return
        del first  # workers load it from the store
        _log_as_workers_do()
        config = _config(partial(application, settings))
        config.workers = settings.workers
        Multiprocess(config, sockets=[listener]).run()


def application(settings: Settings, first: Snapshot | None = None) -> "FastAPI":
    """Make the application of one process.

    Parameters
    ----------
    settings
        What the service is started with.
    first
        The version to start with; None: it is loaded here, and if that fails again and again later.

    Returns
    -------
    FastAPI
        The application.
    """
    from fairtune.service import telemetry
    from fairtune.service.app import create
    from fairtune.service.console.access import Access
    from fairtune.service.console.app import Console
    from fairtune.service.events import Inbox
    from fairtune.service.follow import Follower
    from fairtune.service.questions import Questions

    telemetry.configure_logs()
    counted = telemetry.Telemetry()
    source = Registry(settings.root, settings.model, settings.store)
    follower = Follower(source, counted, every=settings.poll, first=first)
    if first is None:
        follower.look()
    watched = settings.watched
    inbox = None if watched is None else Inbox(Paths(settings.dataset, settings.root), watched)
    console = Console(
        root=settings.root,
        dataset=settings.dataset,
        evaluate=settings.evaluate,
        access=Access(settings.token),
        questions=Questions(settings.root, settings.dataset),
    )
    return create(follower, counted, token=settings.token, inbox=inbox, console=console, rate=settings.rate)


def _config(factory: Callable[[], "FastAPI"]) -> uvicorn.Config:
    return uvicorn.Config(
        factory,
        factory=True,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=HANGS,
    )


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # connections inherit it; else the body of an answer waits 40 ms for the client to confirm its head
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise BadRequest(
            f"{settings.host}:{settings.port} can't be listened at ({reason}): choose another "
            "--host or --port"
        ) from error
    listener.set_inheritable(True)
    return listener


def _share_metrics(settings: Settings) -> None:
    """Have all workers count into one folder; must come before `prometheus_client` is imported."""
    folder = settings.store / "metrics"
    folder.mkdir()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _log_as_workers_do() -> None:
    from fairtune.service import telemetry

    telemetry.configure_logs()


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _nothing(*_: object) -> None:
    """Handle a signal by going on."""
