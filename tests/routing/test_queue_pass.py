"""The pass over the queue of plans to be decided (R1, R2, R4, R5, R10)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from routing.models import ReleaseTrigger, RoutingPlan
from routing.passes import claims, queue, release
from routing.passes.queue import route_queue
from routing.services import strategies
from routing.services.rerouting import retry_not_routable
from tests.routing.builders import add_stock, facility, listing, order, statuses
from tests.routing.strategy_calls import condition, node
from tests.scenarios.fixtures import books_agree

__all__ = ["books_agree"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin() -> Any:
    place = facility("Berlin")
    listing(place, "SKU")
    return place


def test_an_order_that_comes_by_itself_takes_few_statements(
    api: Any, berlin: Any, django_assert_num_queries: Any
) -> None:
    """T9. Token, savepoint, articles, order, lines, event, who subscribed, settings, plan, its lines, release."""

    def place() -> int:
        body = {
            "orderDate": "2026-05-01T08:00:00Z",
            "consumer": {"addresses": [{"street": "Hof", "postalCode": "1", "city": "Ulm", "country": "DE"}]},
            "orderLineItems": [
                {"article": {"tenantArticleId": key, "title": key}, "quantity": 1}
                for key in ("SKU", "B", "C")
            ],
        }
        return int(api.post("/api/orders", body).status_code)

    assert place() == 201  # makes the articles, and notes when the token was used
    with django_assert_num_queries(11):
        assert place() == 201


def test_stock_that_came_for_those_who_wait_is_not_given_to_a_newcomer(berlin: Any) -> None:
    """R10, E19b"""
    first = order({"SKU": 2}, day=0)
    route_queue()
    add_stock(berlin, "SKU", 2)
    newcomer = order({"SKU": 2}, day=1)

    route_queue()

    assert statuses(first, newcomer) == ["ROUTED", "WAITING"]


def test_a_newcomer_waits_in_the_queue_while_another_worker_serves_its_article(
    berlin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R10"""
    monkeypatch.setattr(queue, "PATIENCE_SECONDS", 0.05)
    first = order({"SKU": 2}, day=0)
    route_queue()
    add_stock(berlin, "SKU", 3)
    other = claims.claim()
    assert other is not None
    newcomer = order({"SKU": 1}, day=1)

    assert route_queue() == 0
    assert statuses(newcomer) == ["INITIAL"]

    release.serve(other)
    assert route_queue() == 1
    assert statuses(first, newcomer) == ["ROUTED", "ROUTED"]


def test_a_newcomer_for_another_article_does_not_wait(berlin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """R10 concerns the articles of the plan"""
    monkeypatch.setattr(queue, "PATIENCE_SECONDS", 0.05)
    listing(berlin, "OTHER")
    order({"SKU": 2})
    route_queue()
    add_stock(berlin, "SKU", 2)
    assert claims.claim() is not None
    newcomer = order({"OTHER": 1})

    route_queue()

    assert statuses(newcomer) == ["WAITING"]
    ReleaseTrigger.objects.all().delete()


def test_a_plan_that_cannot_be_decided_does_not_block_the_queue(
    berlin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """spec 8, trap: it is tried again later, and those behind it are decided"""
    plans = [order(day=day) for day in range(3)]
    decide = queue.decide

    def fail_for_the_first(plan: Any, *args: Any) -> Any:
        if plan.id == plans[0].id:
            raise RuntimeError("a defect")
        return decide(plan, *args)

    monkeypatch.setattr(queue, "decide", fail_for_the_first)
    route_queue()
    assert statuses(*plans) == ["INITIAL", "WAITING", "WAITING"]

    monkeypatch.setattr(queue, "decide", decide)
    RoutingPlan.objects.filter(id=plans[0].id).update(queued_at=timezone.now())
    route_queue()
    assert statuses(*plans) == ["WAITING"] * 3


def test_plans_of_one_chunk_do_not_get_the_same_units(berlin: Any) -> None:
    """W11: availability is decremented as the chunk goes along"""
    add_stock(berlin, "SKU", 3)
    plans = [order({"SKU": 2}, day=day) for day in range(2)]

    route_queue()

    assert statuses(*plans) == ["ROUTED", "WAITING"]


def test_a_retry_decides_everything_that_is_not_routable_again(berlin: Any) -> None:
    """R5"""
    listing(berlin, "RARE", behaviour="NONE")
    plan = order({"RARE": 1})
    route_queue()
    assert statuses(plan) == ["NOT_ROUTABLE"]
    add_stock(berlin, "RARE", 1)
    route_queue()
    assert statuses(plan) == ["NOT_ROUTABLE"]

    assert retry_not_routable() == 1
    route_queue()

    assert statuses(plan) == ["ROUTED"]


def test_an_order_for_what_nobody_lists_is_not_routable() -> None:
    """F5, R5"""
    plan = order({"UNKNOWN": 1})

    route_queue()

    plan.refresh_from_db()
    (line,) = plan.lines.all()
    missing = {"code": "NO_CANDIDATE", "missing": {str(line.article_id): 1}}
    assert (plan.status, plan.reason) == ("NOT_ROUTABLE", missing)


def test_the_number_of_queries_does_not_depend_on_the_number_of_plans(berlin: Any) -> None:
    """spec 8: hot paths never run a query per plan"""

    def queries_for(plans: int) -> int:
        add_stock(berlin, "SKU", plans)
        release.serve_waiting_room()
        for day in range(plans):
            order(day=day)
        order({"SKU": 99})
        with CaptureQueriesContext(connection) as captured:
            assert route_queue() == plans + 1
        return len(captured)

    queries_for(2)  # a new site makes its strategy and its settings first
    assert queries_for(30) == queries_for(3)
    without = queries_for(3)

    strategy = strategies.strategy_in_use()
    root = {**strategy.document["rootNode"], "nextCondition": condition(node("FACILITY-COUNTRY"))}
    strategies.replace_strategy(
        strategy_id=strategy.id,
        version=strategy.version,
        name_localized=strategy.name_localized,
        document={"rootNode": root},
    )
    assert without < queries_for(30) == queries_for(3), (
        "conditions ask orders and their lines, all at once (R1)"
    )
