"""Retraining as a Prefect flow: the stages of dvc.yaml in their order, each a task that is named after it.

`python flows/retrain.py --dataset demo` runs it here and now, on Prefect's embedded server unless
PREFECT_API_URL names another; prefect.yaml puts it on a schedule.
"""

import argparse
import os
import socket
import sys
from pathlib import Path

from fairtune import environment, outcome
from fairtune.errors import FairtuneError, LimitBroken
from fairtune.paths import Paths
from fairtune.pipeline import Pipeline, Step

environment.prepare()  # Prefect reads it when it is imported

from prefect import flow, get_client, get_run_logger, runtime, task  # noqa: E402 - see above
from prefect.artifacts import create_markdown_artifact  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.client.schemas.filters import FlowRunFilter  # noqa: E402
from prefect.states import Crashed  # noqa: E402


def _run_name() -> str:
    """Name a run by data set and folder: whatever else is called so and says it runs, was killed."""
    return f"{runtime.flow_run.parameters['dataset']} in {socket.gethostname()}:{Path.cwd()}"


@flow(name="retrain", flow_run_name=_run_name)
def retrain(dataset: str, refresh: bool = False) -> None:
    """Run what is not up to date; `refresh` fetches the sources anew, and unchanged bytes retrain nothing."""
    with Pipeline() as pipeline, pipeline.alone(dataset):
        _sweep()
        outcome.forget_lost_registration(Paths(dataset))
        try:
            for step in pipeline.steps(dataset):
                named = _run.with_options(
                    name=step.name,
                    description=step.description,
                    task_run_name=step.address,
                    retries=step.retries,
                )
                named(pipeline, step, force=refresh and step.source)
        except LimitBroken as error:
            _publish(Paths(dataset))
            raise LimitBroken(outcome.why_refused(Paths(dataset), otherwise=str(error))) from error
        _publish(Paths(dataset))


@task(cache_policy=NO_CACHE)  # DVC knows what is up to date
def _run(pipeline: Pipeline, step: Step, *, force: bool) -> None:
    if force or not pipeline.is_current(step):
        pipeline.run(step, force=force)
    else:
        get_run_logger().info("%s is up to date", step.address)


def _publish(paths: Paths) -> None:
    """Show verdict, figures and the report's place on the Prefect page."""
    for name, text in outcome.pages(paths).items():
        key = "".join(letter if letter.isalnum() else "-" for letter in f"{paths.dataset}-{name}".lower())
        create_markdown_artifact(text, key=key)


def _sweep() -> None:
    """Mark runs of this name that still "run" as crashed: the lock is ours, so they were killed."""
    mine = FlowRunFilter.model_validate(
        {"name": {"any_": [runtime.flow_run.name]}, "state": {"type": {"any_": ["RUNNING"]}}}
    )
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs(flow_run_filter=mine):
            if str(run.id) != runtime.flow_run.id:
                client.set_flow_run_state(run.id, Crashed(message="killed while it ran"), force=True)


def main() -> int:
    """Run the flow once; the exit code is that of `fairtune run`."""
    parser = argparse.ArgumentParser(description="Retrain a data set's model as a Prefect flow.")
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--refresh", action="store_true", help="fetch the sources anew")
    arguments = parser.parse_args()
    os.chdir(Path(__file__).resolve().parents[1])
    try:
        retrain(arguments.dataset, refresh=arguments.refresh)
    except FairtuneError as error:
        print(f"retrain: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
