"""What a subscriber is told of orders, plans, pick jobs and stock: what the API would answer (spec 5, "Events")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from backoffice.core.models import DomainEvent, WebhookDelivery
from backoffice.core.services.deliveries import deliver_later, resend
from tests.core.receiver import Receiver, receiving
from tests.core.test_subscriptions_api import EVENTS
from tests.scenarios.shop import Shop


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def subscribe(shop: Shop, receiver: Receiver) -> Any:
    """``subscribe(event, …, contexts=[…])``; what comes is in ``receiver``."""

    def to(*events: str, **fields: Any) -> None:
        shop.work()  # who listens hears what is done from now on, also while nobody has ordered
        for event in events:
            target = {"type": "WEBHOOK", "callbackUrl": f"{receiver.url}/{event}"}
            body = {"name": event, "event": event, "target": target, **fields}
            shop.call("post", "subscriptions", body, expect=201)

    return to


def told(receiver: Receiver, event: str) -> list[Any]:
    """The payloads that came for an event."""
    return [call.document["payload"] for call in receiver.calls if call.document["event"] == event]


def test_an_order_that_waits_and_goes(shop: Shop, receiver: Receiver, subscribe: Any) -> None:
    subscribe(*EVENTS)
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 2})
    waiting = order.plan
    assert told(receiver, "ORDER_CREATED") == [order.document]
    assert told(receiver, "ROUTING_PLAN_WAITING") == [waiting]

    shop.stock("A", "SKU", 5)
    routed = order.plan
    for event in ("ROUTING_PLAN_ROUTED", "ROUTING_PLAN_RELEASED"):
        assert told(receiver, event) == [routed], event
    assert told(receiver, "PICK_JOB_CREATED") == [order.pick_job]
    (level, *_) = told(receiver, "INVENTORY_FACILITY_STOCK_CHANGED")
    assert (level["facilityRef"], level["tenantArticleId"], level["stockOnHand"]) == (
        shop.id_of("A"),
        "SKU",
        5,
    )
    (reservation,) = told(receiver, "INVENTORY_RESERVATIONS_CREATED")
    assert reservation == shop.get("reservations")["reservations"][0]

    order.pick(SKU=2)
    assert [job["status"] for job in told(receiver, "PICK_JOB_PICKING_FINISHED")] == ["PICKED"]
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {"DELIVERED"}


def test_what_becomes_of_orders_by_hand(shop: Shop, receiver: Receiver, subscribe: Any) -> None:
    subscribe(*EVENTS)
    shop.stock("A", "SKU", 5)
    order = shop.order({"SKU": 1}, status="LOCKED")
    order.unlock()
    order.reroute()
    order.cancel()
    for event in ("ORDER_UNLOCKED", "ORDER_CANCELLED", "ROUTING_PLAN_CANCELLED", "PICK_JOB_CANCELED"):
        assert len(told(receiver, event)) == 1, event
    assert [plan["status"] for plan in told(receiver, "ROUTING_PLAN_REROUTEPLAN_CREATED")] == ["OBSOLETE"]
    assert len(told(receiver, "PICK_JOB_REROUTED")) == 1

    shop.order({"other": 1})
    assert [plan["status"] for plan in told(receiver, "ROUTING_PLAN_NOT_ROUTABLE")] == ["NOT_ROUTABLE"]


def test_stock_configurations_are_those_of_listings_that_changed(
    shop: Shop, receiver: Receiver, subscribe: Any
) -> None:
    subscribe("LISTINGS_STOCK_CONFIGURATIONS_CHANGED")
    shop.listing("A", "SKU")
    shop.change_listing("A", "SKU", price=3)
    assert receiver.calls == []
    shop.change_listing("A", "SKU", outOfStockBehaviour="BACKORDER")
    (call,) = receiver.calls
    assert call.document["payload"] == shop.read_listing("A", "SKU")


def test_a_subscription_for_one_facility_hears_of_no_other(
    shop: Shop, receiver: Receiver, subscribe: Any
) -> None:
    urn = "urn:fft:facility:tenantFacilityId:B"
    subscribe("PICK_JOB_CREATED", contexts=[{"type": "FACILITY", "values": [urn]}])
    shop.stock("A", "SKU", 1)
    shop.stock("B", "SKU", 1)
    jobs = [shop.order({"SKU": 1}).pick_job for _ in range(2)]
    assert told(receiver, "PICK_JOB_CREATED") == [
        job for job in jobs if job["facilityRef"] == shop.id_of("B")
    ]


def test_every_event_that_is_offered_is_rendered_or_told_by_its_facts(
    shop: Shop, receiver: Receiver, subscribe: Any, work: Any
) -> None:
    """Also those that nothing here brings about: a plan's day that changed, an order that expired."""
    subscribe("ROUTING_PLAN_DATE_CHANGED", "ORDER_CANCELLED_BY_EXPIRY")
    order = shop.order({"SKU": 1})
    for event, resource in (
        ("ROUTING_PLAN_DATE_CHANGED", order.plan["id"]),
        ("ORDER_CANCELLED_BY_EXPIRY", order.id),
    ):
        row = DomainEvent.objects.latest("id")
        row.pk, row._state.adding = None, True
        row.name, row.resource_id = event, resource
        row.save()
        deliver_later([row])
    work()
    assert told(receiver, "ORDER_CANCELLED_BY_EXPIRY") == [order.document]
    assert [plan["id"] for plan in told(receiver, "ROUTING_PLAN_DATE_CHANGED")] == [order.plan["id"]]


def test_what_was_delivered_can_be_sent_again_as_it_is_now(
    shop: Shop, receiver: Receiver, subscribe: Any, work: Any
) -> None:
    """Nothing of what was sent is kept: no copies of consumers' addresses."""
    subscribe("ORDER_CREATED")
    order = shop.order({"SKU": 1})
    order.cancel()
    resend(delivery_id=WebhookDelivery.objects.get().pk)
    work()
    assert [payload["status"] for payload in told(receiver, "ORDER_CREATED")] == ["OPEN", "CANCELLED"]
    assert len(set(receiver.event_ids)) == 1


def test_a_receiver_that_fails_or_lies_holds_up_nothing(
    shop: Shop, receiver: Receiver, subscribe: Any
) -> None:
    """Spec 8: webhook receivers slow, failing, lying. Releases go on, and the rest is told later."""
    receiver.answer = lambda _call: 500
    subscribe("ROUTING_PLAN_ROUTED", "ORDER_CREATED")
    shop.listing("A", "SKU", behaviour="BACKORDER")
    order = shop.order({"SKU": 2})
    shop.stock("A", "SKU", 5)
    assert order.status == "ROUTED"
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {"RETRYING"}
