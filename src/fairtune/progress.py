"""A progress bar on stderr for whatever takes longer than a few seconds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def steps(what: str, *, total: int) -> Iterator[Callable[[], None]]:
    """Show `what` and a bar of `total` steps while the block runs; call the given function once a step.

    On a terminal only: a log would be full of it.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)
