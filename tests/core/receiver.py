"""Somebody who subscribed, on loopback: remembers what comes, and answers as it is told."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JSON = dict[str, Any]


@dataclass
class Call:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> JSON:
        return json.loads(self.body)

    @property
    def resource(self) -> str:
        return str(self.document["payload"].get("id"))


@dataclass
class Receiver:
    """``answer`` gives the status for a call; a mapping of headers may come with it, as a pair."""

    url: str = ""
    answer: Callable[[Call], Any] = lambda _call: 200
    calls: list[Call] = field(default_factory=list)

    @property
    def told(self) -> list[tuple[str, str]]:
        """What came: the name of the event and the id of the resource."""
        return [(call.document["event"], call.resource) for call in self.calls]

    @property
    def event_ids(self) -> list[str]:
        return [call.document["eventId"] for call in self.calls]


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            call = Call(self.path, headers, body)
            receiver.calls.append(call)
            answer = receiver.answer(call)
            status, more = answer if isinstance(answer, tuple) else (answer, {})
            with contextlib.suppress(OSError):
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 64

        def handle_error(self, *_: Any) -> None:
            """A client that hung up is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/events"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
