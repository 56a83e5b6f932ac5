"""What many workers do to payments at once (W9, W11)."""

from __future__ import annotations

import threading
import time
from decimal import Decimal
from typing import Any

import pytest

from backoffice.core.models import uuid7
from orders.gateways import Request, Result
from orders.models import PaymentAuthorisation, PaymentOperation, PaymentRelease, PickJob
from orders.services import paymentwork
from orders.services.cancelling import cancel_order
from orders.services.paymentplanning import plan_releases
from orders.services.paymentwork import perform_all
from tests.factories.orders import PickJobFactory
from tests.orders.paymentworld import paid, priced_order, release
from tests.orders.test_races import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


class Counting:
    """A gateway that takes its time, and counts."""

    name = "counting"

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.asked: list[tuple[str, Any]] = []

    def authorise(self, request: Request) -> Result:
        return self._note("AUTHORISE", request)

    def void(self, request: Request) -> Result:
        return self._note("VOID", request)

    def reduce(self, request: Request) -> Result:
        return self._note("REDUCE", request)

    def _note(self, kind: str, request: Request) -> Result:
        time.sleep(0.02)
        with self.lock:
            self.asked.append((kind, request.authorisation))
        return Result(gateway_reference=f"g-{request.key}")


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Counting:
    gateway = Counting()
    monkeypatch.setattr(paymentwork, "gateway_in_use", lambda: gateway)
    return gateway


def test_workers_share_the_work_and_do_nothing_twice(gateway: Counting) -> None:
    orders = [priced_order((2, "25")) for _ in range(12)]
    for order in orders:
        paid(order, "50")
        reference = release(order, 2)
        PickJobFactory(order=order, reference=reference, status="WAITING_FOR_INPUT", held_for_payment=True)

    def work(_: int) -> int:
        plan_releases()
        return perform_all()

    calls = at_once(6, work)
    while more := perform_all():
        calls.append(more)

    assert sum(calls) == len(gateway.asked) == len(set(gateway.asked)) == 24
    assert PaymentOperation.objects.filter(status="DONE", attempts=1).count() == 24
    live = PaymentAuthorisation.objects.live()
    assert {(one.status, one.amount) for one in live} == {("AUTHORISED", Decimal(50))}
    assert live.count() == 12
    assert set(PickJob.objects.values_list("status", flat=True)) == {"OPEN"}


def test_one_order_is_planned_once(gateway: Counting) -> None:
    order = priced_order((2, "25"), (2, "25"))
    paid(order, "100")
    release(order, 2)
    release(order, 0, 2)

    at_once(8, lambda _: plan_releases())

    kinds = PaymentOperation.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["VOID", "AUTHORISE", "AUTHORISE"]


def test_one_plan_is_asked_for_once_however_many_release_it(gateway: Counting) -> None:
    order, reference = priced_order((2, "25")), uuid7()
    paid(order, "50")

    at_once(8, lambda _: release(order, 2, reference=reference))
    assert PaymentRelease.objects.count() == 1
    at_once(4, lambda _: (plan_releases(), perform_all()))
    while perform_all():
        pass

    assert sorted(kind for kind, _ in gateway.asked) == ["AUTHORISE", "VOID"]


def test_orders_that_are_cancelled_while_workers_ask_end_without_a_hold(gateway: Counting) -> None:
    """M3: whatever comes first, no order that ended holds money, and no cancellation is refused."""
    orders = [priced_order((2, "25")) for _ in range(8)]
    for order in orders:
        paid(order, "50")
        release(order, 2)
    plan_releases()

    def act(index: int) -> Any:
        if index < len(orders):
            time.sleep(0.01 * index)
            return cancel_order(order_id=orders[index].id, version=1).status
        return perform_all()

    assert at_once(12, act)[: len(orders)] == ["CANCELLED"] * len(orders)
    while perform_all():
        pass

    assert set(PaymentAuthorisation.objects.values_list("status", flat=True)) == {"VOIDED"}
    assert not PaymentOperation.objects.open().exists()
    last = {authorisation: kind for kind, authorisation in gateway.asked}
    assert set(last.values()) == {"VOID"}
