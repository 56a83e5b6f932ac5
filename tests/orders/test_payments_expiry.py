"""Authorisations that end while their orders wait (W9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from backoffice.core.models import DomainEvent
from orders.gateways import Declined
from orders.gateways.ledger import LedgerGateway
from orders.models import OrderLine, PaymentAuthorisation
from orders.services.paymentexpiry import watch_expiry
from orders.services.paymentwork import perform_all
from tests.orders.paymentworld import paid, priced_order, sums, to_do

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def order() -> Any:
    """An order of 100.00, authorised for seven days from now."""
    order = priced_order((4, "25"))
    paid(order, "100", expires_at=timezone.now() + 7 * DAY)
    return order


def told() -> list[str]:
    names = DomainEvent.objects.filter(name__in=("PAYMENT_EXPIRING", "PAYMENT_EXPIRED")).order_by("id")
    return [event.name for event in names]


def after(days: float) -> Any:
    return time_machine.travel(timezone.now() + days * DAY)


def test_it_is_told_once_that_it_ends_soon_and_once_that_it_has_ended(order: Any) -> None:
    for day, flagged in ((4, 0), (5.5, 1), (6, 0), (7.5, 1), (9, 0)):
        with after(day):
            assert watch_expiry(renewing=False) == flagged
    assert told() == ["PAYMENT_EXPIRING", "PAYMENT_EXPIRED"]
    assert PaymentAuthorisation.objects.get().expiry_notice == "EXPIRED"
    assert to_do(order) == []


def test_with_the_setting_on_what_has_ended_is_authorised_again(order: Any) -> None:
    with after(5.5):
        watch_expiry(renewing=True)
        assert to_do(order) == []
    with after(7.5):
        watch_expiry(renewing=True)
        assert to_do(order) == [("VOID", "100.00"), ("AUTHORISE", "100.00")]
        perform_all()
        assert sums(order) == [("AUTHORISED", "100.00")]
        assert watch_expiry(renewing=True) == 0
    new = PaymentAuthorisation.objects.live().get()
    assert (new.original_reference, new.reference, new.expiry_notice) == ("shop-1", None, "")


def test_that_the_gateway_will_not_void_what_has_ended_does_not_matter(
    order: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise Declined("expired")

    monkeypatch.setattr(LedgerGateway, "void", refuse)
    with after(7.5):
        watch_expiry(renewing=True)
        perform_all()
    assert [one.status for one in PaymentAuthorisation.objects.order_by("id")] == ["VOIDED", "AUTHORISED"]


def test_orders_that_have_nothing_to_deliver_are_not_watched(order: Any) -> None:
    OrderLine.objects.update(fulfilled=4)
    with after(8):
        assert watch_expiry(renewing=True) == 0
    OrderLine.objects.update(fulfilled=3)
    with after(8):
        assert watch_expiry(renewing=True) == 1


@pytest.mark.parametrize("status", ["VOIDED", "CAPTURED", "FAILED"])
def test_only_authorisations_that_hold_money_expire(order: Any, status: str) -> None:
    PaymentAuthorisation.objects.update(status=status)
    with after(8):
        assert watch_expiry(renewing=True) == 0


@pytest.mark.parametrize("on", [True, False])
def test_the_sites_setting_decides_whether_they_are_renewed(order: Any, on: bool, tasks: Any) -> None:
    from routing.models import WaitingRoomSettings

    WaitingRoomSettings.load()
    WaitingRoomSettings.objects.update(payment_void_and_reauth=on)
    with after(8):
        tasks["routing.watch_payments"].apply(throw=True)
    assert told() == ["PAYMENT_EXPIRED"]
    assert len(to_do(order)) == (2 if on else 0)
