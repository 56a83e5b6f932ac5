"""What the processes of a race do. Each has its own connection to the test's database, and its own caches."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol

import django

django.setup()

from django.conf import settings as django_settings  # noqa: E402
from django.db import connections  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

from backoffice.celery import app  # noqa: E402

RELEASE, ROUTE, SWEEP = "routing.release", "routing.route", "routing.sweep"

app.loader.import_default_modules()


class Flag(Protocol):
    """A number in shared memory: unlike an event it has no lock that a killed process could take with it."""

    value: int


_stopped: Flag


def join(database: str, stopped: Flag, settings: Mapping[str, Any], constants: Mapping[str, Any]) -> None:
    """Makes this process one of the race: ``constants`` are set as in ``{"routing.passes.pace.MOST": 10}``."""
    global _stopped
    _stopped = stopped
    connection = connections["default"]
    connection.settings_dict["NAME"] = connections.databases["default"]["NAME"] = database
    for name, value in {"ANTEROOM_NUDGES": "collect", "ALLOWED_HOSTS": ["*"], **settings}.items():
        setattr(django_settings, name, value)
    for path, value in constants.items():
        place, name = path.rsplit(".", 1)
        module = import_module(place)
        assert hasattr(module, name), path
        setattr(module, name, value)


def work(*names: str) -> int:
    """A worker: runs the tasks again and again until the race is over; how often it did."""
    rounds = 0
    while not _stopped.value:
        for name in names or (RELEASE, ROUTE):
            app.tasks[name].apply(throw=True)
        rounds += 1
        time.sleep(0.005)
    return rounds


def call(token: str, method: str, path: str, body: Any = None) -> int:
    """One request; the status of its answer."""
    return Client(token).send(method, path, body)


def act(token: str, action: Callable[[Client, random.Random], None], seed: int, times: int) -> Counter[int]:
    """A client that acts that often, as the dice tell it; how often it got which answer.

    Losing a race is an answer too (404, 409); anything else that is not a success is not.
    """
    client, dice = Client(token), random.Random(seed)
    for _ in range(times):
        action(client, dice)
    return client.answers


def book(token: str, deliveries: Mapping[str, Mapping[str, int]]) -> None:
    """A receiver: books what came, by process; each with a key of its own, so that it can all be repeated."""
    for process, units in deliveries.items():
        items = [
            {
                "tenantArticleId": article,
                "acceptedQuantity": {"value": quantity},
                "rejectedQuantity": {"value": 0},
                "comments": [],
            }
            for article, quantity in units.items()
        ]
        body = {"receivedDate": "2026-05-02T09:00:00Z", "comments": [], "receivedItems": items}
        status = Client(token, key=process).send("post", f"inboundprocesses/{process}/receipts", body)
        assert status == 201, status


class Client:
    """``key`` is the Idempotency-Key of what it sends."""

    def __init__(self, token: str, key: str | None = None) -> None:
        self._client = APIClient()
        keyed = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        self._client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}", **keyed)
        self.answers: Counter[int] = Counter()

    def send(self, method: str, path: str, body: Any = None) -> int:
        response = getattr(self._client, method)(f"/api/{path}", body, format="json")
        self.answers[response.status_code] += 1
        assert response.status_code < 300 or response.status_code in (404, 409), (
            f"{method} {path}: {response.status_code}: {response.content.decode()[:500]}"
        )
        return int(response.status_code)

    def read(self, path: str, **query: Any) -> Any:
        response = self._client.get(f"/api/{path}", query)
        self.answers[response.status_code] += 1
        assert response.status_code in (200, 404), f"{path}: {response.status_code}"
        return response.json()


def pick(dice: random.Random, rows: Sequence[Any]) -> Any:
    return dice.choice(rows) if rows else None
