"""A list of recommendations as a table for people."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fairtune.serving.recommendation import Recommendation, RecommendationList


def show(listed: RecommendationList) -> None:
    """Print one row an item, and under a music type one a starting point."""
    likes = listed.listener.get("likes")
    asker = (
        f"a listener who likes {', '.join(likes)}"
        if isinstance(likes, list)
        else f"listener {listed.listener['user_id']}"
    )
    title = f"{listed.dataset}: new {_spoken(listed.kind)}s for {asker}"
    table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False, header_style="bold")
    table.add_column("rank", justify="right")
    table.add_column(_spoken(listed.kind), overflow="fold")
    table.add_column("score", justify="right")
    table.add_column("why", overflow="fold")
    table.add_column("")
    for item in listed.items:
        table.add_row(str(item.rank), *_cells(item))
        for starter in item.start_with:
            table.add_row("", *_cells(starter, indent="  "), style="dim")
    console = Console()
    console.print(table)
    kinds = [f"{_spoken(kind)}s with fewer than {below:,}" for kind, below in listed.emerging_below.items()]
    console.print(f"emerging: {', '.join(kinds)} listeners", style="dim", highlight=False)


def _spoken(kind: str) -> str:
    return kind.replace("_", " ")


def _cells(item: Recommendation, *, indent: str = "") -> tuple[Text, ...]:
    name = f"{item.name} by {item.artist}" if item.artist else item.name
    flags = ", ".join(flag for flag, holds in (("new", item.new), ("emerging", item.emerging)) if holds)
    texts = f"{indent}{name}", f"{item.score:.3f}", item.why, flags
    return tuple(Text(text) for text in texts)  # a name may hold brackets, which rich would read as mark-up
