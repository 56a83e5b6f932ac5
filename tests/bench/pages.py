"""First and last pages: how much longer the farther one takes, for every list of the API (spec 5, "Lists")."""

from __future__ import annotations

import logging
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backoffice.core.api.search import Sort
from backoffice.core.models import (
    ApiToken,
    BackgroundJob,
    DomainEvent,
    JobItem,
    Subscription,
    User,
    WebhookDelivery,
)
from inventory.api.facilities import ORDERS as FACILITY_ORDERS
from inventory.api.searches import SEARCHES as INVENTORY_SEARCHES
from inventory.models import (
    Article,
    Carrier,
    Facility,
    FacilityCarrier,
    FacilityGroup,
    InboundProcess,
    Listing,
    Reservation,
    SafetyStock,
    Stock,
    Tag,
)
from orders.api.pickjobs import ORDERS as PICK_JOB_ORDERS
from orders.api.searches import SEARCHES as ORDER_SEARCHES
from orders.models import (
    CancelationReason,
    CustomService,
    Order,
    PaymentAuthorisation,
    PaymentOperation,
    PickJob,
)
from routing.api.searches import SEARCHES as ROUTING_SEARCHES
from routing.models import ReleaseRun, RoutingPlan, RoutingStrategy, StrategyRevision, WaitingArticle
from tests.apilists import ApiList, api_lists

SIZE = 25
TIMES = 7
"""How often each page is asked for; thrice as often where the two differ too much, since machines are shared."""

BAR = 1.5

SEARCHES = (*INVENTORY_SEARCHES, *ORDER_SEARCHES, *ROUTING_SEARCHES)
COLUMNS = {"pickjobs": PICK_JOB_ORDERS, "facilities": FACILITY_ORDERS}


@dataclass(frozen=True, slots=True)
class Pages:
    """Seconds that the two pages of one list take, and their queries."""

    label: str
    first: float
    last: float
    queries: tuple[int, int]

    @property
    def ratio(self) -> float:
        """How much longer the slower one takes."""
        return max(self.first, self.last) / min(self.first, self.last)


def compare() -> list[Pages]:
    """Every list of a site that has been built, the one with the greatest difference first.

    What no index can know is left out, since each page of it sorts all rows: clients' own attributes, and what is
    computed from other tables.
    """
    settings.API_RATE_LIMIT = 0
    logging.getLogger().setLevel(logging.WARNING)
    lists = _Lists()
    found = [lists.pages(one) for one in api_lists() if not _computed(one)]
    return sorted(found, key=lambda pages: pages.ratio, reverse=True)


def _computed(one: ApiList) -> bool:
    if not one.sort:
        return False
    (search,) = (search for search in SEARCHES if one.path == f"/api/{search.at}/search")
    sort = search.sorts.get(".".join(one.sort[:-1]))
    return not (isinstance(sort, Sort) and isinstance(sort.by, str))


def _seconds(first: Callable[[], Any], last: Callable[[], Any], times: int) -> tuple[float, float]:
    """The medians of both, asked for in turns."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for request, seconds in zip((first, last), taken, strict=True):
            begun = time.perf_counter()
            request()
            seconds.append(time.perf_counter() - begun)
    return statistics.median(taken[0]), statistics.median(taken[1])


class _Lists:
    def __init__(self) -> None:
        user = User.objects.filter(email="bench@example.org").first() or User.objects.create_user(
            "bench@example.org", None, role="ADMINISTRATOR"
        )
        _token, cleartext = ApiToken.objects.create(user, name="bench")
        self._client = APIClient(SERVER_NAME="127.0.0.1")
        self._client.credentials(HTTP_AUTHORIZATION=f"Bearer {cleartext}")
        first = Order.objects.order_by("id")[0]
        facility = Facility.objects.order_by("id")[0]
        job = BackgroundJob.objects.order_by("id")[0]
        strategy = RoutingStrategy.objects.get(in_use=True)
        self._ids = {
            "jobs": str(job.pk),
            "orders": str(first.pk),
            "processes": str(first.pk),
            "strategies": str(strategy.pk),
        }
        self._facility = str(facility.pk)
        self._rows: dict[str, QuerySet[Any]] = {
            "articles": Article.objects.all(),
            "cancelationreasons": CancelationReason.objects.all(),
            "carriers": Carrier.objects.all(),
            "customservices": CustomService.objects.all(),
            "events": DomainEvent.objects.all(),
            "facilities": Facility.objects.all(),
            "facilities/{facility_ref}/carriers": FacilityCarrier.objects.filter(facility=facility),
            "facilities/{facility_ref}/listings": Listing.objects.filter(facility=facility),
            "facilitygroups": FacilityGroup.objects.all(),
            "inboundprocesses": InboundProcess.objects.all(),
            "jobs": BackgroundJob.objects.all(),
            "jobs/{id}": JobItem.objects.filter(job=job),
            "orders": Order.objects.all(),
            "orders/{id}/payments": PaymentAuthorisation.objects.filter(order=first),
            "paymentoperations": PaymentOperation.objects.all(),
            "pickjobs": PickJob.objects.all(),
            "processes": Order.objects.all(),
            "processes/{id}/historylogs": DomainEvent.objects.filter(process_id=first.pk),
            "releaseruns": ReleaseRun.objects.all(),
            "reservations": Reservation.objects.all(),
            "routing/strategies": RoutingStrategy.objects.all(),
            "routing/strategies/{id}/revisions": StrategyRevision.objects.filter(strategy=strategy),
            "routingplans": RoutingPlan.objects.all(),
            "safetystocks": SafetyStock.objects.all(),
            "stocks": Stock.objects.all(),
            "stocks/summaries": Article.objects.all(),
            "subscriptions": Subscription.objects.all(),
            "tags": Tag.objects.all(),
            "tokens": ApiToken.objects.all(),
            "waitingroom": RoutingPlan.objects.waiting(),
            "waitingroom/demand": Article.objects.filter(pk__in=WaitingArticle.objects.values("article")),
            "webhookdeliveries": WebhookDelivery.objects.all(),
        }

    def pages(self, one: ApiList) -> Pages:
        first, last = self._requests(one)
        queries = (self._queries(one, first), self._queries(one, last))
        pages = Pages(one.label, *_seconds(first, last, TIMES), queries)
        return pages if pages.ratio <= BAR else Pages(one.label, *_seconds(first, last, 3 * TIMES), queries)

    def _queries(self, one: ApiList, request: Callable[[], Any]) -> int:
        """Makes sure that it is a page, too."""
        with CaptureQueriesContext(connection) as captured:
            answer = request()
        document = answer.json()
        assert answer.status_code == 200, (one.label, document)
        (rows,) = (value for value in document.values() if isinstance(value, list))
        assert len(rows) == SIZE, (one.label, len(rows))
        return len(captured)

    def _requests(self, one: ApiList) -> tuple[Callable[[], Any], Callable[[], Any]]:
        path = one.path.removeprefix("/api/")
        url = one.path.format(
            id=self._ids.get(path.split("/{")[0].rpartition("/")[2]), facility_ref=self._facility
        )
        if one.sort is not None:
            before_last = self._client.post(url, one.body(last=SIZE + 1), format="json").json()
            cursor = before_last["pageInfo"]["startCursor"]
            return (
                lambda: self._client.post(url, one.body(size=SIZE), format="json"),
                lambda: self._client.post(url, one.body(size=SIZE, after=cursor), format="json"),
            )
        query = {**one.query, "size": str(SIZE)}
        if path.endswith("historylogs"):
            query["filterConsecutiveDuplicates"] = "false"
        start = self._before_last(path, one.order_by)
        return (
            lambda: self._client.get(url, query),
            lambda: self._client.get(url, {**query, "startAfterId": start}),
        )

    def _before_last(self, path: str, order_by: str) -> str:
        """The id of the row in front of the last page."""
        rows = self._rows[path]
        if path == "processes/{id}/historylogs":
            document = self._client.get(
                f"/api/processes/{self._ids['processes']}/historylogs",
                {"orderBy": order_by or "TIMESTAMP_ASC", "size": 500, "filterConsecutiveDuplicates": "false"},
            ).json()
            return str(document["historyLogs"][-SIZE - 1]["id"])
        if path == "stocks/summaries":
            return str(rows.order_by("-tenant_article_id").values_list("tenant_article_id", flat=True)[SIZE])
        if path == "waitingroom":
            return str(rows.order_by("-rank").values_list("pk", flat=True)[SIZE])
        if order_by and order_by != "CREATED":
            name, _, direction = order_by.rpartition("_")
            columns = COLUMNS[path]
            column = columns.get(order_by) or columns[name]
            value = F(column)
            backward = (
                (value.asc(nulls_first=True), "pk")
                if direction == "DESC"
                else (value.desc(nulls_first=True), "-pk")
            )
            return str(rows.order_by(*backward).values_list("pk", flat=True)[SIZE])
        return str(rows.order_by("-pk").values_list("pk", flat=True)[SIZE])
