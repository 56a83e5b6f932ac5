"""R5, R6, R8, R9 (spec 3): what becomes of a plan that nobody can take, as time passes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.core.models import DomainEvent
from routing.models import DecisionLog
from routing.passes import sweeping
from tests.scenarios.shop import JSON, Order, Shop

SWEEP = "routing.sweep"


@pytest.fixture
def later(time_machine: Any, shop: Shop) -> Any:
    """``later(hours=1)``: so much time passes, and then the sweep runs, as it does every minute."""
    begun = timezone.now()
    passed = timedelta()

    def move(**time: float) -> None:
        nonlocal passed
        passed += timedelta(**time)
        time_machine.move_to(begun + passed, tick=False)
        shop.work(SWEEP)

    time_machine.move_to(begun, tick=False)
    return move


def configure(shop: Shop, *, fallback: JSON | None = None, **configuration: Any) -> None:
    """Sets the global configuration of the strategy in use, and the fallback facility of its root node."""
    strategies = shop.get("routing/strategies")["routingStrategies"]
    strategy = next(strategy for strategy in strategies if strategy["inUse"])
    strategy["globalConfiguration"].update(configuration)
    if fallback is not None:
        strategy["rootNode"]["config"]["fallbackFacility"] = fallback
    shop.call("put", f"routing/strategies/{strategy['id']}", strategy)


def falls_back_to(shop: Shop, facility: str, after: str = "PT0H", *, active: bool = True) -> None:
    configure(
        shop,
        fallback={"active": active, "facilityRefs": [shop.id_of(facility)], "fallbackAfterTime": after},
    )


def told(order: Order) -> list[str]:
    """The events of the order's plans, in their order."""
    events = DomainEvent.objects.filter(process_id=order.id, resource_type="ROUTING_PLAN").order_by("id")
    return list(events.values_list("name", flat=True))


def written(shop: Shop) -> list[str]:
    """What one sweep writes about plans."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        shop.work(SWEEP)
    return [
        query["sql"]
        for query in queries
        if query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) and "routing_" in query["sql"]
    ]


class TestRetryWindow:
    """R5."""

    def test_without_a_window_nothing_is_retried(self, shop: Shop, later: Any) -> None:
        shop.listing("A", "SKU")
        order = shop.order({"SKU": 1})
        assert order.status == "NOT_ROUTABLE"

        shop.stock("A", "SKU", 1)
        later(minutes=1)

        assert order.status == "NOT_ROUTABLE"
        assert order.plan["routingRun"] == 1

    def test_retryable_until_the_time_since_the_first_attempt_has_passed(
        self, shop: Shop, later: Any
    ) -> None:
        configure(shop, stopRoutingAttemptsAfterTime="PT8H")
        shop.listing("A", "SKU")
        order = shop.order({"SKU": 1})
        first = order.plan
        assert (first["status"], first["consolidatedStatus"]) == ("RETRYABLE", "RETRYABLE")
        assert first["shipmentStatus"] == "CUSTOMER_CARE"

        later(hours=7, minutes=59)
        assert order.status == "RETRYABLE"

        later(minutes=1)
        last = order.plan
        assert (last["status"], last["consolidatedStatus"]) == ("NOT_ROUTABLE", "NOT_ROUTABLE")
        assert last["firstRoutingAttempt"] == first["firstRoutingAttempt"]
        assert last["routingRun"] == 2
        assert told(order) == ["ROUTING_PLAN_RETRYABLE", "ROUTING_PLAN_NOT_ROUTABLE"]

        shop.stock("A", "SKU", 1)
        later(minutes=1)
        assert order.status == "NOT_ROUTABLE"

    def test_a_sweep_routes_what_can_go_by_now(self, shop: Shop, later: Any) -> None:
        configure(shop, stopRoutingAttemptsAfterTime="PT8H")
        shop.listing("A", "SKU")
        order = shop.order({"SKU": 1})

        shop.stock("A", "SKU", 1)
        assert order.status == "RETRYABLE"
        later(minutes=1)

        assert (order.status, order.facility) == ("ROUTED", "A")
        assert order.plan["consolidatedStatus"] == "ROUTED"

    def test_a_sweep_parks_what_may_wait_by_now(self, shop: Shop, later: Any) -> None:
        configure(shop, stopRoutingAttemptsAfterTime="PT8H")
        shop.listing("A", "SKU")
        order = shop.order({"SKU": 1})

        shop.listing("A", "SKU", behaviour="BACKORDER")
        later(minutes=1)

        assert order.status == "WAITING"

    def test_the_same_reason_again_writes_nothing(self, shop: Shop, later: Any) -> None:
        """Spec 8: no useless writes. Another reason is news."""
        configure(shop, stopRoutingAttemptsAfterTime="PT8H")
        shop.listing("A", "SKU")
        order = shop.order({"SKU": 2})
        before = order.plan

        later(minutes=1)
        assert written(shop) == []
        assert order.plan == before
        assert told(order) == ["ROUTING_PLAN_RETRYABLE"]

        shop.stock("A", "SKU", 1)
        later(minutes=1)
        assert (order.status, order.plan["routingRun"]) == ("RETRYABLE", 2)
        assert order.plan["sentence"] == "A lacks 1 of SKU, which cannot wait there."
        assert DecisionLog.objects.filter(plan__order_id=order.id).count() == 2

    def test_in_release_order_the_first_one_gets_what_there_is(self, shop: Shop, later: Any) -> None:
        configure(shop, stopRoutingAttemptsAfterTime="PT8H")
        shop.listing("A", "SKU")
        second = shop.order({"SKU": 1}, date="2026-05-02")
        first = shop.order({"SKU": 1}, date="2026-05-01")

        shop.stock("A", "SKU", 1)
        later(minutes=1)

        assert (first.status, second.status) == ("ROUTED", "RETRYABLE")

    def test_by_hand_both_kinds_are_retried(self, shop: Shop, later: Any) -> None:
        """R5: ``retrynotroutable`` tries RETRYABLE and NOT_ROUTABLE plans again."""
        shop.listing("A", "SKU")
        given_up = shop.order({"SKU": 1})
        configure(shop, stopRoutingAttemptsAfterTime="PT8H")
        retried = shop.order({"SKU": 1})
        assert (given_up.status, retried.status) == ("NOT_ROUTABLE", "RETRYABLE")

        shop.stock("A", "SKU", 2)
        shop.retry()

        assert (given_up.status, retried.status) == ("ROUTED", "ROUTED")

    def test_many_are_retried_with_as_many_statements_as_few(self, shop: Shop, later: Any) -> None:
        configure(shop, stopRoutingAttemptsAfterTime="PT8H")
        shop.listing("A", "SKU")

        def statements() -> int:
            with CaptureQueriesContext(connection) as queries:
                shop.work(SWEEP)
            return len(queries)

        shop.order({"SKU": 1})
        shop.work(SWEEP)
        few = statements()
        for _ in range(5):
            shop.order({"SKU": 1})
        assert statements() == few


class TestFallback:
    """R6."""

    def test_takes_over_when_the_time_has_passed_ignoring_fences(self, shop: Shop, later: Any) -> None:
        shop.strategy(country_active=True)
        shop.facility("F", country="FR")
        shop.stock("F", "SKU", 1)
        falls_back_to(shop, "F", "PT2H")
        order = shop.order({"SKU": 3})
        assert order.status == "NOT_ROUTABLE"

        later(hours=1, minutes=59)
        assert order.status == "NOT_ROUTABLE"
        later(minutes=1)

        plan = order.plan
        assert (plan["status"], order.facility, plan["consolidatedStatus"]) == ("ROUTED", "F", "ROUTED")
        assert [line["unbacked"] for line in order.pick_job["pickLineItems"]] == [2]
        assert shop.available("F", "SKU") == 0
        log = shop.decision_log(plan)
        assert log["reason"]["code"] == "FALLBACK"
        assert log["sentence"] == ("Routed to F, the fallback facility; 2 of SKU are not covered by stock.")
        assert told(order) == [
            "ROUTING_PLAN_NOT_ROUTABLE",
            "ROUTING_PLAN_ROUTED",
            "ROUTING_PLAN_FALLBACK",
        ]

    def test_time_counts_from_when_it_became_not_routable(self, shop: Shop, later: Any) -> None:
        """R5, R6: the retry window comes first; a retry in vain does not begin the time anew."""
        configure(shop, stopRoutingAttemptsAfterTime="PT1H")
        shop.listing("A", "SKU")
        shop.facility("F")
        falls_back_to(shop, "F", "PT2H")
        order = shop.order({"SKU": 1})

        later(hours=1)
        assert order.status == "NOT_ROUTABLE"
        later(hours=1)
        shop.retry()
        assert order.status == "NOT_ROUTABLE"
        later(hours=1)

        assert (order.status, order.facility) == ("ROUTED", "F")

    def test_at_once_when_no_time_is_given(self, shop: Shop, later: Any) -> None:
        configure(shop, stopRoutingAttemptsAfterTime="PT1H")
        shop.listing("A", "SKU")
        falls_back_to(shop, "B")
        order = shop.order({"SKU": 1})
        later(minutes=1)
        assert order.status == "RETRYABLE"

        later(hours=1)

        assert (order.status, order.facility) == ("ROUTED", "B")

    def test_never_takes_those_who_wait(self, shop: Shop, later: Any) -> None:
        shop.listing("A", "SKU", behaviour="BACKORDER")
        falls_back_to(shop, "B")
        order = shop.order({"SKU": 1})

        later(days=2)

        assert order.status == "WAITING"

    def test_never_takes_what_is_to_be_collected(self, shop: Shop, later: Any) -> None:
        shop.listing("A", "SKU")
        falls_back_to(shop, "B")
        order = shop.order({"SKU": 1}, collect="A")

        later(days=2)

        assert order.status == "NOT_ROUTABLE"

    @pytest.mark.parametrize("status", ["SUSPENDED", "OFFLINE"])
    def test_must_be_online(self, shop: Shop, later: Any, status: str) -> None:
        shop.listing("A", "SKU")
        falls_back_to(shop, "B")
        shop.set_status("B", status)
        order = shop.order({"SKU": 1})
        later(hours=1)
        assert order.status == "NOT_ROUTABLE"

        shop.set_status("B", "ONLINE")
        later(minutes=1)

        assert (order.status, order.facility) == ("ROUTED", "B")

    def test_an_inactive_one_takes_nothing(self, shop: Shop, later: Any) -> None:
        shop.listing("A", "SKU")
        falls_back_to(shop, "B", active=False)
        order = shop.order({"SKU": 1})

        later(hours=1)

        assert order.status == "NOT_ROUTABLE"

    def test_a_locked_order_gets_no_pick_job_until_it_is_unlocked(self, shop: Shop, later: Any) -> None:
        """R8."""
        shop.listing("A", "SKU")
        falls_back_to(shop, "B")
        order = shop.order({"SKU": 1}, status="LOCKED")

        later(minutes=1)

        assert (order.status, order.facility) == ("ROUTED", "B")
        assert order.plan["consolidatedStatus"] == "LOCKED"
        assert order.pick_jobs == []
        body = {"name": "UNLOCK", "version": order.document["version"]}
        shop.call("post", f"orders/{order.id}/actions", body)
        assert order.pick_job["status"] == "OPEN"
        assert order.plan["consolidatedStatus"] == "ROUTED"


def test_the_timeline_tells_in_words(shop: Shop, later: Any, screens_as: Any) -> None:
    """R5, R6: what the sweep did, as people read it."""
    configure(shop, stopRoutingAttemptsAfterTime="PT1H")
    shop.listing("A", "SKU")
    falls_back_to(shop, "B")
    order = shop.order({"SKU": 1})
    later(hours=1)

    page = screens_as("AGENT").get(f"/orders/{order.id}/").content.decode()

    for sentence in (
        "The plan could not be routed yet, and is tried again by itself. A lacks 1 of SKU, which cannot wait there.",
        "The plan could not be routed for too long, and went to the fallback facility B.",
    ):
        assert sentence in page
    assert "was routed to B" not in page


def test_a_step_that_fails_does_not_keep_the_sweep_from_the_others(
    shop: Shop, later: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W4: what failed is found again a minute later, and told."""
    configure(shop, stopRoutingAttemptsAfterTime="PT1H")
    shop.listing("A", "SKU")
    order = shop.order({"SKU": 1})
    shop.stock("A", "SKU", 1)

    def fail() -> None:
        raise RuntimeError("this step fails")

    monkeypatch.setattr(sweeping, "STEPS", (fail, *sweeping.STEPS))
    with pytest.raises(ExceptionGroup, match="did not get through"):
        shop.work(SWEEP)

    assert order.status == "ROUTED"
