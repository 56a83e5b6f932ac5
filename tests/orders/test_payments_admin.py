"""Payments in the admin: facts that are only shown, and an attempt that need not wait (W9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.models import PaymentOperation
from orders.services.paymentplanning import plan_releases
from tests.orders.paymentworld import paid, priced_order, release

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation() -> PaymentOperation:
    """One that failed, and is to be tried tomorrow."""
    order = priced_order((1, "10"))
    paid(order, "10")
    release(order, 1)
    plan_releases()
    PaymentOperation.objects.update(
        next_attempt=timezone.now() + timedelta(days=1), last_error="The gateway declined: limit", attempts=3
    )
    return PaymentOperation.objects.order_by("id")[0]


def retry(browser: Any, operation: PaymentOperation) -> Any:
    url = reverse("admin:orders_paymentoperation_changelist")
    return browser.post(
        url, {"action": "retry_selected", "_selected_action": [str(operation.pk)]}, follow=True
    )


def is_due(operation: PaymentOperation) -> bool:
    operation.refresh_from_db()
    return operation.next_attempt <= timezone.now()


def test_pages_show_what_went_wrong(screens_as: Any, operation: PaymentOperation) -> None:
    browser = screens_as("VIEWER")
    for model, id in (
        ("paymentoperation", operation.pk),
        ("paymentauthorisation", operation.authorisation_id),
    ):
        page = browser.get(reverse(f"admin:orders_{model}_change", args=(id,)))
        assert page.status_code == 200
        assert "The gateway declined: limit" in page.content.decode()


def test_an_agent_has_it_tried_now(screens_as: Any, operation: PaymentOperation) -> None:
    assert not is_due(operation)
    page = retry(screens_as("AGENT"), operation)
    assert "1 operation is tried again." in page.content.decode()
    assert is_due(operation)


def test_a_viewer_may_not(screens_as: Any, operation: PaymentOperation) -> None:
    retry(screens_as("VIEWER"), operation)
    assert not is_due(operation)


def test_what_is_done_is_refused_with_a_message(screens_as: Any, operation: PaymentOperation) -> None:
    PaymentOperation.objects.update(status="DONE")
    page = retry(screens_as("AGENT"), operation)
    assert "only one that is still to do (PENDING) can be tried" in page.content.decode()
    assert not is_due(operation)
