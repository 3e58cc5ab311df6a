"""`python -m fairtune.pipeline.schedule.supervisor COMMAND...`: run it until it ends or standard input does.

Whoever holds the other end of that pipe may be killed with -9 and still leaves nothing behind: the kernel
closes the pipe, and the command is ended.
"""

import signal
import subprocess
import sys
import threading
from collections.abc import Sequence

PATIENCE = 20  # seconds for the command to end by itself


def main(command: Sequence[str]) -> int:
    """Run `command`; return its exit code, or the number of the signal that ended it, negative."""
    for ours in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ours, signal.SIG_IGN)  # a Ctrl-C at the terminal is for the holder of the pipe alone
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True) as process:  # noqa: S603 - ours
        threading.Thread(target=_end, args=(process,), daemon=True).start()
        return process.wait()


def _end(process: "subprocess.Popen[bytes]") -> None:
    sys.stdin.buffer.read()
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
