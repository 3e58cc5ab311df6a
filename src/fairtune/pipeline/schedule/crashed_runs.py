"""Runs of the flow that were killed, marked as crashed: Prefect would show them as running."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from prefect import get_client
from prefect.client.schemas.filters import FlowRunFilter, TaskRunFilter
from prefect.states import Crashed

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State


def mark(name: str, *, but: str, say: Callable[[str], None]) -> None:
    """Mark runs that still "run" as crashed.

    Whoever calls holds the lock of the data set, so that the others were killed.

    Parameters
    ----------
    name
        Name of the runs.
    but
        Id of the run that is running.
    say
        Takes a message for each run that was marked.
    """
    begun = {"state": {"type": {"any_": ["PENDING", "RUNNING"]}}}
    crashed: State[None] = Crashed(message="killed while it ran")
    mine = FlowRunFilter.model_validate({"name": {"any_": [name]}, **begun})
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs(flow_run_filter=mine):
            if str(run.id) == but:
                continue
            one = FlowRunFilter.model_validate({"id": {"any_": [run.id]}})
            for each in client.read_task_runs(
                flow_run_filter=one, task_run_filter=TaskRunFilter.model_validate(begun)
            ):
                client.set_task_run_state(each.id, crashed, force=True)
            client.set_flow_run_state(run.id, crashed, force=True)
            say(f"{run.id} was killed while it ran: marked as crashed")
