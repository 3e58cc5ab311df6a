"""The few figures of an evaluation that a person reads first, as rows of tables."""

from collections.abc import Iterator, Sequence

from fairtune.evaluation.gate.metrics_file import Metrics, Path, Reading, names, read
from fairtune.evaluation.gate.verdict import GateResult, Verdict

TableRows = Sequence[Sequence[str]]

FIGURES_HEAD = ("figure", "value", "95 % interval")
VERDICT_HEAD = ("", "gate", "figure", "95 % interval", "limit", "reason")
GATES_HEAD = ("", "gate", "figure", "limit", "reason")


def figures(metrics: Metrics) -> TableRows:
    """Return label, value and interval of the headline figures; those that are missing are left out."""
    readings = ((label, read(metrics, path)) for label, path in _headlines(metrics))
    return [(label, f"{one.value:.4f}", _interval(one)) for label, one in readings if one is not None]


def status(verdict: Verdict) -> str:
    """Sum the verdict up in one line."""
    total, broken = len(verdict.gates), len(verdict.failed)
    if not broken:
        return f"Ready to be released: {'the limit is' if total == 1 else f'all {total} limits are'} kept"
    return f"Not to be released: {broken} of {total} limits {'is' if broken == 1 else 'are'} broken"


def gates(verdict: Verdict) -> TableRows:
    """Return result, name, figure, limit and reason of each gate."""
    return [
        ("pass" if gate.passed else "FAIL", gate.name, _number(gate.value), _number(gate.limit), gate.reason)
        for gate in verdict.gates
    ]


def verdict(judged: Verdict) -> TableRows:
    """Return what `gates` does, with the interval of each figure after the figure."""
    return [
        (*row[:3], _around(gate), *row[3:]) for gate, row in zip(judged.gates, gates(judged), strict=True)
    ]


def markdown(head: Sequence[str], rows: TableRows) -> str:
    """Return a Markdown table; a pipe inside a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def measures(metrics: Metrics) -> tuple[Path, ...]:
    """Return the paths of the headline figures in metrics.json."""
    return tuple(path for _, path in _headlines(metrics))


def _headlines(metrics: Metrics) -> Iterator[tuple[str, Path]]:
    models = names(metrics, ("ranking",))
    for model in sorted(models, key=lambda name: (name != "als", name)):
        yield f"nDCG@10, {model}", ("ranking", model, "ndcg@10")
    yield "recall@10, als", ("ranking", "als", "recall@10")
    yield "RMSE of ln(1 + plays)", ("rmse", "log_plays", "bias_als_influencers")
    yield "RMSE of preference", ("rmse", "preference", "bias_als_influencers")
    yield "RMSE skill over listener and item averages", ("rmse", "skill")
    for grouping in names(metrics, ("fairness", "providers")):
        path: Path = ("fairness", "providers", grouping)
        yield f"demographic parity by {grouping}, disparity@10", (*path, "dp@10", "disparity")
        yield f"equal opportunity by {grouping}, disparity@10", (*path, "eo@10", "disparity")
    for grouping in names(metrics, ("fairness", "listeners")):
        label = f"equal opportunity of listeners by {grouping}, ratio@10"
        yield label, ("fairness", "listeners", grouping, "eo@10", "ratio")


def _interval(one: Reading) -> str:
    return f"{one.low:.4f} to {one.high:.4f}"


def _around(gate: GateResult) -> str:
    return "-" if gate.low is None or gate.high is None else f"{gate.low:.3f} to {gate.high:.3f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
