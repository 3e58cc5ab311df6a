"""A web server on the loopback interface that misbehaves on request."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.processes import PATIENCE


@dataclass
class Web:
    """files: path -> content. script: behaviour of each request to come, then "ok". asked: path and Range.

    Behaviours: "ok"; "no range" (ignores Range); "other part" (answers with the wrong part); "status 503";
    "cut 1000" (closes after so many bytes of the body); "stall 1000" (sends no more, but keeps the line).
    """

    files: dict[str, bytes]
    url: str = ""
    script: list[str] = field(default_factory=list)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Web]:
    web = Web(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            wanted = self.headers.get("Range")
            web.asked.append((self.path, wanted))
            behaviour, _, number = (web.script.pop(0) if web.script else "ok").partition(" ")
            if behaviour == "status":
                return self.send_error(int(number))
            if self.path not in web.files:
                return self.send_error(404)
            body, start = web.files[self.path], 0
            if wanted and (behaviour, number) != ("no", "range"):
                start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
                if behaviour == "other":
                    start -= 1
                if start >= len(body):
                    self.send_response(416)
                    self.send_header("Content-Range", f"bytes */{len(body)}")
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            end = start + int(number) if behaviour in {"cut", "stall"} else len(body)
            self.wfile.write(body[start:end])
            self.wfile.flush()
            if behaviour == "stall":
                web.over.wait(PATIENCE)
            return None

        def log_message(self, *_):
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield web
    finally:
        web.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
