"""Promises as people see them: in the list and on the page of an order, and in the admin (R8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.models import Order
from tests.factories.orders import OrderFactory
from tests.routing.pages import text_of
from tests.scenarios.shop import Promise, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def promise(shop: Shop) -> Promise:
    shop.stock("A", "SKU", 5)
    return shop.promise({"SKU": 2}, tenantOrderId="P-1")


def test_the_list_says_until_when_an_order_is_promised(screens_as: Any, promise: Promise) -> None:
    OrderFactory(tenant_order_id="R-2", status="OPEN")
    until = timezone.localtime(Order.objects.get(pk=promise.id).valid_until).strftime("%H:%M")
    page = text_of(screens_as("VIEWER").get("/orders/", {"status": "PROMISED"}))
    assert "P-1" in page
    assert "R-2" not in page
    assert until in page


def test_an_agent_confirms(screens_as: Any, promise: Promise) -> None:
    agent, path = screens_as("AGENT"), f"/orders/{promise.id}/"
    page = agent.get(path)
    assert "Promised until" in text_of(page)
    for button in ("confirm-order", "extend-order", "cancel-order"):
        assert f'id="{button}"' in page.content.decode()
    assert "Confirm order P-1?" in text_of(agent.get(f"{path}confirm/"))

    answer = agent.post(f"{path}confirm/", {"version": 1, "reason": "Paid"})

    assert "Order P-1 is confirmed." in text_of(answer)
    assert promise.document["status"] == "OPEN"
    assert promise.pick_job["status"] == "OPEN"
    page = agent.get(path)
    assert "confirm-order" not in page.content.decode()
    assert "Promised until" not in text_of(page)
    assert "The promise was confirmed: it is an order now." in text_of(page)
    assert "The order was promised." in text_of(page)
    assert "only a PROMISED order" in text_of(agent.post(f"{path}confirm/", {"version": 2}))


def test_an_agent_extends(screens_as: Any, promise: Promise) -> None:
    agent, path = screens_as("AGENT"), f"/orders/{promise.id}/extend/"
    assert "From now for" in text_of(agent.get(path))
    assert agent.post(path, {"version": 1, "holds_for": "9999"}).status_code == 422
    assert agent.post(path, {"version": 7, "holds_for": "480"}).status_code == 409

    answer = agent.post(path, {"version": 1, "holds_for": "480"})

    assert "The promise of order P-1 was extended." in text_of(answer)
    left = Order.objects.get(pk=promise.id).valid_until - timezone.now()
    assert timedelta(hours=7, minutes=59) < left < timedelta(hours=8)
    assert "The promise was extended." in text_of(agent.get(f"/orders/{promise.id}/"))


def test_a_viewer_only_looks(screens_as: Any, promise: Promise) -> None:
    viewer = screens_as("VIEWER")
    assert "confirm-order" not in viewer.get(f"/orders/{promise.id}/").content.decode()
    for what in ("confirm", "extend"):
        answer = viewer.post(f"/orders/{promise.id}/{what}/", {"version": 1, "holds_for": "30"})
        assert answer.status_code == 403
    assert promise.document["version"] == 1


def test_the_admin_extends_and_confirms(screens_as: Any, promise: Promise) -> None:
    admin = screens_as("ADMINISTRATOR")
    extend = reverse("admin:orders_order_extend", args=(promise.id,))
    admin.post(extend, {"_form_submitted": "on", "minutes": "120", "reason": "They asked"})
    assert Order.objects.get(pk=promise.id).valid_until > timezone.now() + timedelta(minutes=119)

    chosen = {"action": "confirm_selected", "_selected_action": [promise.id]}
    answer = admin.post(reverse("admin:orders_order_changelist"), chosen, follow=True)
    assert "1 promise was confirmed." in text_of(answer)
    assert promise.document["status"] == "OPEN"
    answer = admin.post(
        reverse("admin:orders_order_changelist"), {**chosen, "action": "extend_selected"}, follow=True
    )
    assert "only a PROMISED order can be confirmed or extended" in text_of(answer)
