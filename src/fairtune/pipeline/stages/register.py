"""Stage `register`: register the released model, and make it champion if it is good enough."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from fairtune import files
from fairtune.config.params import DatasetParams
from fairtune.config.paths import Paths
from fairtune.errors import LimitBroken
from fairtune.registry.champion import fits as champion_fits
from fairtune.registry.client.versions import Version
from fairtune.registry.comparison import champion, logged_metrics
from fairtune.registry.comparison import result as comparison_result
from fairtune.registry.comparison.result import ChampionComparison
from fairtune.registry.promotion import history_page
from fairtune.registry.registration import collect
from fairtune.registry.registration import register as registration

if TYPE_CHECKING:
    from mlflow import MlflowClient


def run(params: DatasetParams, paths: Paths, *, seed: int) -> None:
    """Register the release, compare it with the champion, and write a receipt unless it compares badly.

    `LimitBroken` if the verdict isn't a pass, and then nothing is registered; or if it compares badly with
    the champion, which then stays. A release that was withdrawn before is registered, not promoted.
    """
    verdict = files.read_json(paths.verdict)
    if not verdict["passed"]:
        raise LimitBroken(f"{paths.verdict} is not a pass: a model that breaks a limit is not registered")

    comparisons: list[ChampionComparison] = []

    def judge(client: "MlflowClient", version: Version) -> ChampionComparison | None:
        judged = champion.against_champion(client, version, params, paths)
        if judged is not None:
            comparisons.append(judged)
            comparison_result.write(judged, paths)
            print(f"version {version.number}: {judged.summary}")
        return judged

    with TemporaryDirectory(prefix="fairtune-") as folder:
        entry = collect.gather(
            params,
            paths,
            also=champion_fits.write(Path(folder), params, paths),
            tags=logged_metrics.tags(params, paths, seed=seed),
        )
        receipt = registration.register(entry, root=paths.root, judge=judge)
    history_page.renew(receipt.model, paths)
    comparison_result.forget_others(paths, receipt.version)
    reasons = "; ".join(reason for judged in comparisons for reason in judged.reasons)
    if reasons and not receipt.promoted:
        raise LimitBroken(
            f"{receipt.model} version {receipt.version} is registered, but the champion stays: {reasons}; "
            f'see {paths.comparison_page}. `fairtune promote {receipt.version} --force --reason "..."` makes '
            "it champion all the same"
        )
    files.write_json(paths.registration, receipt.to_json())
    if receipt.promoted:
        print(f"{receipt.model} version {receipt.version} is champion")
    else:
        print(f"registered, not champion: {receipt.reason}")
