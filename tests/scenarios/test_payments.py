"""Spec 4, K14: a release and the money that is held for its order (W9)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.orders.gatewayserver import SECRET, GatewayServer, answering, gateway_server
from tests.scenarios.shop import JSON, Order, Shop

EUR = {"paymentInfo": {"currency": "EUR"}}
TASK = "orders.payments"


def turn_on(shop: Shop, *, on: bool = True) -> None:
    path = "configurations/waitingroom"
    change = {"version": shop.get(path)["version"], "paymentVoidAndReauth": on}
    shop.call("put", path, change)


def lines(**articles: tuple[int, float]) -> list[JSON]:
    return [
        {
            "article": {"tenantArticleId": article, "title": article},
            "quantity": quantity,
            "shopPrice": price,
        }
        for article, (quantity, price) in articles.items()
    ]


def pay(order: Order, amount: float, **fields: Any) -> JSON:
    body = {"amount": amount, "currency": "EUR", "gatewayReference": "shop-1", **fields}
    payment: JSON = order.shop.call("post", f"orders/{order.id}/payments", body, expect=201)
    return payment


def payments(order: Order) -> list[JSON]:
    found: list[JSON] = order.shop.get(f"orders/{order.id}/payments")["payments"]
    return found


def sums(order: Order) -> list[tuple[str, float]]:
    return [(payment["status"], payment["amount"]) for payment in payments(order)]


def told(shop: Shop, order: Order) -> list[str]:
    """The order's payment and pick job events, oldest first."""
    events = shop.get("events", processRef=order.id, size=200)["events"]
    return [event["event"] for event in events if event["event"].startswith(("PAYMENT", "PICK_JOB"))]


@pytest.fixture
def waiting(shop: Shop) -> Order:
    """K7's plan: 5 KTP at 20.00 each, paid with 100.00, waiting at A."""
    shop.listing("A", "KTP", behaviour="BACKORDER")
    order = shop.order({}, orderLineItems=lines(KTP=(5, 20)), **EUR)
    pay(order, 100)
    assert order.status == "WAITING"
    return order


@pytest.fixture
def gateway(settings: Any) -> Iterator[GatewayServer]:
    with gateway_server() as server:
        settings.PAYMENT_GATEWAY, settings.PAYMENT_GATEWAY_URL = "http", server.url
        settings.PAYMENT_GATEWAY_SECRET, settings.PAYMENT_GATEWAY_TIMEOUT = SECRET, 5
        yield server


def test_k14_on_the_payment_is_voided_and_authorised_again(shop: Shop, waiting: Order) -> None:
    """K14, setting on, and the ledger, which needs nobody: void, authorise, and the pick job is open."""
    turn_on(shop)

    shop.stock("A", "KTP", 5)

    (voided, new) = payments(waiting)
    assert (voided["status"], voided["amount"]) == ("VOIDED", 100)
    assert (new["status"], new["amount"], new["currency"]) == ("AUTHORISED", 100, "EUR")
    assert new["reference"] == waiting.plan["id"]
    assert new["replacesRef"] == voided["id"]
    assert new["originalReference"] == "shop-1"
    assert (waiting.status, waiting.pick_job["status"]) == ("ROUTED", "OPEN")
    assert "statusReason" not in waiting.pick_job
    assert told(shop, waiting) == [
        *("PAYMENT_AUTHORISED", "PICK_JOB_CREATED", "PAYMENT_VOIDED", "PAYMENT_AUTHORISED"),
        "PICK_JOB_OPENED",
    ]
    done = shop.get("paymentoperations", orderRef=waiting.id)["paymentOperations"]
    assert [(one["operation"], one["status"], one["gateway"]) for one in done] == [
        ("VOID", "DONE", "ledger"),
        ("AUTHORISE", "DONE", "ledger"),
    ]


def test_k14_off_the_payment_is_left_alone(shop: Shop, waiting: Order) -> None:
    before = payments(waiting)

    shop.stock("A", "KTP", 5)

    assert payments(waiting) == before
    assert (waiting.status, waiting.pick_job["status"]) == ("ROUTED", "OPEN")
    assert shop.get("paymentoperations")["total"] == 0


def test_k14_gateway_down_the_release_stands_held_flagged_and_retried(
    shop: Shop, waiting: Order, gateway: GatewayServer, settings: Any, work: Callable[..., None]
) -> None:
    """K14, gateway down: ROUTED with its stock, the pick job held; a later attempt opens it."""
    turn_on(shop)
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        settings.PAYMENT_GATEWAY_URL = f"http://127.0.0.1:{reserved.getsockname()[1]}/"
        shop.stock("A", "KTP", 5)

    job = waiting.pick_job
    assert (waiting.status, waiting.facility, shop.available("A", "KTP")) == ("ROUTED", "A", 0)
    assert job["status"] == "WAITING_FOR_INPUT"
    assert job["statusReason"] == "The gateway could not be reached (ConnectionRefusedError)."
    assert sums(waiting) == [("AUTHORISED", 100), ("PENDING", 100)]
    assert payments(waiting)[0]["error"] == job["statusReason"]
    assert told(shop, waiting)[-1] == "PAYMENT_FAILED"

    settings.PAYMENT_GATEWAY_URL = gateway.url
    work(TASK)  # it is not time yet
    assert gateway.calls == []
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        work(TASK)

    assert gateway.asked == [("VOID", "100.00"), ("AUTHORISE", "100.00")]
    assert sums(waiting) == [("VOIDED", 100), ("AUTHORISED", 100)]
    assert list(gateway.holds) == [payments(waiting)[1]["id"]]
    assert (waiting.pick_job["id"], waiting.pick_job["status"]) == (job["id"], "OPEN")
    assert "error" not in payments(waiting)[0]


def test_a_declined_authorisation_holds_the_job_until_somebody_has_it_tried_again(
    shop: Shop, waiting: Order, gateway: GatewayServer
) -> None:
    """W9: a no is flagged, and the next attempt is another request, with another idempotency key."""
    turn_on(shop)
    approve = gateway.approve

    def decline(handler: Any, question: JSON) -> None:
        refusing = answering(200, {"status": "DECLINED", "reason": "insufficient funds"})
        (approve if question["operation"] == "VOID" else refusing)(handler, question)

    gateway.behave = decline
    shop.stock("A", "KTP", 5)

    assert sums(waiting) == [("VOIDED", 100), ("FAILED", 100)]
    assert waiting.pick_job["status"] == "WAITING_FOR_INPUT"
    assert waiting.pick_job["statusReason"] == "The gateway declined: insufficient funds"

    gateway.behave = None
    (operation,) = shop.get("paymentoperations", status="PENDING")["paymentOperations"]
    assert operation["declined"] is True
    action = {"name": "RETRY", "version": operation["version"]}
    shop.call("post", f"paymentoperations/{operation['id']}/actions", action)

    assert sums(waiting) == [("VOIDED", 100), ("AUTHORISED", 100)]
    assert waiting.pick_job["status"] == "OPEN"
    assert len(set(gateway.keys)) == len(gateway.keys) == 3


def test_orders_without_a_payment_are_released_as_ever(shop: Shop) -> None:
    """W9: nothing is held for them, and so nothing is voided, authorised, or waited for."""
    shop.listing("A", "KTP", behaviour="BACKORDER")
    turn_on(shop)
    order = shop.order({"KTP": 5})

    shop.stock("A", "KTP", 5)

    assert order.pick_job["status"] == "OPEN"
    assert payments(order) == []
    assert shop.get("paymentoperations")["total"] == 0


def test_a_rerouted_plan_keeps_its_payment_and_stays_held(
    shop: Shop, waiting: Order, gateway: GatewayServer, settings: Any
) -> None:
    """M2, W9: the successor of a held plan is held as well, and its units are never authorised twice."""
    turn_on(shop)
    settings.PAYMENT_GATEWAY_URL = "http://127.0.0.1:1/"
    shop.stock("A", "KTP", 5)
    assert waiting.pick_job["status"] == "WAITING_FOR_INPUT"

    waiting.reroute()

    (old, new) = sorted(waiting.pick_jobs, key=lambda job: str(job["created"]))
    assert (old["status"], new["status"]) == ("REROUTED", "WAITING_FOR_INPUT")
    settings.PAYMENT_GATEWAY_URL = gateway.url
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        shop.work(TASK)
    assert sums(waiting) == [("VOIDED", 100), ("AUTHORISED", 100)]
    assert payments(waiting)[1]["reference"] == waiting.plan["id"]
    assert {job["status"] for job in waiting.pick_jobs} == {"REROUTED", "OPEN"}


def test_a_cancelled_order_gives_its_money_free(shop: Shop, waiting: Order) -> None:
    """M3, O2, whatever the setting says."""
    waiting.cancel()

    assert sums(waiting) == [("VOIDED", 100)]
    assert told(shop, waiting) == ["PAYMENT_AUTHORISED", "PAYMENT_VOIDED"]


def test_an_order_that_is_cancelled_while_held_is_not_authorised_any_more(
    shop: Shop, waiting: Order, gateway: GatewayServer, settings: Any
) -> None:
    """O2: what was never asked is dropped; what may hold money is voided, once the gateway can be reached."""
    turn_on(shop)
    settings.PAYMENT_GATEWAY_URL = "http://127.0.0.1:1/"
    shop.stock("A", "KTP", 5)

    waiting.cancel()
    settings.PAYMENT_GATEWAY_URL = gateway.url
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        shop.work(TASK)

    assert gateway.asked == [("VOID", "100.00")]
    assert sums(waiting) == [("VOIDED", 100), ("VOIDED", 100)]
    assert waiting.pick_job["status"] == "CANCELED"
    assert shop.get("paymentoperations", status="PENDING,AWAITING")["total"] == 0


def test_a_locked_order_that_is_released_is_held_when_it_is_unlocked(
    shop: Shop, gateway: GatewayServer, settings: Any
) -> None:
    """R8, W9: no pick job before UNLOCK, and then one that waits for its payment."""
    turn_on(shop)
    shop.listing("A", "KTP", behaviour="BACKORDER")
    order = shop.order({}, orderLineItems=lines(KTP=(5, 20)), status="LOCKED", **EUR)
    pay(order, 100)
    settings.PAYMENT_GATEWAY_URL = "http://127.0.0.1:1/"
    shop.stock("A", "KTP", 5)
    assert order.pick_jobs == []

    body = {"name": "UNLOCK", "version": order.document["version"]}
    shop.call("post", f"orders/{order.id}/actions", body)

    assert order.pick_job["status"] == "WAITING_FOR_INPUT"
    settings.PAYMENT_GATEWAY_URL = gateway.url
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        shop.work(TASK)
    assert order.pick_job["status"] == "OPEN"
