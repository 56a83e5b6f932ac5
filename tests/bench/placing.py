"""Orders that come one by one, over HTTP: beside a view that does nothing but insert the same rows (T9)."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from backoffice.core.models import ApiToken, User
from orders.models import Order
from routing.models import RoutingPlan
from tests.bench import worlds
from tests.bench.measuring import processor_seconds
from tests.dashboard.demo_process import free_port

CLIENTS = 8
ROUNDS = 5
PATIENCE = 60
"""Seconds in which a server must have started, and in which it must have answered."""

_numbers = count(1)


@dataclass(slots=True)
class Served:
    """What a server did: ``seconds`` on the clock, ``busy`` of the processor."""

    port: int
    pid: int
    orders: int = 0
    seconds: float = 0.0
    busy: float = 0.0

    @property
    def rate(self) -> float:
        """Orders per second."""
        return self.orders / self.seconds

    @property
    def milliseconds(self) -> float:
        """What an order takes of the processor in the server, beside the database: a figure for busy machines."""
        return 1_000 * self.busy / self.orders


def compare(requests: int) -> tuple[Served, Served]:
    """Ours and the bare view, each with so many requests by eight clients, in turns."""
    worlds.empty()
    worlds.network(5, 20)
    _token, cleartext = ApiToken.objects.create(
        User.objects.create_user("shop@example.org", None, role="ADMINISTRATOR"), name="shop"
    )
    each = requests // ROUNDS // CLIENTS
    with served("backoffice.wsgi") as ours, served("tests.bench.bare_wsgi") as bare:
        for server in (ours, bare):
            _place(server.port, cleartext, 25)
        placed = Order.objects.count()
        worlds.analyze()
        for _ in range(ROUNDS):
            for server in (ours, bare):
                before = processor_seconds(server.pid)
                server.seconds += _place(server.port, cleartext, each)
                server.busy += processor_seconds(server.pid) - before
                server.orders += each * CLIENTS
    assert Order.objects.count() - placed == RoutingPlan.objects.count() - placed == ours.orders + bare.orders
    return ours, bare


def _place(port: int, token: str, each: int) -> float:
    """Seconds in which every client places so many orders, one after the other, on a connection of its own."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        begun = time.perf_counter()
        list(clients.map(lambda _: _client(port, token, each), range(CLIENTS)))
        return time.perf_counter() - begun


def _client(port: int, token: str, orders: int) -> None:
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for _ in range(orders):
        server.request("POST", "/api/orders", json.dumps(_order(next(_numbers))), headers)
        answer = server.getresponse()
        said = answer.read()
        assert answer.status == 201, said
    server.close()


def _order(number: int) -> dict[str, object]:
    return {
        "tenantOrderId": f"T9-{number}",
        "orderDate": "2026-05-01T08:00:00Z",
        "consumer": {
            "addresses": [
                {
                    "firstName": "Ada",
                    "lastName": "Lovelace",
                    "street": "Hauptstraße",
                    "houseNumber": "1",
                    "postalCode": "10115",
                    "city": "Berlin",
                    "country": "DE",
                }
            ]
        },
        "orderLineItems": [
            {
                "article": {"tenantArticleId": f"SKU-{(number + place) % 20}", "title": "Article"},
                "quantity": 1,
            }
            for place in range(2)
        ],
    }


@contextlib.contextmanager
def served(wsgi_module: str) -> Iterator[Served]:
    """A server of the module on a port of loopback, with one process; it is gone at the end."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="anteroom-bench-") as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": _database_url(),
            "DJANGO_SETTINGS_MODULE": "backoffice.settings",
            "SECRET_KEY": settings.SECRET_KEY,
            "ANTEROOM_STATE_DIR": folder,
            "API_RATE_LIMIT": "1000000",
            "LOG_FORMAT": "json",
        }
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            f"{wsgi_module}:application",
            f"--bind=127.0.0.1:{port}",
        ]
        command += [f"--threads={CLIENTS}", "--worker-class=gthread", "--worker-tmp-dir=/dev/shm"]
        command += ["--no-control-socket", "--log-level=warning"]
        server = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, stderr=subprocess.DEVNULL)
        try:
            _wait_for(port, server)
            yield Served(port, server.pid)
        finally:
            server.terminate()
            server.wait(timeout=PATIENCE)


def _database_url() -> str:
    """That of the database under measurement, which is not the one that the environment names."""
    given = urlsplit(os.environ["DATABASE_URL"])
    return given._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        attempt = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException):
            attempt.request("GET", "/api/status")
            attempt.getresponse().read()
            return
        time.sleep(0.1)
    raise RuntimeError(f"The server on port {port} did not start.")
