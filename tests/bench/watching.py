"""The waiting room of a busy site: its screen and its list, the first page and the last, over HTTP (T8)."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backoffice.core.models import ApiToken, User
from routing.models import RoutingPlan
from tests.bench import worlds
from tests.bench.measuring import Measurement
from tests.bench.placing import PATIENCE, served

ARTICLES = 20
SIZE = 25
"""Of a page of the API."""

TIMES = 25
"""How often each page is asked for, in turns."""

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
SCREEN, API = "screen", "API"

Page = tuple[str, str]
"""What it is, and which end of it."""


@dataclass(frozen=True, slots=True)
class Watched:
    """How many plans wait; the queries and the seconds of each page, and the seconds of ``SELECT 1``."""

    waiting: int
    queries: Mapping[Page, int]
    taken: Mapping[Page, float]
    select_1: float

    def apart(self, name: str) -> float:
        """How much longer the slower of the two pages takes."""
        first, last = self.taken[name, "first"], self.taken[name, "last"]
        return max(first, last) / min(first, last)


def queries(size: int) -> Measurement:
    """T8: the queries of the page that needs the most."""
    seen = _watched("queries", size)
    worst = max(seen.queries, key=lambda page: seen.queries[page])
    work = f"{seen.waiting:,} wait, most queries: {' '.join(worst)} page"
    return Measurement("T8", work, seen.queries[worst], "queries", seen.queries[worst], 20, at_most=True)


def pages_apart(size: int) -> Measurement:
    """T8: how much longer the slower of the first and the last page takes, of the screen or of the API."""
    seen = _watched("pages_apart", size)
    name = max((SCREEN, API), key=seen.apart)
    first, last = (seen.taken[name, end] * 1_000 for end in ("first", "last"))
    work = f"{seen.waiting:,} wait, first and last page of the {name}: {first:.0f} and {last:.0f} ms"
    return Measurement("T8", work, last, "ms", seen.apart(name), 1.5, at_most=True)


def beside_select_1(size: int) -> Measurement:
    """T8: how often ``SELECT 1`` over HTTP fits into the slowest page."""
    seen = _watched("beside_select_1", size)
    worst = max(seen.taken, key=lambda page: seen.taken[page])
    work = f"{seen.waiting:,} wait, {' '.join(worst)} page beside SELECT 1 ({seen.select_1 * 1_000:.2g} ms)"
    slowest = seen.taken[worst]
    return Measurement("T8", work, slowest * 1_000, "ms", slowest / seen.select_1, 50, at_most=True)


_seen: list[Watched] = []
_told: dict[str, int] = {}


def _watched(row: str, size: int) -> Watched:
    """What the rows tell of is measured once for the three; each repeat of a row has a measurement of its own."""
    number = _told[row] = _told.get(row, 0) + 1
    if len(_seen) < number:
        _seen.append(_watch(10 * size))
    return _seen[number - 1]


def _watch(waiting: int) -> Watched:
    """So many plans wait for one of 20 articles each; an agent looks at the screen, a client reads the list."""
    worlds.empty()
    worlds.network(20, ARTICLES)
    worlds.wait(waiting, articles=tuple(range(ARTICLES)))
    worlds.vacuum()
    user = User.objects.create_user("agent@example.org", None, role="AGENT")
    _token, token = ApiToken.objects.create(user, name="bench")
    browser, client = Client(SERVER_NAME="127.0.0.1"), APIClient(SERVER_NAME="127.0.0.1")
    browser.force_login(user, backend=MODEL_BACKEND)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    before_last = RoutingPlan.objects.waiting().order_by("-rank").values_list("pk", flat=True)[SIZE]
    paths: dict[Page, str] = {
        (SCREEN, "first"): "/waiting-room/",
        (SCREEN, "last"): "/waiting-room/?last=1",
        (API, "first"): f"/api/waitingroom?size={SIZE}",
        (API, "last"): f"/api/waitingroom?size={SIZE}&startAfterId={before_last}",
    }
    clients: dict[str, Client] = {SCREEN: browser, API: client}
    counted = {page: _queries(clients[page[0]], path) for page, path in paths.items()}
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    headers = {SCREEN: {"Cookie": cookie}, API: {"Authorization": f"Bearer {token}"}}
    with served("backoffice.wsgi") as ours, served("tests.bench.bare_wsgi") as bare:
        asks = {page: _ask(ours.port, path, headers[page[0]]) for page, path in paths.items()}
        select_1, *taken = _medians([_ask(bare.port, "/select-1", {}), *asks.values()])
    return Watched(waiting, counted, dict(zip(asks, taken, strict=True)), select_1)


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.status_code == 200, (path, answer.content)
    return len(captured)


def _ask(port: int, path: str, headers: Mapping[str, str]) -> Callable[[], None]:
    """Asks on a new connection each time: one that stays open may be closed between two turns."""

    def ask() -> None:
        server = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        server.request("GET", path, headers=dict(headers))
        answer = server.getresponse()
        said = answer.read()
        assert answer.status == 200, (path, answer.status, said)
        server.close()

    return ask


def _medians(asks: list[Callable[[], None]]) -> list[float]:
    """Seconds that each takes, asked in turns, after a turn to get warm."""
    taken: list[list[float]] = [[] for _ in asks]
    for turn in range(TIMES + 1):
        for ask, seconds in zip(asks, taken, strict=True):
            begun = time.perf_counter()
            ask()
            if turn:
                seconds.append(time.perf_counter() - begun)
    return [statistics.median(seconds) for seconds in taken]
