"""The result of a benchmark as the table that is printed and quoted."""

from collections.abc import Mapping, Sequence
from typing import Any

from fairtune.evaluation.gate import summary
from fairtune.experiments.benchmark.published import FIGURES

Json = Mapping[str, Any]
KINDS = {"music_type": "music types", "artist": "artists", "track": "tracks"}
HEAD = ("model", "factors", *FIGURES)


def rows(result: Json) -> summary.TableRows:
    """Return published rows first, then ours, those that chose their number of factors last."""
    published = [
        (row["model"], str(row["factors"]), *(f"{row['figures'][name]:.4f}" for name in FIGURES))
        for row in result["published"]
    ]
    return [*published, *(_ours(entry) for entry in result["ours"])]


def markdown(result: Json) -> str:
    """Return the table as Markdown, with its caption below."""
    return f"{summary.markdown(HEAD, rows(result))}\n\n{caption(result)}"


def caption(result: Json) -> str:
    """Describe in two sentences where the figures come from."""
    seeds = result["seeds"]
    drawn = "splits and fits" if result["published"] else "fits"
    spread = f"mean ± standard deviation of {seeds} {drawn}" if seeds > 1 else "one fit"
    return (
        f"{result['listeners']:,} listeners, {result['items']:,} {KINDS[result['target']]}. Ours: {spread}; "
        f"hyperparameters by {result['trials']} trials on validation parts."
    )


def _ours(entry: Json) -> Sequence[str]:
    figures = (_figure(entry["mean"][name], entry["std"][name]) for name in FIGURES)
    factors = f"{entry['factors'] or '-'}{', chosen' if entry['free'] else ''}"
    return (f"fairtune {entry['model']}", factors, *figures)


def _figure(mean: float, std: float | None) -> str:
    return f"{mean:.4f}" if std is None else f"{mean:.4f} ± {std:.4f}"
