from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest
from django.db import connection

from tests.dashboard.demo_process import alive, demo, descendants, free_port, signed_in, started, until
from tests.scenarios.shop import Shop

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="the demo brings its own SQLite; once is enough"
    ),
]


def test_demo_serves_releases_and_stops_with_all_that_it_started(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    with demo(folder) as running:
        started(running)
        assert "admin@anteroom.local" in running.said
        shop = Shop(signed_in(running), run=lambda: None)
        assert shop.get("facilities")["total"] == 0

        shop.facility("A")
        seconds = [_release(shop, article) for article in ("SKU-1", "SKU-2", "SKU-3")]
        assert min(seconds) < 2, seconds

        with demo(folder) as second:
            assert second.process.wait(timeout=60) == 1
            assert "runs already" in second.said

        children = descendants(running.process.pid)
        assert any("gunicorn" in command for command in children.values())
        assert any("celery" in command for command in children.values())
        assert running.stop() == 0
        assert "Stopped." in running.said
        assert "was killed" not in running.said
        until(lambda: not any(alive(pid) for pid in children), seconds=5)

    leftover = folder / "queue" / "1_x.anteroom.msg"
    leftover.write_text("left by a worker that was killed while it wrote")
    with demo(folder) as again:
        started(again)
        assert not leftover.exists()
        assert Shop(signed_in(again), run=lambda: None).get("facilities")["total"] == 1
        assert again.stop(signal.SIGINT) == 0


def test_demo_ends_when_a_child_dies_and_says_which(tmp_path: Path) -> None:
    with demo(tmp_path / "state") as running:
        started(running)
        children = descendants(running.process.pid)
        worker = min(pid for pid, command in children.items() if "celery" in command)
        os.kill(worker, signal.SIGKILL)

        assert running.process.wait(timeout=40) == 1
        assert "The worker process ended by itself (exit code -9)" in running.said
        assert "ready." in running.said
        until(lambda: not any(alive(pid) for pid in children), seconds=5)


def test_busy_port_is_named_before_anything_is_done(tmp_path: Path) -> None:
    port = free_port()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        with demo(tmp_path / "state", port) as running:
            assert running.process.wait(timeout=60) == 1
            assert f"Port {port} is in use. Choose another one: PORT={port + 1} make demo" in running.said
            assert "Migrating" not in running.said


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"PORT": "http"}, "PORT=http is no port"),
        (
            {"BROKER_URL": "redis://localhost:1/0", "SECRET_KEY": "s" * 60, "ALLOWED_HOSTS": "localhost"},
            "not for a production",
        ),
    ],
)
def test_demo_refuses_what_it_is_not_for(tmp_path: Path, environment: dict[str, str], message: str) -> None:
    with demo(tmp_path / "state", **environment) as running:
        assert running.process.wait(timeout=60) == 1
        assert message in running.said


def _release(shop: Shop, article: str) -> float:
    """Seconds from the answer to a stock change until the order that waits for it is routed."""
    shop.listing("A", article, behaviour="BACKORDER")
    order = shop.order({article: 2})
    until(lambda: order.plans and order.status == "WAITING")
    shop.stock("A", article, 5)
    changed = time.monotonic()
    until(lambda: order.status == "ROUTED")
    return time.monotonic() - changed
