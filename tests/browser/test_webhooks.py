"""Webhooks in a browser: subscribe, keep the secret, see what fails, send it again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from backoffice.core.events import publish
from backoffice.core.models import Subscription, WebhookDelivery
from backoffice.core.services.delivering import deliver_due
from tests.browser.conftest import at_rest, examine
from tests.core.receiver import receiving
from tests.core.test_subscriptions_api import OrderCreated

LIST = "/settings/webhooks/"


def happen(times: int) -> None:
    with transaction.atomic():
        publish([OrderCreated(resource_id=str(uuid4())) for _ in range(times)])


@pytest.fixture
def subscribed(page: Page, sign_in: Any) -> Any:
    """The page of a subscription that was made by hand, and its receiver."""
    with receiving() as receiver:
        sign_in(page, "NETWORK_MANAGER", LIST)
        page.locator("#subscribe").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Name").fill("Shop")
        dialog.get_by_label("Event").select_option("ORDER_CREATED")
        dialog.get_by_label("Address").fill(receiver.url)
        dialog.get_by_label("Headers").fill("Authorization: Basic abc")
        dialog.get_by_role("button", name="Subscribe").click()
        expect(dialog.get_by_role("heading", name="Shop is subscribed")).to_be_visible()
        assert dialog.get_by_label("Secret").input_value().startswith("whsec_")
        examine(page)
        dialog.get_by_role("button", name="I have copied it").click()
        page.get_by_role("link", name="Shop").click()
        yield receiver


def test_what_fails_is_seen_and_sent_again(page: Page, subscribed: Any) -> None:
    expect(page.get_by_text("Nothing was sent so far")).to_be_visible()
    subscribed.answer = lambda _call: 500
    happen(3)
    deliver_due()
    newest = WebhookDelivery.objects.latest("id")
    WebhookDelivery.objects.exclude(pk=newest.pk).update(status="PARKED")
    Subscription.objects.update(unreachable_since=timezone.now(), paused_until=timezone.now())
    page.reload()
    expect(page.get_by_text("2 events could not be delivered")).to_be_visible()
    examine(page)

    subscribed.answer = lambda _call: 200
    page.get_by_role("button", name="Resend all 2").click()
    expect(page.locator("#notes")).to_contain_text("2 events are sent again")
    deliver_due()
    at_rest(page)
    expect(page.locator("#deliveries .ar-chip-green")).to_have_count(2, timeout=8_000)
    page.get_by_role("button", name="Resend").first.click()
    expect(page.locator("#notes")).to_contain_text("is sent again")


def test_a_subscription_is_deleted_and_one_is_back_at_the_list(page: Page, subscribed: Any) -> None:
    page.get_by_role("button", name="Rotate the secret").click()
    page.get_by_role("dialog").get_by_role("button", name="Rotate the secret").click()
    expect(page.get_by_role("heading", name="Shop has a new secret")).to_be_visible()
    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_role("dialog")).not_to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Shop was deleted.")).to_be_visible()
    expect(page.get_by_text("Nobody has subscribed")).to_be_visible()
