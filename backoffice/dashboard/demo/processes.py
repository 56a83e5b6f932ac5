"""The processes of the demo: a web server and a worker with beat, started, watched and stopped together."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
WEB_THREADS = 8
WORKER_THREADS = 2
"""SQLite takes one writer at a time; the second thread sweeps while the first one releases."""
STOP_SECONDS = 15


class DemoFailed(Exception):
    """The demo cannot run; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process of ours. It leads a session of its own, so that Ctrl-C reaches us alone and we stop it in order."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, name: str, arguments: Sequence[str], folder: Path) -> Child:
        """Starts ``python -m <arguments>``; what it prints goes to ``<folder>/<name>.log``."""
        log = folder / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, "-m", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(name, process, log)

    @property
    def exit_code(self) -> int | None:
        """What it ended with, or None while it runs."""
        return self.process.poll()

    def last_lines(self, count: int = 20) -> list[str]:
        return self.log.read_text(errors="replace").splitlines()[-count:]

    def ask_to_stop(self) -> None:
        if self.exit_code is None:
            self.process.terminate()

    def stop(self, deadline: float) -> bool:
        """Waits until ``deadline`` (monotonic seconds), then kills it and all that it started.

        Returns whether it went by itself.
        """
        went = True
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            went = False
        # Its own children are in its group: they must not outlive it, however it ended.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return went


def web_arguments(port: int) -> list[str]:
    return [
        "gunicorn",
        "backoffice.wsgi:application",
        f"--bind={HOST}:{port}",
        "--worker-class=gthread",
        "--workers=1",
        f"--threads={WEB_THREADS}",
        "--timeout=60",
        "--graceful-timeout=5",
        "--name=anteroom-demo",
        "--no-control-socket",
    ]


def worker_arguments() -> list[str]:
    return [
        "celery",
        "--app=backoffice",
        "worker",
        "--beat",
        "--pool=threads",
        f"--concurrency={WORKER_THREADS}",
        "--hostname=demo@%h",
        "--loglevel=INFO",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    ]


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Keeps a second demo away from the same folder: two beats, and one would empty the other's queue.

    :raises DemoFailed: one runs already.
    """
    with (folder / "demo.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DemoFailed(
                f"A demo runs already on {folder}. Stop that one first, or set ANTEROOM_STATE_DIR to another folder."
            )
        yield


def check_port(port: int) -> None:
    """:raises DemoFailed: nobody could listen there."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise DemoFailed(f"Port {port} {why}. Choose another one: PORT={port + 1} make demo")


def forget_messages(*folders: str) -> int:
    """Empties the folders of the broker. Messages carry no data, and a sweep finds the work that they spoke of.

    Returns how many files there were.
    """
    files = [path for folder in folders for path in Path(folder).glob("*") if path.is_file()]
    for path in files:
        path.unlink(missing_ok=True)
    return len(files)


def wait_until_ready(port: int, *, seconds: float, give_up: Callable[[], bool]) -> bool:
    """Whether ``/readyz`` answered 200 before the time was over and before ``give_up`` said to stop waiting."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not give_up():
        if _ready(port):
            return True
        time.sleep(0.1)
    return False


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
