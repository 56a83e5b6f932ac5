"""The product as it runs in production: web, worker, PostgreSQL and Redis, each a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.django_db(transaction=True)]

PATIENCE_SECONDS = 30.0
REDIS_DATABASE = 9
"""Not the one that a person may be using on the same server."""


class Production:
    """Speaks HTTP to a web process."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        http = HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            http.request(method, path, json.dumps(body) if body is not None else None, self._headers)
            response = http.getresponse()
            answer = response.read()
            assert response.status < 300, f"{method} {path}: {response.status}: {answer.decode()[:500]}"
            return json.loads(answer) if answer else None
        finally:
            http.close()

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < end, f"not within {PATIENCE_SECONDS:.0f} seconds"
            time.sleep(0.05)


@pytest.fixture
def production(token: str, tmp_path: Path) -> Iterator[Production]:
    port = _free_port()
    programs = (
        ("gunicorn", "backoffice.wsgi:application", "--bind", f"127.0.0.1:{port}", "--threads", "2"),
        ("celery", "--app", "backoffice", "worker", "--pool", "solo", "--without-gossip", "--without-mingle"),
    )
    with (tmp_path / "log").open("w") as log:
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", *program],
                cwd=settings.BASE_DIR,
                env=_environment(tmp_path),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            for program in programs
        ]
        try:
            running = Production(port, token)
            running.until(lambda: _answers(port))
            yield running
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(timeout=20)


def test_an_order_waits_and_is_released_through_redis(production: Production, books_agree: None) -> None:
    """E1, E2"""
    facility = production.call(
        "POST",
        "/api/facilities",
        {
            "name": "Berlin",
            "locationType": "STORE",
            "services": [{"type": "SHIP_FROM_STORE"}],
            "address": {
                "companyName": "Berlin",
                "street": "Am Markt",
                "postalCode": "10115",
                "city": "Berlin",
                "country": "DE",
            },
        },
    )["id"]
    listing = {"tenantArticleId": "SKU", "title": "SKU", "outOfStockBehaviour": "BACKORDER"}
    production.call("PUT", f"/api/facilities/{facility}/listings", {"listings": [listing]})
    order = production.call(
        "POST",
        "/api/orders",
        {
            "tenantOrderId": "1",
            "orderDate": "2026-05-01T00:00:00Z",
            "consumer": {},
            "orderLineItems": [{"article": {"tenantArticleId": "SKU", "title": "SKU"}, "quantity": 2}],
        },
    )["id"]

    def status() -> str:
        (plan,) = production.call("GET", f"/api/routingplans?orderRef={order}")["routingPlans"]
        return str(plan["status"])

    production.until(lambda: status() == "WAITING")
    stock = {"facilityRef": facility, "tenantArticleId": "SKU", "value": 5}
    production.call("PUT", "/api/stocks", {"stocks": [stock]})
    production.until(lambda: status() == "ROUTED")


def _environment(folder: Path) -> dict[str, str]:
    """The variables of a production, on the database of this test."""
    where = connection.settings_dict
    account = quote(where["USER"] or "") + (f":{quote(where['PASSWORD'])}" if where["PASSWORD"] else "")
    host = f"{where['HOST'] or '127.0.0.1'}:{where['PORT'] or 5432}"
    redis = os.environ["ANTEROOM_TEST_REDIS_URL"].rstrip("/")
    redis = redis.rsplit("/", 1)[0] if redis.count("/") > 2 else redis
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"postgres://{account}@{host}/{where['NAME']}",
        "REDIS_URL": f"{redis}/{REDIS_DATABASE}",
        "SECRET_KEY": "a secret of this test",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "0",
        "STATIC_ROOT": str(folder / "static"),
        "ANTEROOM_STATE_DIR": str(folder / "state"),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    http = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        http.request("GET", "/healthz")
        return http.getresponse().status == 200
    except OSError:
        return False
    finally:
        http.close()
