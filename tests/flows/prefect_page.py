"""What a user sees on the Prefect page, asked of the server."""

from prefect import get_client
from prefect.client.schemas.filters import ArtifactFilter, FlowRunFilter
from tests.processes import until


def flow_runs():
    """Give all runs, the oldest first."""
    with get_client(sync_client=True) as client:
        return sorted(client.read_flow_runs(), key=lambda run: run.created)


def tasks_of(flow_run, *, ended=True):
    """Give name and state of the run's tasks in the order they started: all of them `ended`, or as it is.

    The server hears of tasks by events, a moment later.
    """
    mine = FlowRunFilter.model_validate({"id": {"any_": [flow_run.id]}})

    def found():
        with get_client(sync_client=True) as client:
            runs = client.read_task_runs(flow_run_filter=mine)
        over = runs and all(run.state and run.state.is_final() for run in runs)
        return runs if over or not ended else None

    runs = sorted(until(found) if ended else found(), key=lambda run: str(run.start_time))
    return [(run.name, run.state_name) for run in runs]


def artifacts(key):
    """Give the texts under a key, the oldest first."""
    named = ArtifactFilter.model_validate({"key": {"any_": [key]}})
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(artifact_filter=named)
    return [artifact.data for artifact in sorted(found, key=lambda artifact: artifact.created)]
