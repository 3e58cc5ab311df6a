"""What child processes say on stderr, listened to while it goes where it always goes."""

import os
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

LINES = 100
PATIENCE = 5  # seconds for the last words; a process that outlives the block keeps its end open


@contextmanager
def stderr() -> Iterator[Sequence[str]]:
    """Give the last lines on stderr of this process and its children: complete when the block has ended."""
    lines: deque[str] = deque(maxlen=LINES)
    sys.stderr.flush()
    original, (reading, writing) = os.dup(2), os.pipe()
    os.dup2(writing, 2)
    os.close(writing)
    listener = threading.Thread(target=_listen, args=(reading, original, lines), daemon=True)
    listener.start()
    try:
        yield lines
    finally:
        sys.stderr.flush()
        os.dup2(original, 2)
        listener.join(PATIENCE)


def _listen(reading: int, original: int, lines: deque[str]) -> None:
    with open(reading, "rb", closefd=True) as heard, open(original, "wb", buffering=0) as on:
        for line in heard:
            on.write(line)
            lines.append(line.decode(errors="replace").rstrip("\n"))
