"""`fairtune schedule`: retrain by the clock, for as long as the command runs."""

import os
from collections.abc import Sequence

import click

from fairtune.errors import NotThere


@click.command()
@click.option("--cron", default="0 3 * * *", show_default=True, help="When: minute hour day month weekday.")
@click.option("--dataset", "datasets", required=True, multiple=True, help="What; may be repeated.")
@click.option("--timezone", default="UTC", show_default=True, help="Whose clock, such as Europe/Berlin.")
@click.option("--no-refresh", is_flag=True, help="Don't fetch the sources anew.")
@click.option("--search", is_flag=True, help="Search for settings, don't keep the champion's.")
@click.option(
    "--branch", metavar="NAME", help="Commit dvc.lock and the small results of good runs to this Git branch."
)
def schedule(
    *, cron: str, datasets: Sequence[str], timezone: str, no_refresh: bool, search: bool, branch: str | None
) -> None:
    """Serve the retraining flow on a schedule until Ctrl-C.

    Runs on the Prefect server that PREFECT_API_URL names; without one it starts a server on this machine
    that ends with the command. Runs that were missed while it was down are not made up for.
    """
    from fairtune.config import params
    from fairtune.pipeline import results_branch
    from fairtune.pipeline.schedule import deployments

    root = params.project_root()
    os.chdir(root)
    everything = params.load(root)
    for dataset in datasets:
        everything.dataset(dataset)
    if not (root / deployments.FLOW).is_file():
        raise NotThere(f"{deployments.FLOW} is missing in {root}: it is what the schedule runs")
    if branch is not None:
        results_branch.check(branch)
    wanted = [
        deployments.Scheduled(
            dataset, cron=cron, timezone=timezone, refresh=not no_refresh, search=search, branch=branch
        )
        for dataset in dict.fromkeys(datasets)
    ]
    deployments.serve(wanted, say=lambda line: print(line, flush=True))
