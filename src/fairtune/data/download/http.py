"""One file over HTTP: resumed where it broke off, tried again after growing pauses, of bounded size."""

import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

if TYPE_CHECKING:
    import httpx
    from rich.progress import Progress

CONNECT_TIMEOUT: Final = 4.0
"""Seconds to find and connect a host: without a network the user is told within ten."""
LONGEST_PAUSE: Final = 60.0
PASSING: Final = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
"""Answers below 500 that are worth another try."""


class Unreachable(Exception):
    """The host can't be found or connected: trying again at once won't help."""


class Refused(Exception):
    """The server won't give the file, or gives more than it can be."""


class BrokeOff(Exception):
    """The transfer broke off; what came is kept."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to wait for a server, and how often to try again.

    Attributes
    ----------
    timeout
        Seconds without a byte.
    retries
        Tries after the first, the n-th after a pause of 2^(n-1) s.
    sleep
        How to pause for some seconds.
    """

    timeout: float
    retries: int
    sleep: Callable[[float], None] = time.sleep


def get(url: str, partial: Path, *, limit: int, patience: Patience) -> bool:
    """Fetch a file, going on behind the bytes that are there; `Refused` if the server won't send it.

    Parameters
    ----------
    url
        Address of the file.
    partial
        Where its bytes go.
    limit
        The most bytes that the file can have.
    patience
        How long to wait, and how often to try.

    Returns
    -------
    bool
        Whether an earlier run had left bytes to go on behind.

    Raises
    ------
    Unreachable
        The host can't be found or connected, or the address is none.
    BrokeOff
        The transfer broke off at the last try too; what came is kept.
    """
    import httpx

    try:
        host = httpx.URL(url).host
    except httpx.InvalidURL as error:
        raise Unreachable(f"not a URL: {error}") from error
    _check_reachable(url, host)
    resumed = partial.exists()
    timeout = httpx.Timeout(patience.timeout, connect=CONNECT_TIMEOUT)
    answered = False
    reason = ""
    with httpx.Client(timeout=timeout, follow_redirects=True) as client:
        for attempt in range(patience.retries + 1):
            if attempt:
                patience.sleep(min(2.0 ** (attempt - 1), LONGEST_PAUSE))
            try:
                _receive(client, url, partial, limit=limit)
            except (httpx.UnsupportedProtocol, httpx.ProxyError, httpx.TooManyRedirects) as error:
                raise Unreachable(str(error)) from error
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if not answered:
                    raise Unreachable(str(error)) from error
                reason = str(error)
            except (httpx.TransportError, BrokeOff) as error:
                answered = True
                reason = str(error) or type(error).__name__
            else:
                return resumed
    raise BrokeOff(f"broke off {patience.retries + 1} times, at last: {reason}")


def _check_reachable(url: str, host: str) -> None:
    """Connect once, in a thread: name resolution has no time limit, and a host may have many addresses."""
    parts = urlsplit(url)
    proxies = {} if proxy_bypass(host) else getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if proxy:
        parts = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    address = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    outcome = [f"no answer within {CONNECT_TIMEOUT:g} s"]

    def connect() -> None:
        try:
            socket.create_connection(address, timeout=CONNECT_TIMEOUT).close()
            outcome[0] = ""
        except (OSError, UnicodeError) as error:
            outcome[0] = getattr(error, "strerror", None) or str(error)

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(CONNECT_TIMEOUT)
    if outcome[0]:
        raise Unreachable(outcome[0])


def _receive(client: "httpx.Client", url: str, partial: Path, *, limit: int) -> None:
    """Ask for what is missing, once."""
    have = partial.stat().st_size if partial.exists() else 0
    # Compressed on the way, sizes and offsets would not be those of the file.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with client.stream("GET", url, headers=headers) as response:
        status, content_range = response.status_code, response.headers.get("Content-Range", "")
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            if content_range == f"bytes */{have}":
                return  # everything came before
            partial.unlink()
            raise BrokeOff("the server has another version of the file than the one begun")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING:
            raise BrokeOff(f"the server answered {status} {response.reason_phrase}")
        if status not in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
            raise Refused(f"the server answered {status} {response.reason_phrase}")
        if status == HTTPStatus.PARTIAL_CONTENT and not re.match(rf"bytes {have}-", content_range):
            partial.unlink(missing_ok=True)
            raise BrokeOff(f"the server sent another part than the one asked for ({content_range})")
        going_on = status == HTTPStatus.PARTIAL_CONTENT
        _store(response, partial, start=have if going_on else 0, limit=limit)


def _store(response: "httpx.Response", partial: Path, *, start: int, limit: int) -> None:
    """Write the body behind the first `start` bytes."""
    length = response.headers.get("Content-Length")
    size = start
    with partial.open("r+b" if start else "wb") as file, _bar() as bar:
        file.seek(start)
        task = bar.add_task(partial.stem, total=start + int(length) if length else None, completed=start)
        for chunk in response.iter_raw():
            size += len(chunk)
            if size > limit:
                raise Refused(f"the server sends more than the {limit:,} bytes that it can be")
            file.write(chunk)
            file.flush()  # a kill loses nothing that came
            bar.update(task, completed=size)


def _bar() -> AbstractContextManager["Progress"]:
    """Show a bar on stderr, on a terminal only: a log would be full of it."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
