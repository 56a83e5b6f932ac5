"""A payment gateway on loopback that does as it is told: approves, declines, is slow, fails, or lies."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JSON = dict[str, Any]
Behaviour = Callable[[BaseHTTPRequestHandler, JSON], None]

SECRET = "gateway-secret"


@dataclass
class Call:
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> JSON:
        return json.loads(self.body)


@dataclass
class GatewayServer:
    """``behave`` answers each call; ``holds`` is what is authorised, by our id of the authorisation."""

    url: str = ""
    behave: Behaviour | None = None
    calls: list[Call] = field(default_factory=list)
    holds: dict[str, str] = field(default_factory=dict)
    answered: dict[str, JSON] = field(default_factory=dict)

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The operations that came in, with their amounts."""
        return [(call.document["operation"], call.document["amount"]) for call in self.calls]

    @property
    def keys(self) -> list[str]:
        return [call.headers["idempotency-key"] for call in self.calls]

    def handle(self, handler: BaseHTTPRequestHandler, call: Call) -> None:
        self.calls.append(call)
        (self.behave or self.approve)(handler, call.document)

    def approve(self, handler: BaseHTTPRequestHandler, question: JSON) -> None:
        """As a gateway should: once per idempotency key."""
        key = str(handler.headers["Idempotency-Key"])
        if key not in self.answered:
            self.answered[key] = self._carry_out(question)
        answer(handler, 200, self.answered[key])

    def _carry_out(self, question: JSON) -> JSON:
        id, operation = question["authorisationId"], question["operation"]
        echo = {"operationId": question["operationId"], "status": "APPROVED"}
        if operation == "VOID":
            self.holds.pop(id, None)
            return echo
        self.holds[id] = question["amount"]
        return {**echo, "gatewayReference": f"auth-{len(self.answered) + 1}"}


def answer(handler: BaseHTTPRequestHandler, status: int, document: Any, **headers: str) -> None:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def answering(status: int, document: Any = None, **headers: str) -> Behaviour:
    """Always the same answer; of a dict, with the id of the operation that was asked for."""

    def behave(handler: BaseHTTPRequestHandler, question: JSON) -> None:
        shown = document
        if isinstance(document, dict):
            shown = {"operationId": question["operationId"], **document}
        answer(handler, status, b"" if shown is None else shown, **headers)

    return behave


def dripping(seconds: float) -> Behaviour:
    """A byte of an endless header every so often: no single read ever times out."""

    def behave(handler: BaseHTTPRequestHandler, _: JSON) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        with contextlib.suppress(OSError):
            for _second in range(600):
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(seconds)

    return behave


def dripping_body(seconds: float) -> Behaviour:
    def behave(handler: BaseHTTPRequestHandler, _: JSON) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n")
        with contextlib.suppress(OSError):
            for _second in range(600):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(seconds)

    return behave


def hanging_up(handler: BaseHTTPRequestHandler, _: JSON) -> None:
    handler.close_connection = True
    handler.connection.close()


@contextlib.contextmanager
def gateway_server() -> Iterator[GatewayServer]:
    state = GatewayServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with contextlib.suppress(OSError, ValueError):
                state.handle(self, Call(headers, body))

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: Any) -> None:
            """A client that hung up is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}/payments"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
