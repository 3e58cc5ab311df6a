"""A list of recommendations as a table for people."""

from rich.text import Text

from fairtune import console
from fairtune.serving.recommendation import Recommendation, RecommendationList


def show(listed: RecommendationList) -> None:
    """Print one row an item, and under a music type one a starting point."""
    likes = listed.listener.get("likes")
    listener = (
        f"a listener who likes {', '.join(likes)}"
        if isinstance(likes, list)
        else f"listener {listed.listener['user_id']}"
    )
    title = f"{listed.dataset}: new {_spoken(listed.kind)}s for {listener}"
    columns = (
        console.Column("rank", right=True),
        console.Column(_spoken(listed.kind), fold=True),
        console.Column("score", right=True),
        console.Column("why", fold=True),
        "",
    )
    shown = console.table(Text(title), columns)
    for item in listed.items:
        shown.add_row(str(item.rank), *_cells(item))
        for starter in item.start_with:
            shown.add_row("", *_cells(starter, indent="  "), style="dim")
    terminal = console.stdout()
    terminal.print(shown)
    kinds = [f"{_spoken(kind)}s with fewer than {below:,}" for kind, below in listed.emerging_below.items()]
    terminal.print(f"emerging: {', '.join(kinds)} listeners", style="dim", highlight=False)


def _spoken(kind: str) -> str:
    return kind.replace("_", " ")


def _cells(item: Recommendation, *, indent: str = "") -> tuple[Text, ...]:
    name = f"{item.name} by {item.artist}" if item.artist else item.name
    flags = ", ".join(flag for flag, holds in (("new", item.new), ("emerging", item.emerging)) if holds)
    texts = f"{indent}{name}", f"{item.score:.3f}", item.why, flags
    return tuple(Text(text) for text in texts)  # a name may hold brackets, which rich would read as mark-up
