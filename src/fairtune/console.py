"""The terminal: tables on standard output, and progress bars on stderr."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

PIPED_WIDTH: Final = 150
"""Columns, where no terminal says how wide it is."""
QUIET: Final = 15.0
"""Seconds between two lines of progress, where no terminal is."""
NARROW: Final = 120
"""The same, for tables with long cells that fold."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    head
        Its title.
    right
        Cells stand on the right.
    no_wrap
        Cells are never broken into lines.
    fold
        A cell that is too long is folded, not cut off.
    """

    head: str
    right: bool = False
    no_wrap: bool = False
    fold: bool = False


def stdout(*, piped_width: int | None = None) -> "Console":
    """Return standard output; `piped_width` is how wide it is where it is no terminal."""
    from rich.console import Console

    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else piped_width)


def table(
    title: "str | Text",
    columns: Sequence[str | Column],
    rows: "Sequence[Sequence[str | Text]]" = (),
    *,
    look: Literal["plain", "ruled", "boxed"] = "plain",
    caption: str | None = None,
) -> "Table":
    """Return a table whose cells are shown as they are: rich would read brackets as mark-up.

    Parameters
    ----------
    title
        Stands above the table.
    columns
        Heads, or columns with their layout.
    rows
        Cells, as many as there are columns.
    look
        Without lines; with one under the head; or with every cell in a box (of ASCII where no terminal is).
    caption
        Stands below the table.

    Returns
    -------
    Table
        To be printed by rich, or filled with more rows.
    """
    from rich.box import ASCII2, ROUNDED, SIMPLE
    from rich.table import Table
    from rich.text import Text

    boxes = {"plain": None, "ruled": SIMPLE, "boxed": ROUNDED if sys.stdout.isatty() else ASCII2}
    made = Table(
        title=title, title_justify="left", box=boxes[look], show_lines=look == "boxed", caption=caption
    )
    if look == "plain":
        made.pad_edge, made.header_style = False, "bold"
    for column in columns:
        layout = Column(column) if isinstance(column, str) else column
        justify: Literal["left", "right"] = "right" if layout.right else "left"
        overflow: Literal["fold", "ellipsis"] = "fold" if layout.fold else "ellipsis"
        made.add_column(layout.head, justify=justify, no_wrap=layout.no_wrap, overflow=overflow)
    for row in rows:
        made.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    return made


def verdict(head: Sequence[str], rows: Sequence[Sequence[str]], *, title: str) -> None:
    """Print one row a gate.

    Parameters
    ----------
    head
        Titles of the columns: result, name, figure, interval, limit, reason.
    rows
        Cells in the same order; a result other than "pass" is red.
    title
        Stands above the table.
    """
    from rich.text import Text

    first, name, *numbers, reason = head
    columns: list[str | Column] = [Column(first, no_wrap=True), name]
    columns += [Column(number, right=True, no_wrap=True) for number in numbers]
    shown = table(title, [*columns, reason], look="boxed")
    for mark, *rest in rows:
        shown.add_row(Text(mark, style="green" if mark == "pass" else "bold red"), *map(Text, rest))
    stdout(piped_width=PIPED_WIDTH).print(shown)


@contextmanager
def steps(what: str, *, total: int) -> Iterator[Callable[[], None]]:
    """Show `what` and a bar of `total` steps while the block runs; call the given function once a step.

    Where no terminal is, a line on stderr says how far it is, the next one a while later.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _told(what, total)
        return
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


def _told(what: str, total: int, *, clock: Callable[[], float] = time.monotonic) -> Callable[[], None]:
    """Return what counts steps and tells of them in lines, as a log wants it."""
    began = last = clock()
    done = 0

    def advance() -> None:
        nonlocal done, last
        done += 1
        now = clock()
        if now - last < QUIET:
            return
        last = now
        left = "" if done >= total else f", about {_duration((now - began) / done * (total - done))} left"
        sys.stderr.write(f"{what}: {done} of {total} after {_duration(now - began)}{left}\n")
        sys.stderr.flush()

    return advance


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
