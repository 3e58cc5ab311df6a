"""Rewrite what the pages quote: `make docs` does it, and a test compares.

Figures come from the metric files of Git (`results`, `demo`, `benchmark` and the like), `commands` from the
command line, `params` from params.yaml, `section` from the code that reads it; the rest is the output of the
command that the block names. A block whose figures or model aren't there stays as it is.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from fairtune.config import reference

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
BLOCK = re.compile(r"<!-- make docs: (?P<name>[^\n]+) -->\n(?P<body>.*?)<!-- end -->", re.DOTALL)
DATASETS = ("lastfm-2k", "lfm-2b", "demo")
KINDS = {"music_type": "music types", "artist": "artists", "track": "tracks"}

Json = Mapping[str, Any]
Read = Callable[[str], Json]
"""Path below the project -> what the JSON file holds; OSError if there is none."""

PARITY = "fairness.providers.region.{}@10.disparity"
ALTERNATIVE = "fairness_of_alternatives.{}.region.{}@10.disparity"
ROWS = (
    ("**nDCG@10 of fairtune's `als`**", "ranking.als.ndcg@10"),
    ("nDCG@10 of `plain_als`", "ranking.plain_als.ndcg@10"),
    ("nDCG@10 of `autoencoder`", "ranking.autoencoder.ndcg@10"),
    ("nDCG@10 of `item_knn`", "ranking.item_knn.ndcg@10"),
    ("nDCG@10 of `linear`", "ranking.linear.ndcg@10"),
    ("nDCG@10 of `tutorial_als`", "ranking.tutorial_als.ndcg@10"),
    ("nDCG@10 of `popularity`", "ranking.popularity.ndcg@10"),
    ("RMSE skill", "rmse.skill"),
    ("**DP disparity** between artist regions", PARITY.format("dp")),
    ("DP disparity of `plain_als`", ALTERNATIVE.format("plain_als", "dp")),
    ("DP disparity of `autoencoder`", ALTERNATIVE.format("autoencoder", "dp")),
    ("DP disparity of `tutorial_als`", ALTERNATIVE.format("tutorial_als", "dp")),
    ("**EO disparity** between artist regions", PARITY.format("eo")),
    ("EO disparity of `plain_als`", ALTERNATIVE.format("plain_als", "eo")),
    ("EO disparity of `autoencoder`", ALTERNATIVE.format("autoencoder", "eo")),
    ("EO disparity of `tutorial_als`", ALTERNATIVE.format("tutorial_als", "eo")),
    ("DP disparity, lists of artists", "also.artist." + PARITY.format("dp")),
    ("EO disparity, lists of artists", "also.artist." + PARITY.format("eo")),
    ("long tail: share of the lists", "fairness.providers.tier.dp@10.groups.tail.share_recommended"),
)
SHORT = (
    "ranking.als.ndcg@10",
    "ranking.plain_als.ndcg@10",
    "ranking.autoencoder.ndcg@10",
    "ranking.popularity.ndcg@10",
    "rmse.skill",
    PARITY.format("dp"),
    ALTERNATIVE.format("plain_als", "dp"),
    PARITY.format("eo"),
    ALTERNATIVE.format("plain_als", "eo"),
)
"""The rows that README shows."""
REPEATED = ("lastfm-2k", "lfm-2b", "demo")
REPEATED_ROWS = (
    ("nDCG@10 of `als`", "ranking.als.ndcg@10"),
    ("beside that of `plain_als`", "advantage.plain_als"),
    ("of `autoencoder`", "advantage.autoencoder"),
    ("of `item_knn`", "advantage.item_knn"),
    ("of `tutorial_als`", "advantage.tutorial_als"),
    ("of `popularity`", "advantage.popularity"),
    ("DP disparity between artist regions", PARITY.format("dp")),
    ("EO disparity between artist regions", PARITY.format("eo")),
    *(
        (f"EO ratio of listeners by {name.replace('_', ' ')}", f"fairness.listeners.{name}.eo@10.ratio")
        for name in ("gender", "region", "age_band", "activity")
    ),
    ("RMSE skill", "rmse.skill"),
)
HELP = "--help-pages"
SHOWN = ("nDCG@10", "RMSE skill", "demographic parity by region", "equal opportunity by region")


def main() -> None:
    """Rewrite the pages and say which blocks stayed as they were."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        page.write_text(BLOCK.sub(_rewritten, text), encoding="utf-8")


def from_files(path: str) -> Json:
    """Read a JSON file of the working tree."""
    return json.loads((ROOT / path).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def results(read: Read, paths: Sequence[str]) -> str:
    """Return the table of what to expect: a row for each figure, a column for each data set."""
    metrics = {dataset: read(f"reports/{dataset}/metrics.json") for dataset in DATASETS}
    limits = {dataset: _limits(read(f"reports/{dataset}/verdict.json")) for dataset in DATASETS}
    rows = [
        ("", *(f"`{dataset}`" for dataset in DATASETS)),
        ("---",) * (1 + len(DATASETS)),
        ("recommended", *(_size(metrics[dataset]) for dataset in DATASETS)),
    ]
    rows += [
        (label, *(_figure(metrics[dataset], path, limits[dataset]) for dataset in DATASETS))
        for label, path in ROWS
        if path in paths
    ]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def choice(read: Read) -> str:
    """Return what the search on `demo` chose, and why."""
    best = read("models/demo/best.json")
    figures = (("nDCG@10", best["ndcg@10"]), ("DP disparity", best["dp"]), ("EO disparity", best["eo"]))
    settings = {name: best["hyperparameters"][name] for name in ("factors", "alpha", "beta", "gamma")}
    return (
        f"- Chosen is trial {best['number']}: {best['reason']}.\n"
        f"- On the validation part: {', '.join(f'{label} {value:.3f}' for label, value in figures)}.\n"
        f"- Settings: {', '.join(f'`{name}` {value:.3g}' for name, value in settings.items())}.\n"
    )


def gates(read: Read) -> str:
    """Return the reasons of the verdict on `demo`."""
    verdict = read("reports/demo/verdict.json")
    return "".join(f"- *{gate['name']}*: {gate['reason']}\n" for gate in verdict["gates"])


def commands(_: Read) -> str:
    """Return the help of every command.

    From a process of its own: a command keeps the help option that it was first asked with.
    """
    program = [sys.executable, str(Path(__file__).resolve()), HELP]
    done = subprocess.run(program, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def help_pages() -> str:
    """Return the help of every command, as a terminal of 100 columns shows it."""
    import click

    from fairtune.cli import main as cli

    settings = cli.fairtune.context_settings
    group = click.Context(cli.fairtune, info_name="fairtune", terminal_width=100, **settings)
    pages = [("fairtune", cli.fairtune.get_help(group))]
    for name in cli.fairtune.list_commands(group):
        command = cli.fairtune.get_command(group, name)
        context = click.Context(command, info_name=name, parent=group, terminal_width=100)
        pages.append((f"fairtune {name}", command.get_help(context)))
    return "\n".join(f"## {title}\n\n```text\n{text}\n```\n" for title, text in pages)


def shared_params(_: Read) -> str:
    """Return what params.yaml says for all data sets, with its comments."""
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    shared = text[text.index("seed:") : text.index("\ndatasets:")]
    return f"```yaml\n{shared.rstrip()}\n```\n"


def _section(_: Read, name: str) -> str:
    return reference.table(name)


def demo(read: Read) -> str:
    """Give the end of what `make demo` prints, without the tables' rules and some of their rows."""
    from fairtune.evaluation.gate import summary

    verdict = read("reports/demo/verdict.json")
    figures = [row for row in summary.figures(read("reports/demo/metrics.json")) if row[0].startswith(SHOWN)]
    kept = sum(gate["passed"] for gate in verdict["gates"])
    lines = [
        "[1/11] download: fetch every source file and verify its checksum",
        "demo: generated in data/demo/raw",
        "...",
        "demo: figures on the test part",
        *(f"  {label:<48} {value}   {interval}" for label, value, interval in figures),
        "  ...",
        f"gates:    {kept} of {len(verdict['gates'])} passed",
        "champion: fairtune-demo-track version 1",
        "report:   reports/demo/report.html",
    ]
    return "```text\n" + "\n".join(lines) + "\n```\n"


def benchmark(read: Read) -> str:
    """Give the table of `fairtune benchmark recbole-lastfm`."""
    from fairtune.experiments.benchmark import table

    return table.markdown(read("reports/benchmarks/recbole-lastfm.json")) + "\n"


def sweeps(read: Read, exponent: str) -> str:
    """Give the figures of a model against one of its exponents, from `scripts/sweeps.py`."""
    points = read("reports/benchmarks/sweeps.json")["sweeps"][exponent]
    rows = [
        (exponent, "nDCG@10", "DP disparity", "EO disparity", "long tail: share of the lists"),
        ("---",) * 5,
        *(
            (f"{point['value']:g}", *(f"{point[key]:.3f}" for key in ("ndcg", "dp", "eo", "tail")))
            for point in points
        ),
    ]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def repeated(read: Read) -> str:
    """Give the headline figures of `fairtune repeat`: a row a figure, a column a data set."""
    told = {name: read(f"reports/benchmarks/{name}-repeated.json") for name in REPEATED}
    figures = {
        name: {of["figure"]: of["values"] for of in result["figures"]}
        | {f"advantage.{model}": ratios for model, ratios in result["advantage"].items()}
        for name, result in told.items()
    }
    rows = [
        ("mean (each seed)", *(f"`{name}`" for name in REPEATED)),
        ("---",) * (1 + len(REPEATED)),
        ("seeds", *(", ".join(map(str, told[name]["seeds"])) for name in REPEATED)),
        *((label, *(_mean(figures[name].get(path)) for name in REPEATED)) for label, path in REPEATED_ROWS),
    ]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def neighbours(read: Read) -> str:
    """Give nDCG@10 with the neighbours and what it loses without, by data set."""
    rows: list[tuple[str, ...]] = [("", "nDCG@10 of `als`", "change without neighbours"), ("---",) * 3]
    for name in DATASETS:
        metrics = read(f"reports/{name}/metrics.json")
        change = metrics["ablation"]["neighbours"]["ndcg@10_change"]
        low, high = (f"{change[end]:+.4f}" for end in ("low", "high"))
        whole = metrics["ranking"]["als"]["ndcg@10"]["value"]
        rows.append((f"`{name}`", f"{whole:.4f}", f"{change['value']:+.4f} ({low} to {high})"))
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def _mean(values: Sequence[float | None] | None) -> str:
    if values is None or not all(values):
        return "-"
    known = [value for value in values if value is not None]
    return f"{sum(known) / len(known):.3f} ({', '.join(f'{value:.3f}' for value in known)})"


FIGURES: Mapping[str, Callable[[Read], str]] = {
    "results": partial(results, paths=SHORT),
    "results in full": partial(results, paths=[path for _, path in ROWS]),
    "demo": demo,
    "choice": choice,
    "gates": gates,
    "commands": commands,
    "params": shared_params,
    "alternatives": lambda _: reference.alternatives(),
    **{f"section {name}": partial(_section, name=name) for name in reference.SECTIONS},
    "benchmark": benchmark,
    "repeated": repeated,
    "neighbours": neighbours,
    **{f"sweeps {of}": partial(sweeps, exponent=of) for of in ("beta", "gamma", "delta", "share")},
}


def _rewritten(block: re.Match[str]) -> str:
    name = block["name"]
    try:
        body = FIGURES[name](from_files) if name in FIGURES else _output(name)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"'{name}' stays as it is: {error}", file=sys.stderr)
        return block[0]
    return f"<!-- make docs: {name} -->\n{body}<!-- end -->"


def _output(command: str) -> str:
    program = Path(sys.executable).with_name("fairtune")
    done = subprocess.run(
        [program, *shlex.split(command)[1:]], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    return "```console\n" + "\n".join([f"$ {command}", *lines]) + "\n```\n"


def _size(metrics: Json) -> str:
    return f"{metrics['n_items']:,} {KINDS[metrics['target']]} to {metrics['n_listeners']:,} listeners"


def _limits(verdict: Json) -> Mapping[str, float]:
    """Limits of fairness by the figure they are held against."""
    return {gate["metric"]: gate["limit"] for gate in verdict["gates"] if "disparity" in gate["metric"]}


def _figure(metrics: Json, path: str, limits: Mapping[str, float]) -> str:
    node: Any = metrics
    for step in path.split("."):
        node = node.get(step) if isinstance(node, Mapping) else None
    if node is None or node["value"] is None:
        return "-"
    limit = f"; limit {limits[path]:.2f}" if path in limits else ""
    return f"{node['value']:.3f} ({node['low']:.3f} to {node['high']:.3f}){limit}"


if __name__ == "__main__":
    if HELP in sys.argv:
        sys.stdout.write(help_pages())
    else:
        main()
