"""The way back that is offered beside an intervention: what it does, and when it is not offered (M4)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.core.models import DomainEvent
from orders.models import PickJob, PickJobStatus
from routing.models import PlanLine, RoutingPlan
from tests.routing.api_calls import stored
from tests.routing.pages import HTMX, hidden, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def screens(screens_as):
    return screens_as("AGENT")


@pytest.fixture
def order(shop):
    """Three of X wait."""
    shop.listing("A", "X", behaviour="BACKORDER")
    return shop.order({"X": 3}, tenant_order_id="R-1")


def do(client, order, action, plan=0, **given):
    address = f"/plans/{order.plans[plan]['id']}/{action}/"
    version = hidden(client.get(address, headers=HTMX), "version")
    answer = client.post(address, {"version": version, **given}, headers=HTMX)
    assert answer.status_code == 200, text_of(answer)
    return answer


def way_back(answer):
    """Where the button posts to, and what; nothing if there is none."""
    page = answer.content.decode()
    found = re.search(r'<form hx-post="([^"]+)"', page)
    if found is None:
        return None
    return found[1], dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def take(client, answer):
    """Presses the button."""
    address, fields = way_back(answer)
    return client.post(address, fields, headers=HTMX)


def in_days(days):
    return timezone.localtime(timezone.now() + timedelta(days=days)).replace(second=0, microsecond=0)


def typed(moment):
    return moment.strftime("%Y-%m-%dT%H:%M")


def test_a_pin_is_undone_and_the_timeline_says_so(screens, order):
    pinned = do(screens, order, "pin", reason="VIP")
    assert "Undo" in text_of(pinned)

    undone = take(screens, pinned)

    assert "is not pinned any more" in text_of(undone)
    assert RoutingPlan.objects.get().pinned_at is None
    assert DomainEvent.objects.filter(name__icontains="unpin").get().reason == "Undone at once"


def test_a_hold_is_undone(screens, order):
    take(screens, do(screens, order, "hold", until=typed(in_days(2))))
    assert RoutingPlan.objects.get().held_until is None


def test_a_longer_hold_becomes_what_it_was(screens, order):
    before = in_days(2)
    do(screens, order, "hold", until=typed(before))
    take(screens, do(screens, order, "hold", until=typed(in_days(9))))
    assert RoutingPlan.objects.get().held_until == before


def test_a_hold_that_was_released_is_held_again(screens, order):
    before = in_days(2)
    do(screens, order, "hold", until=typed(before))
    take(screens, do(screens, order, "unhold"))
    assert RoutingPlan.objects.get().held_until == before


def test_a_hold_that_had_passed_is_not_offered_again(screens, order):
    do(screens, order, "hold", until=typed(in_days(2)))
    RoutingPlan.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    assert way_back(do(screens, order, "unhold")) is None


def test_a_split_is_joined_again(screens, order):
    units = f"units_{PlanLine.objects.get().pk}"
    take(screens, do(screens, order, "split", **{units: 1}))
    assert order.parts == [("WAITING", None, {"X": 3})]


def test_a_second_split_has_no_way_back_because_joining_would_undo_the_first_too(screens, order):
    units = f"units_{PlanLine.objects.get().pk}"
    do(screens, order, "split", **{units: 1})
    assert way_back(do(screens, order, "split", **{units: 1})) is None


def test_an_assignment_is_taken_back(shop, screens, order):
    assigned = do(screens, order, "assign", facility=shop.id_of("B"))
    assert order.plan["status"] == "ROUTED"
    assert "Take it back" in text_of(assigned)

    take(screens, assigned)
    shop.work()

    assert order.status == "WAITING"


def test_an_assignment_is_not_taken_back_once_picking_has_begun(shop, screens, order):
    assigned = do(screens, order, "assign", facility=shop.id_of("B"))
    PickJob.objects.update(status=PickJobStatus.IN_PROGRESS)
    before = stored()
    refused = take(screens, assigned)
    assert refused.status_code == 409
    assert "has started" in text_of(refused)
    assert stored() == before
    PickJob.objects.update(status=PickJobStatus.OPEN)


def test_what_somebody_changed_since_is_asked_about_instead(screens_as, screens, order):
    pinned = do(screens, order, "pin")
    other = screens_as("PLANNER")
    do(other, order, "hold", until=typed(in_days(2)))
    before = stored()

    answer = take(screens, pinned)

    assert answer.status_code == 409
    assert f"{other.user.email} changed this plan in the meantime." in text_of(answer)
    assert stored() == before


@pytest.mark.parametrize("action", ["reroute", "cancel"])
def test_what_cannot_be_undone_offers_no_way_back(screens, order, action):
    assert way_back(do(screens, order, action)) is None
