"""R8 (spec 3), promises: an order is reserved until ``validUntil``, and then confirmed, extended, or expired."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from backoffice.core.models import DomainEvent
from inventory.models import Reservation
from orders.models import Order, PickJob
from routing.models import RoutingPlan
from tests.scenarios.shop import JSON, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(time_machine: Any) -> Callable[..., None]:
    """``later(minutes=1)``: that much time passes."""
    time_machine.move_to(timezone.now(), tick=False)

    def pass_by(**time: float) -> None:
        time_machine.move_to(timezone.now() + timedelta(**time), tick=False)

    return pass_by


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def line(article: str, quantity: int, available: int) -> JSON:
    return {"tenantArticleId": article, "title": article, "quantity": quantity, "available": available}


def refused(answer: Any) -> tuple[str, str]:
    (problem,) = answer
    return problem["code"], problem["field"]


def told_of(order: Any) -> list[str]:
    """The events of the order itself."""
    told = DomainEvent.objects.filter(resource_type="ORDER", resource_id=order.id)
    return list(told.order_by("id").values_list("name", flat=True))


class TestAPromise:
    def test_is_routed_and_reserved_and_says_from_where(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 5)

        promise = shop.promise({"SKU": 2}, minutes=30)

        (shipment,) = promise.answer["shipToCustomer"]
        assert shipment["facility"] == {
            "facilityRef": shop.id_of("A"),
            "facilityName": "A",
            "tenantFacilityId": "A",
        }
        assert (shipment["lineItems"], shipment["carriers"]) == ([line("SKU", 2, 2)], [])
        assert "backOrdered" not in promise.answer
        assert promise.answer["orderVersion"] == promise.document["version"] == 1
        assert promise.answer["promisesOptions"]["validUntil"] == promise.valid_until
        assert promise.document["status"] == "PROMISED"
        assert (promise.status, promise.plan["consolidatedStatus"]) == ("ROUTED", "LOCKED")
        assert (shop.available("A", "SKU"), promise.pick_jobs) == (3, [])
        assert told_of(promise) == ["DELIVERY_PROMISE_CREATED"]

    def test_holds_for_half_an_hour_unless_told(self, shop: Shop, later: Callable[..., None]) -> None:
        shop.stock("A", "SKU", 1)
        now = timezone.now()
        assert moment(shop.promise({"SKU": 1}).valid_until) == now.replace(
            microsecond=now.microsecond // 1000 * 1000
        ) + timedelta(minutes=30)

    def test_of_a_split_order_names_each_shipment_and_what_waits(self, shop: Shop) -> None:
        """S4: what waits is not reserved anywhere."""
        shop.strategy(active=True, maxSplitCount=3)
        shop.stock("A", "X", 1)
        shop.stock("B", "Y", 1)
        shop.listing("A", "Z", behaviour="BACKORDER")

        promise = shop.promise({"X": 1, "Y": 1, "Z": 2})

        shipments = {
            one["facility"]["facilityName"]: one["lineItems"] for one in promise.answer["shipToCustomer"]
        }
        assert shipments == {"A": [line("X", 1, 1)], "B": [line("Y", 1, 1)]}
        (waiting,) = promise.answer["backOrdered"]["lineItems"]
        assert waiting == {**line("Z", 2, 0), "outOfStockBehaviour": "BACKORDER"}

    def test_to_collect_says_when_it_is_ready(self, shop: Shop, later: Callable[..., None]) -> None:
        """Around the clock, four hours after picking may begin: what a facility needs unless configured."""
        shop.stock("A", "SKU", 1)
        ready = timezone.now() + timedelta(hours=4)
        promise = shop.promise({"SKU": 1}, collect="A")
        collect = promise.answer["collect"]
        assert (collect["facility"]["facilityName"], collect["lineItems"]) == ("A", [line("SKU", 1, 1)])
        assert abs(moment(collect["targetTime"]) - ready) < timedelta(seconds=1)

    def test_of_what_nobody_has_promises_nothing(self, shop: Shop) -> None:
        shop.listing("A", "SKU")
        promise = shop.promise({"SKU": 1})
        assert promise.status == "NOT_ROUTABLE"
        assert set(promise.answer) == {"orderRef", "orderVersion", "promisesOptions"}

    def test_names_a_preorder_start(self, shop: Shop) -> None:
        """B4"""
        start = "2036-05-01T00:00:00.000Z"
        config = {"preorder": {"availabilityTimeframe": {"start": start}}}
        shop.listing("A", "SKU", behaviour="PREORDER", config=config)
        shop.stock("A", "SKU", 1)
        (shipment,) = shop.promise({"SKU": 1}).answer["shipToCustomer"]
        assert shipment["lineItems"][0]["availabilityTimeframe"] == {"start": start}

    @pytest.mark.parametrize(
        ("minutes", "expect"), [(0.99, 400), (1, 201), (480, 201), (480.1, 400), (-5, 400)]
    )
    def test_holds_from_one_minute_to_eight_hours(
        self, shop: Shop, later: Callable[..., None], minutes: float, expect: int
    ) -> None:
        """Spec 5"""
        shop.stock("A", "SKU", 1)
        promise = shop.promise({"SKU": 1}, minutes=minutes, expect=expect)
        if expect == 400:
            assert refused(promise.answer) == ("OUT_OF_RANGE", "promisesOptions.validUntil")
        assert Order.objects.count() == (expect == 201)

    def test_keeps_its_tenant_order_id_from_others(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 3)
        shop.promise({"SKU": 1}, tenantOrderId="R-1")
        again = shop.promise({"SKU": 1}, tenantOrderId="R-1", expect=409)
        assert refused(again.answer) == ("TENANT_ORDER_ID_TAKEN", "tenantOrderId")
        shop.order({"SKU": 1}, tenant_order_id="R-1", expect=409)
        assert (Order.objects.count(), shop.available("A", "SKU")) == (1, 2)

    @pytest.mark.parametrize("wrong", ["pricing", "source", "promiseOptions"])
    def test_takes_no_unknown_key(self, shop: Shop, wrong: str) -> None:
        promise = shop.promise({"SKU": 1}, expect=400, **{wrong: {}})
        assert refused(promise.answer) == ("UNKNOWN_FIELD", wrong)
        assert not Order.objects.exists()

    def test_is_not_placed_as_an_order(self, shop: Shop) -> None:
        answer = shop.promise({"SKU": 1}, status="LOCKED", expect=400).answer
        assert refused(answer) == ("INVALID_CHOICE", "status")
        shop.order({"SKU": 1}, status="PROMISED", expect=400)
        assert not Order.objects.exists()

    def test_waits_its_turn_behind_those_who_came_before(self, shop: Shop, monkeypatch: Any) -> None:
        """R10: stock that came for those who wait is not taken by a newcomer, who is decided by the workers then."""
        monkeypatch.setattr("routing.services.promising.PATIENCE_SECONDS", 0)
        shop.listing("A", "SKU", behaviour="BACKORDER")
        waiting = shop.order({"SKU": 1})
        shop.stock("A", "SKU", 1, drain=False)

        promise = shop.promise({"SKU": 1})

        assert set(promise.answer) == {"orderRef", "orderVersion", "promisesOptions"}
        assert (waiting.status, promise.status) == ("ROUTED", "WAITING")

    def test_does_not_jump_the_queue(self, shop: Shop, monkeypatch: Any) -> None:
        monkeypatch.setattr("routing.services.promising.PATIENCE_SECONDS", 0)
        shop.bulk_stock([("A", "SKU", 1), ("A", "OTHER", 1)])
        first = shop.order({"SKU": 1}, drain=False)
        second = shop.order({"OTHER": 1}, drain=False)
        elsewhere = shop.promise({"THIRD": 1})
        assert elsewhere.status == "NOT_ROUTABLE"
        assert (first.status, second.status) == ("ROUTED", "ROUTED")

        shop.stock("A", "SKU", 2)
        first = shop.order({"SKU": 1}, drain=False)
        late = shop.promise({"SKU": 1})
        assert "shipToCustomer" not in late.answer
        assert (first.status, late.status) == ("ROUTED", "NOT_ROUTABLE")


class TestConfirming:
    def test_makes_an_order_of_it(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 2)
        promise = shop.promise({"SKU": 2})

        answer = promise.confirm()

        assert (answer["status"], answer["version"]) == ("OPEN", 2)
        assert (promise.pick_job["status"], promise.pick_job["facilityRef"]) == ("OPEN", shop.id_of("A"))
        assert promise.plan["consolidatedStatus"] == "ROUTED"
        assert shop.available("A", "SKU") == 0
        assert told_of(promise) == ["DELIVERY_PROMISE_CREATED", "ORDER_CREATED_FROM_PROMISE"]

    def test_may_name_the_order(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 3)
        other = shop.order({"SKU": 1})
        promise = shop.promise({"SKU": 1}, tenantOrderId="cart-7")
        taken = promise.confirm(tenantOrderId=other.tenant_order_id, expect=409)
        assert refused(taken) == ("TENANT_ORDER_ID_TAKEN", "tenantOrderId")
        assert (promise.document["status"], promise.pick_jobs) == ("PROMISED", [])

        assert promise.confirm(tenantOrderId="R-7")["tenantOrderId"] == "R-7"
        assert promise.pick_job["tenantOrderId"] == "R-7"

    def test_leaves_what_waits_where_it_is(self, shop: Shop) -> None:
        """Its part of the waiting room is released without a pick job before, and with one after."""
        shop.listing("A", "SKU", behaviour="BACKORDER")
        before, after = shop.promise({"SKU": 1}), shop.promise({"SKU": 1})
        assert (before.status, after.status) == ("WAITING", "WAITING")
        shop.stock("A", "SKU", 1)
        assert (before.status, before.plan["consolidatedStatus"], before.pick_jobs) == (
            "ROUTED",
            "LOCKED",
            [],
        )

        before.confirm()
        after.confirm()
        assert (before.pick_job["status"], after.status) == ("OPEN", "WAITING")
        shop.stock("A", "SKU", 2)
        assert (after.status, after.pick_job["status"]) == ("ROUTED", "OPEN")

    def test_is_for_promises_alone(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 2)
        promise = shop.promise({"SKU": 1})
        promise.unlock(expect=409)
        promise.confirm()
        assert refused(promise.confirm(expect=409)) == ("STATE_CONFLICT", "status")
        assert refused(promise.extend(expect=409)) == ("STATE_CONFLICT", "status")
        assert PickJob.objects.count() == 1

    def test_needs_the_version_that_there_is(self, shop: Shop) -> None:
        shop.stock("A", "SKU", 1)
        promise = shop.promise({"SKU": 1})
        promise.extend()
        body = {"name": "CONFIRM_PROMISE", "version": 1}
        (problem,) = shop.call("post", f"orders/{promise.id}/actions", body, expect=409)
        assert (problem["code"], problem["version"]) == ("VERSION_CONFLICT", 2)
        assert promise.pick_jobs == []


class TestExtending:
    def test_moves_the_end(self, shop: Shop, later: Callable[..., None]) -> None:
        shop.stock("A", "SKU", 1)
        promise = shop.promise({"SKU": 1}, minutes=10)
        end = moment(promise.valid_until)

        later(minutes=5)
        assert moment(promise.extend()["promisesOptions"]["validUntil"]) == end + timedelta(minutes=30)
        promise.extend(minutes=60)
        assert abs(moment(promise.valid_until) - timezone.now() - timedelta(hours=1)) < timedelta(seconds=1)
        assert refused(promise.extend(minutes=481, expect=400)) == (
            "OUT_OF_RANGE",
            "promisesOptions.validUntil",
        )
        assert told_of(promise) == ["DELIVERY_PROMISE_CREATED", *["DELIVERY_PROMISE_EXTENDED"] * 2]

    def test_without_a_moment_stops_at_eight_hours(self, shop: Shop, later: Callable[..., None]) -> None:
        shop.stock("A", "SKU", 1)
        promise = shop.promise({"SKU": 1}, minutes=470)
        promise.extend()
        assert abs(moment(promise.valid_until) - timezone.now() - timedelta(hours=8)) < timedelta(seconds=1)


class TestExpiring:
    def test_cancels_and_frees(self, shop: Shop, later: Callable[..., None]) -> None:
        """Those who wait for the units get them; the number may be used again."""
        shop.listing("A", "SKU", behaviour="BACKORDER")
        shop.stock("A", "SKU", 2)
        promise = shop.promise({"SKU": 2}, minutes=10, tenantOrderId="R-1")
        waiting = shop.order({"SKU": 1})

        later(minutes=9)
        shop.work("routing.sweep")
        assert (promise.document["status"], waiting.status) == ("PROMISED", "WAITING")

        later(minutes=1)
        assert refused(promise.confirm(expect=409)) == ("PROMISE_EXPIRED", "status")
        assert refused(promise.extend(expect=409)) == ("PROMISE_EXPIRED", "status")
        shop.work("routing.sweep")

        assert (promise.document["status"], promise.document["version"]) == ("CANCELLED", 2)
        assert (promise.plan["status"], waiting.status) == ("CANCELED", "ROUTED")
        assert shop.available("A", "SKU") == 1
        assert told_of(promise) == ["DELIVERY_PROMISE_CREATED", "ORDER_CANCELLED_BY_EXPIRY"]
        assert not PickJob.objects.filter(order=promise.id).exists()
        shop.promise({"SKU": 1}, tenantOrderId="R-1")

        shop.work("routing.sweep")
        assert told_of(promise).count("ORDER_CANCELLED_BY_EXPIRY") == 1

    def test_ends_every_part(self, shop: Shop, later: Callable[..., None]) -> None:
        """What is parked, what is routed, and what nobody has decided about yet."""
        shop.strategy(active=True, maxSplitCount=3)
        shop.stock("A", "X", 1)
        shop.listing("A", "Z", behaviour="BACKORDER")
        split = shop.promise({"X": 1, "Z": 1}, minutes=5)
        assert sorted(part[0] for part in split.parts) == ["ROUTED", "WAITING"]
        unroutable = shop.promise({"NONE": 1}, minutes=5)
        confirmed = shop.promise({"NONE": 1}, minutes=5)
        confirmed.confirm()

        later(minutes=6)
        shop.work("routing.sweep")

        assert {part[0] for part in split.parts} == {"CANCELED"}
        assert (unroutable.status, confirmed.status) == ("CANCELED", "NOT_ROUTABLE")
        assert not Reservation.objects.exists()
        assert set(RoutingPlan.objects.exclude(order=confirmed.id).values_list("status", flat=True)) == {
            "CANCELED"
        }

    def test_one_that_cannot_be_cancelled_does_not_keep_the_others(
        self, shop: Shop, later: Callable[..., None], monkeypatch: Any
    ) -> None:
        from routing.services import cancelling

        bad, good = shop.promise({"SKU": 1}, minutes=5), shop.promise({"SKU": 1}, minutes=5)
        cancel = cancelling.cancel_plans

        def fail(plans: Any, **options: Any) -> None:
            if any(str(plan.order_id) == bad.id for plan in plans):
                raise RuntimeError("broken")
            cancel(plans, **options)

        monkeypatch.setattr(cancelling, "cancel_plans", fail)
        later(minutes=6)
        shop.work("routing.sweep")
        assert (bad.document["status"], good.document["status"]) == ("PROMISED", "CANCELLED")


def test_who_may_place_orders_may_promise_and_confirm(shop: Shop, api_as: Any, anonymous: Any) -> None:
    shop.stock("A", "SKU", 1)
    promise = shop.promise({"SKU": 1})
    path, body = f"/api/orders/{promise.id}/actions", {"name": "CONFIRM_PROMISE", "version": 1}
    for client, status in ((anonymous, 401), (api_as("VIEWER"), 403)):
        assert client.post("/api/promises/deliverypromise", {}, format="json").status_code == status
        assert client.post(path, body, format="json").status_code == status
    agent = api_as("AGENT")
    assert agent.post("/api/promises/deliverypromise", {}, format="json").status_code == 400
    assert agent.post(path, body, format="json").status_code == 200
