"""Retraining as a Prefect flow: the stages of dvc.yaml in their order, each a task that is named after it.

`python flows/retrain.py --dataset demo` runs it here and now, on Prefect's embedded server unless
PREFECT_API_URL names another; `fairtune schedule` and prefect.yaml run it by the clock.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy and Prefect, which read the environment

# isort: split
import argparse
import os
import socket
import sys
from pathlib import Path

from prefect import State, flow, get_run_logger, runtime, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.settings import get_current_settings
from prefect.states import Cancelled, Completed

from fairtune import processes
from fairtune.config import environment, params
from fairtune.config.paths import Paths
from fairtune.errors import Busy, FairtuneError, LimitBroken, StageFailed
from fairtune.pipeline import publish, rejected_runs, results_branch, run_summary
from fairtune.pipeline.champion.refresh import Refresh
from fairtune.pipeline.dvc import Pipeline, Step
from fairtune.pipeline.schedule import crashed_runs


def _run_name() -> str:
    """Name a run by data set and folder: whatever else is called so and says it runs, was killed."""
    return f"{runtime.flow_run.parameters['dataset']} in {socket.gethostname()}:{Path.cwd()}"


def _key(name: str) -> str:
    """Make a name fit for Prefect's keys: lower case, digits and dashes."""
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower())


@flow(name="retrain", flow_run_name=_run_name)
def retrain(dataset: str, refresh: bool = False, search: bool = False, branch: str | None = None) -> State:
    """Run what is not up to date; then record dvc.lock and push what it names.

    refresh: fetch the sources anew; unchanged bytes retrain nothing. search: for settings, too, where the
    champion's would be kept. branch: also commit dvc.lock and the small results there. A second run of a
    data set is refused, which is a cancelled run; a broken limit is a failed run, and the champion stays.
    """
    chosen, paths = params.load().dataset(dataset), Paths(dataset)
    model = chosen.register.model
    if (notice := environment.notice()) is not None:
        get_run_logger().warning(notice)
    try:
        with Pipeline() as pipeline, pipeline.alone(dataset, say=get_run_logger().warning):
            crashed_runs.mark(runtime.flow_run.name, but=runtime.flow_run.id, say=get_run_logger().info)
            if branch is not None:
                results_branch.check(branch)
            champion = Refresh(pipeline, chosen, paths, keep=not search, search=search)
            _stages(pipeline, champion, paths, model, refresh=refresh)
            _keep(pipeline, paths, branch)
    except Busy as error:
        return Cancelled(message=f"refused: {error}")
    except FairtuneError:
        get_run_logger().info(run_summary.champion(model))
        raise
    return Completed(message=run_summary.champion(model))


def _stages(pipeline: Pipeline, champion: Refresh, paths: Paths, model: str, *, refresh: bool) -> None:
    """Run the stages, each as a task of its name; publish what they came to, also when one stops the run."""
    run_summary.forget_lost_registration(paths)
    reached: list[str] = []
    try:
        for step in pipeline.steps(paths.dataset):
            reached.append(step.name)
            named = _run.with_options(
                name=step.name,
                description=step.description,
                task_run_name=step.address,
                retries=step.retries,
            )
            named(pipeline, champion, step, force=refresh and step.source)
    except LimitBroken as error:
        rejected_runs.record(model, paths, reached[-1], say=get_run_logger().warning)
        raise LimitBroken(run_summary.why_refused(paths, reached, otherwise=str(error))) from error
    finally:
        for name, text in run_summary.pages(paths, reached).items():
            create_markdown_artifact(text, key=_key(f"{paths.dataset}-{name}"))


@task(cache_policy=NO_CACHE)  # DVC knows what is up to date
def _run(pipeline: Pipeline, champion: Refresh, step: Step, *, force: bool) -> None:
    champion.before(step, say=get_run_logger().info)
    if not force and pipeline.is_current(step):
        get_run_logger().info("%s is up to date", step.address)
        return
    try:
        with processes.captured_stderr() as lines:
            pipeline.run(step, force=force)
    except (LimitBroken, StageFailed) as error:
        own = [line for line in lines if line.startswith(f"{step.address}: ")]
        raise type(error)(own[-1] if own else str(error)) from error


def _keep(pipeline: Pipeline, paths: Paths, branch: str | None) -> None:
    """Record dvc.lock, push, and only then commit: a branch names nothing that the remote doesn't have."""
    _record(paths)
    _push(pipeline, paths)
    if branch is not None:
        _commit(paths, branch)


@task(name="record", task_run_name="record", cache_policy=NO_CACHE)
def _record(paths: Paths) -> None:
    get_run_logger().info(publish.record(paths))


@task(name="push", task_run_name="push", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=10)
def _push(pipeline: Pipeline, paths: Paths) -> None:
    get_run_logger().info(pipeline.push(paths.dataset))


@task(name="commit", task_run_name="commit", cache_policy=NO_CACHE)
def _commit(paths: Paths, branch: str) -> None:
    get_run_logger().info(publish.commit(paths, branch))


def main() -> int:
    """Run the flow once; the exit code is that of `fairtune run`."""
    parser = argparse.ArgumentParser(description="Retrain a data set's model as a Prefect flow.")
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--refresh", action="store_true", help="fetch the sources anew")
    parser.add_argument(
        "--search", action="store_true", help="search for settings, don't keep the champion's"
    )
    parser.add_argument("--branch", help="Git branch to commit dvc.lock and the small results to")
    arguments = parser.parse_args()
    os.chdir(Path(__file__).resolve().parents[1])
    settings = get_current_settings()
    if not settings.api.url and not (settings.home / "prefect.db").exists():
        print("retrain: Prefect makes its database first: half a minute, once", flush=True)
    ended = retrain(
        arguments.dataset,
        refresh=arguments.refresh,
        search=arguments.search,
        branch=arguments.branch,
        return_state=True,
    )
    if ended.is_completed():
        print(f"retrain: {ended.message}")
        return 0
    error = None if ended.is_cancelled() else ended.result(raise_on_failure=False)
    print(f"retrain: {error if isinstance(error, FairtuneError) else ended.message}", file=sys.stderr)
    return error.exit_code if isinstance(error, FairtuneError) else 2


if __name__ == "__main__":
    sys.exit(main())
