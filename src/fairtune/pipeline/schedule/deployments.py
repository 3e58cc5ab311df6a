"""The flow on Prefect's clock: deployments that this process serves."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from fairtune.config import environment
from fairtune.errors import BadRequest, ServerFailed
from fairtune.pipeline.schedule import prefect_server

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.client.schemas.schedules import CronSchedule

FLOW: Final = "flows/retrain.py"
CANCELLED: Final = 2  # seconds until what was cancelled should have begun to end
FLUSH: Final = 10  # seconds that Prefect's own messages may take at the end
FIELDS: Final = 5
EXPECTED: Final = 'five fields, minute hour day month weekday, such as "0 3 * * *" for every day at three'
PATIENCE: Final = 120  # seconds until the scheduler must have planned a run; its loop takes up to 60

Say = Callable[[str], None]


@dataclass(frozen=True)
class Scheduled:
    """What runs when.

    Attributes
    ----------
    dataset
        Name of the data set.
    cron
        Cron expression: minute hour day month weekday.
    timezone
        Time zone that it means, such as Europe/Berlin.
    refresh
        Fetch the sources anew.
    search
        Search for settings, where the champion's would be kept.
    branch
        Git branch for the results of good runs; None for none.
    """

    dataset: str
    cron: str
    timezone: str
    refresh: bool
    search: bool
    branch: str | None

    @property
    def deployment(self) -> str:
        """Its name in Prefect: another one than that of prefect.yaml, so that both may be there."""
        return f"{self.dataset}-served"

    @property
    def parameters(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name not in {"cron", "timezone"}}


def serve(wanted: Sequence[Scheduled], *, say: Say) -> None:
    """Serve until SIGINT or SIGTERM.

    `BadRequest` for a cron expression, date or time zone that doesn't exist; `ServerFailed` if the Prefect
    server doesn't answer or plans no runs.

    Parameters
    ----------
    wanted
        What runs when; a deployment each.
    say
        Takes messages: where, what and when.
    """
    environment.prepare()
    clocks = [_clock(each) for each in wanted]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the runner takes it over
    try:
        with _server(say=say):
            _serve(wanted, clocks, say=say)
    except KeyboardInterrupt:
        pass
    say("Stopped: nothing is scheduled any more.")


def _clock(each: Scheduled) -> "CronSchedule":
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.server.schemas.schedules import CronSchedule as Planned
    from pydantic import ValidationError

    if len(each.cron.split()) != FIELDS:  # Prefect takes a sixth one for seconds
        raise BadRequest(f"schedule: '{each.cron}' is no cron expression: {EXPECTED}")
    try:
        clock = CronSchedule(cron=each.cron, timezone=each.timezone)
    except ValidationError as error:
        wrong = {str(step) for one in error.errors() for step in one["loc"]}
        if "timezone" in wrong:
            raise BadRequest(
                f"schedule: '{each.timezone}' is no time zone; give one such as UTC or Europe/Berlin"
            ) from error
        raise BadRequest(f"schedule: '{each.cron}' is no cron expression: {EXPECTED}") from error
    try:
        asyncio.run(Planned(cron=each.cron, timezone=each.timezone).get_dates(n=1))
    except ValueError as error:
        raise BadRequest(f"schedule: '{each.cron}' names no date that ever comes: {EXPECTED}") from error
    return clock


@contextmanager
def _server(*, say: Say) -> Iterator[None]:
    """Have Prefect's settings name a server that answers: the owner's, or one of our own."""
    from prefect.context import refresh_global_settings_context
    from prefect.settings import get_current_settings

    settings = get_current_settings()
    if settings.api.url:
        if not prefect_server.answers(settings.api.url):
            raise ServerFailed(
                f"no Prefect server answers at {settings.api.url} (PREFECT_API_URL): start it with "
                "`prefect server start`, or unset the variable and one is started here"
            )
        say(f"Prefect server: {settings.api.url}")
        yield
        return
    with prefect_server.running(settings.home, say=say) as url:
        os.environ["PREFECT_API_URL"] = url
        refresh_global_settings_context()
        say(f"Prefect server: {url.removesuffix('/api')} (it ends with this command)")
        try:
            yield
        finally:
            del os.environ["PREFECT_API_URL"]
            refresh_global_settings_context()


def _serve(wanted: Sequence[Scheduled], clocks: Sequence["CronSchedule"], *, say: Say) -> None:
    from prefect import get_client
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.deployments.runner import RunnerDeployment
    from prefect.runner import Runner

    class _Gently(Runner):
        """A runner that ends its runs when it has to stop; Prefect's own leaves them behind."""

        stop_requested: asyncio.Event
        ending = False

        async def until_stopped(self) -> None:
            """Run until SIGINT or SIGTERM.

            asyncio would cancel once, and code that is just starting a run may swallow that: so it is
            repeated until the end has begun.
            """
            self.stop_requested = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self.stop_requested.set)
            work, stop = asyncio.create_task(self.start()), asyncio.create_task(self.stop_requested.wait())
            await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
            while not (self.ending or work.done()):
                work.cancel()
                await asyncio.wait({work}, timeout=CANCELLED)
            with suppress(asyncio.CancelledError):
                await work

        def handle_sigterm(self, *_: object, **__: object) -> None:
            asyncio.get_running_loop().call_soon_threadsafe(self.stop_requested.set)

        async def __aexit__(self, *error: object) -> None:
            self.ending = True
            await self.cancel_all()
            await super().__aexit__(*error)

    runner = _Gently(name="fairtune", limit=None)
    for each, clock in zip(wanted, clocks, strict=True):
        deployment = RunnerDeployment.from_entrypoint(
            f"{FLOW}:retrain",
            name=each.deployment,
            parameters=each.parameters,
            schedules=[DeploymentScheduleCreate(schedule=clock, active=True)],
            paused=False,
            description="served by `fairtune schedule`",
        )
        with get_client(sync_client=True) as client:
            _forget_missed(client, deployment.full_name)
            number = cast("UUID", runner.add_deployment(deployment))
            say(f"{each.dataset}: {each.cron} ({each.timezone}); {_next(client, number, each)}")
    say("Ctrl-C ends it.")
    try:
        asyncio.run(runner.until_stopped())
    finally:
        _flush()


def _flush() -> None:
    """Send what Prefect still has for the server while that runs: later it would try for minutes."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    for worker in (EventsWorker, APILogWorker):
        worker.drain_all(timeout=FLUSH)


def _forget_missed(client: "SyncPrefectClient", name: str) -> None:
    """Delete what was planned when this was served last: nobody was there, and it is planned anew."""
    from prefect.exceptions import ObjectNotFound

    try:
        deployment = client.read_deployment_by_name(name).id
        client.pause_deployment(deployment)  # or the server plans the same again
        for run in client.read_flow_runs(flow_run_filter=_planned(deployment)):
            if run.auto_scheduled:
                client.delete_flow_run(run.id)
        client.delete_deployment(deployment)  # an update would leave it in the folder it was served from
    except ObjectNotFound:
        return


def _planned(deployment: UUID) -> "FlowRunFilter":
    from prefect.client.schemas.filters import FlowRunFilter

    return FlowRunFilter.model_validate(
        {"deployment_id": {"any_": [deployment]}, "state": {"type": {"any_": ["SCHEDULED"]}}}
    )


def _next(client: "SyncPrefectClient", deployment: UUID, each: Scheduled) -> str:
    """Return when the next run is, as the server has planned it: a server that plans nothing never runs."""
    from prefect.client.schemas.sorting import FlowRunSort

    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        runs = client.read_flow_runs(
            flow_run_filter=_planned(deployment), sort=FlowRunSort.NEXT_SCHEDULED_START_TIME_ASC, limit=1
        )
        if runs and runs[0].next_scheduled_start_time:
            return f"next run {_local(runs[0].next_scheduled_start_time, each.timezone)}"
        time.sleep(0.2)
    raise ServerFailed(
        f"the Prefect server plans no run of {each.dataset}: does its scheduler run? Its log says why"
    )


def _local(when: datetime, timezone: str) -> str:
    return f"{when.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M %Z}"
