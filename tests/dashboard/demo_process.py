"""The demo as somebody runs it: a process of its own, in a folder of its own, on a free port, without data."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")
"""What the tests' own environment must not lend to the demo."""
STOP_SECONDS = 120
"""It kills what has not stopped after 15 s, but a disk that is busy holds even the killed until it has written."""


@dataclass
class Demo:
    process: subprocess.Popen[bytes]
    port: int
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def ready(self) -> bool:
        return "Anteroom runs at" in self.said

    def ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """Returns what it ended with.

        :raises AssertionError: it did not end by itself; it is gone all the same, with all that it started.
        """
        self.process.send_signal(signal_number)
        try:
            return self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            left = descendants(self.process.pid)
            doing = "\n".join(f"{_doing(pid)} {command}" for pid, command in left.items())
            main = _doing(self.process.pid)
            for pid in (self.process.pid, *left):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            raise AssertionError(
                f"The demo ({main}) did not end within {STOP_SECONDS} s. It said:\n{self.said}\nIts processes:\n{doing}"
            )


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def demo(folder: Path, port: int | None = None, **environment: str) -> Iterator[Demo]:
    """Starts the demo; at the end it is gone, whatever happened."""
    chosen = port or free_port()
    output = folder.with_name(f"{folder.name}-{chosen}-{time.monotonic_ns()}.txt")
    inherited = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT,
            env={
                **inherited,
                "ANTEROOM_STATE_DIR": str(folder),
                "ANTEROOM_DEMO_DATA": "0",
                "PORT": str(chosen),
                "PYTHONUNBUFFERED": "1",
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    running = Demo(process, chosen, output)
    try:
        yield running
    finally:
        if not running.ended():
            running.stop()


def until(condition: Callable[[], Any], *, seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "It took too long"
        time.sleep(0.05)
    return found


def started(running: Demo) -> None:
    """Waits until the demo says where it runs."""
    until(lambda: running.ready or running.ended(), seconds=120)
    assert running.ready, running.said


def descendants(pid: int) -> dict[int, str]:
    """The processes that ``pid`` started, and those that they started, with their command lines."""
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()]
    found: dict[int, str] = {}
    wanted = {pid}
    while wanted:
        children = {int(row[0]): row[2] for row in rows if int(row[1]) in wanted}
        found |= children
        wanted = set(children)
    return found


def _doing(pid: int) -> str:
    """The state of a process, and where in the kernel it waits."""
    asked = ["ps", "-p", str(pid), "-o", "pid=,stat=,wchan:32="]
    return subprocess.run(asked, capture_output=True, text=True).stdout.strip()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass
class Answer:
    status_code: int
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


class HttpClient:
    """Speaks to a running server like the client that :class:`tests.scenarios.shop.Shop` is used to."""

    def __init__(self, base: str, token: str = "") -> None:
        self.base = base
        self.token = token

    def get(self, path: str, query: dict[str, Any] | None = None) -> Answer:
        return self._send("GET", f"{path}?{urllib.parse.urlencode(query or {})}")

    def post(self, path: str, body: Any = None, format: str = "json") -> Answer:
        return self._send("POST", path, body)

    def put(self, path: str, body: Any = None, format: str = "json") -> Answer:
        return self._send("PUT", path, body)

    def patch(self, path: str, body: Any = None, format: str = "json") -> Answer:
        return self._send("PATCH", path, body)

    def _send(self, method: str, path: str, body: Any = None) -> Answer:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return Answer(response.status, response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read())


def signed_in(running: Demo, email: str = "admin@anteroom.local") -> HttpClient:
    client = HttpClient(f"http://127.0.0.1:{running.port}")
    credentials = {"email": email, "password": "anteroom", "returnSecureToken": True}
    answer = client.post("/v1/accounts:signInWithPassword?key=any", credentials)
    assert answer.status_code == 200, answer.content
    client.token = answer.json()["idToken"]
    return client
