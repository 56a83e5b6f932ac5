"""W4: each cause that may let a waiting plan go leaves a trigger behind, and the plan goes by it.

Elsewhere: what is expected, whatever becomes of it, and receipts (``test_expected_stock``); capacity that is renewed
(``test_renewing``); preorder starts and holds (``scenarios/test_preorder_and_restock``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from inventory.models import Article, Facility
from inventory.services.facilities import FacilityValues, modify_facility
from inventory.services.safety_stock import set_safety_stocks
from routing.models import ReleaseTrigger
from routing.passes.queue import route_queue
from routing.services.due import reach_date_limit
from tests.routing.test_changing_orders import set_quantities
from tests.scenarios.shop import Order, Shop
from tests.scenarios.supply import at_noon, configure_waiting_room, enable_future_inventory, expect
from tests.scenarios.test_fences_and_ratings import with_units
from tests.scenarios.test_preorder_and_restock import group, in_group

pytestmark = pytest.mark.django_db

AT_ONCE = {"restock": {"restockableInDays": 0}}

Trigger = tuple[str, str]
"""The cause, and the article, facility or plan that it names, or neither."""


@pytest.fixture(autouse=True)
def spring() -> Iterator[None]:
    with at_noon("2026-04-20"):
        yield


@pytest.fixture
def shop(spring: None, shop: Shop) -> Shop:
    """SKU may wait at A."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    return shop


def waiting(shop: Shop, units: int = 2, **fields: Any) -> Order:
    order = shop.order({"SKU": units}, **fields)
    assert order.status == "WAITING"
    return order


def triggers_of(shop: Shop, act: Callable[[], object]) -> list[Trigger]:
    """What an act leaves behind; then the workers do what they are woken for."""
    work, shop.work = shop.work, lambda *names: None
    try:
        act()
    finally:
        shop.work = work
    found = [
        (row.cause, _names(row))
        for row in ReleaseTrigger.objects.select_related("article", "facility", "plan").order_by("id")
    ]
    shop.work()
    return found


def _names(trigger: ReleaseTrigger) -> str:
    if trigger.article is not None:
        return trigger.article.tenant_article_id
    if trigger.facility is not None:
        return trigger.facility.name
    return "plan" if trigger.plan is not None else "everything"


def test_stock_up(shop: Shop) -> None:
    order = waiting(shop)
    assert triggers_of(shop, lambda: shop.stock("A", "SKU", 2)) == [("STOCK_UP", "SKU")]
    assert order.status == "ROUTED"


class TestReservationFreed:
    """W4 "a reservation freed (cancel, reroute, lowered quantity, P4)": the first order holds all 3 units at A."""

    @pytest.fixture
    def holder(self, shop: Shop) -> Order:
        shop.stock("A", "SKU", 3)
        holder = shop.order({"SKU": 3})
        assert holder.status == "ROUTED"
        return holder

    def test_by_a_cancellation(self, shop: Shop, holder: Order) -> None:
        order = waiting(shop)
        assert triggers_of(shop, holder.cancel) == [("RESERVATION_FREED", "SKU")]
        assert order.status == "ROUTED"

    def test_by_a_reroute(self, shop: Shop, holder: Order) -> None:
        """Those who wait come first (R10): the rerouted order, which was there before, waits now."""
        order = waiting(shop)
        assert triggers_of(shop, holder.reroute) == [("RESERVATION_FREED", "SKU")]
        assert (holder.status, order.status) == ("WAITING", "ROUTED")

    def test_by_a_lowered_quantity(self, shop: Shop, holder: Order) -> None:
        order = waiting(shop)
        found = triggers_of(shop, lambda: set_quantities(holder, {"SKU": 1}))
        assert found == [("RESERVATION_FREED", "SKU")]
        assert order.status == "ROUTED"

    def test_by_a_correction(self, shop: Shop, holder: Order) -> None:
        """P4: 2 of the 3 are still there, enough for the other order."""
        order = waiting(shop)
        shop.stock("A", "SKU", 2)
        assert (holder.status, order.status) == ("WAITING", "ROUTED")


def test_safety_stock_down(shop: Shop) -> None:
    key = (Facility.objects.get(name="A").pk, Article.objects.get().pk)
    set_safety_stocks(targets={key: 5})
    shop.stock("A", "SKU", 5)
    order = waiting(shop)
    assert triggers_of(shop, lambda: set_safety_stocks(targets={key: 3})) == [("SAFETY_STOCK_DOWN", "SKU")]
    assert order.status == "ROUTED"


def test_a_bucket_enters_the_date_limit(shop: Shop) -> None:
    """W4 "daily", W6: found once, by the first sweep of the day, also after days without one."""
    configure_waiting_room(shop, futureInventoryEnabled=True)
    order = waiting(shop)
    expect(shop, "A", {"SKU": 2, "UNWANTED": 1}, "2026-05-20")

    found = []
    for day in (20, 21, 25, 26):
        with at_noon(f"2026-04-{day}"):
            found.append(reach_date_limit(now=timezone.now()))
    assert found == [0, 0, 1, 0]
    assert list(ReleaseTrigger.objects.values_list("cause", flat=True)) == ["DATE_LIMIT"]
    with at_noon("2026-04-25"):
        shop.work("routing.release")

    assert (order.plan["shipmentStatus"], order.plan["plannedFor"]) == ("FUTURE", "2026-05-20")


def test_without_future_inventory_no_day_wakes_anybody(shop: Shop) -> None:
    waiting(shop)
    expect(shop, "A", {"SKU": 2}, "2026-05-01")
    assert reach_date_limit(now=datetime(2026, 4, 25, tzinfo=UTC)) == 0
    assert not ReleaseTrigger.objects.exists()


class TestListings:
    """SKU lies at B, where it is not listed, or its listing is INACTIVE."""

    @pytest.fixture
    def order(self, shop: Shop) -> Order:
        shop.listing("B", "SKU", status="INACTIVE")
        shop.stock("B", "SKU", 2)
        return waiting(shop)

    def test_created(self, shop: Shop, order: Order) -> None:
        shop.call("delete", f"facilities/{shop.id_of('B')}/listings/SKU")
        assert triggers_of(shop, lambda: shop.listing("B", "SKU")) == [("LISTING", "SKU")]
        assert order.status == "ROUTED"

    def test_activated(self, shop: Shop, order: Order) -> None:
        found = triggers_of(shop, lambda: shop.change_listing("B", "SKU", status="ACTIVE"))
        assert found == [("LISTING", "SKU")]
        assert order.status == "ROUTED"

    def test_its_behaviour_changed(self, shop: Shop, order: Order) -> None:
        found = triggers_of(shop, lambda: shop.listing("A", "SKU", behaviour="RESTOCK", config=AT_ONCE))
        assert found == [("LISTING", "SKU")]
        assert order.status == "ROUTED"


def test_group_membership(shop: Shop) -> None:
    """B2: a context rule that holds from now on lets A restock."""
    rule = {
        "priority": 1,
        "context": [in_group("G")],
        "outOfStockBehaviour": "RESTOCK",
        "outOfStockConfig": AT_ONCE,
    }
    shop.listing("A", "SKU", behaviour="BACKORDER", outOfStockBehaviourByContexts=[rule])
    joined = group(shop, "G")
    order = waiting(shop)
    join = {"name": "VERSIONLESS_ADD_FACILITIES_TO_GROUP", "facilitiesToAdd": [shop.id_of("A")]}

    found = triggers_of(shop, lambda: shop.call("post", f"facilitygroups/{joined}/actions", join))

    assert found == [("GROUP", "A")]
    assert order.status == "ROUTED"


def test_a_facility_is_online_again(shop: Shop) -> None:
    order = waiting(shop)
    shop.set_status("A", "SUSPENDED")
    shop.stock("A", "SKU", 2)
    assert order.status == "WAITING"
    assert triggers_of(shop, lambda: shop.set_status("A", "ONLINE")) == [("FACILITY", "A")]
    assert order.status == "ROUTED"


def test_a_field_that_fences_read(shop: Shop) -> None:
    """F4: B has it, but does not offer the carrier that is preferred, until it does."""
    with_units(shop, "FACILITY-CARRIERAVAILABILITY")
    a, b = Facility.objects.get(name="A"), Facility.objects.get(name="B")
    modify_facility(facility_id=a.pk, version=a.version, values={"carriers": ["DHL"]})
    delivery = {"shipping": {"serviceLevel": "DELIVERY", "preferredCarriers": ["DHL"]}}
    shop.stock("B", "SKU", 2)
    order = waiting(shop, deliveryPreferences=delivery)

    values: FacilityValues = {"carriers": ["DHL"]}
    found = triggers_of(shop, lambda: modify_facility(facility_id=b.pk, version=b.version, values=values))

    assert found == [("FACILITY", "B")]
    assert (order.status, order.facility) == ("ROUTED", "B")


def test_the_strategy_changed(shop: Shop) -> None:
    """Split from now on, what lies at two facilities is enough."""
    shop.bulk_stock([("A", "SKU", 1), ("B", "SKU", 1)])
    order = waiting(shop)
    assert triggers_of(shop, lambda: shop.strategy(active=True)) == [("STRATEGY", "everything")]
    assert [part[0] for part in order.parts] == ["ROUTED", "ROUTED"]


def test_the_settings_changed(shop: Shop) -> None:
    """W7: from now on a part of it may go."""
    shop.strategy(active=True)
    order = waiting(shop)
    shop.stock("A", "SKU", 1)
    assert order.status == "WAITING"
    found = triggers_of(shop, lambda: configure_waiting_room(shop, partialRelease="QUANTITY"))
    assert found == [("SETTINGS", "everything")]
    assert order.parts == [("ROUTED", "A", {"SKU": 1}), ("WAITING", None, {"SKU": 1})]


def test_an_article_takes_part_in_future_inventory(shop: Shop) -> None:
    """W6"""
    configure_waiting_room(shop, futureInventoryEnabled=True)
    order = waiting(shop)
    enable_future_inventory(shop, "SKU", False)
    expect(shop, "A", {"SKU": 2}, "2026-05-01")
    assert order.status == "WAITING"
    found = triggers_of(shop, lambda: enable_future_inventory(shop, "SKU", True))
    assert found == [("EXPECTED_STOCK", "SKU")]
    assert order.plan["shipmentStatus"] == "FUTURE"


def test_a_waiting_plan_was_lowered(shop: Shop) -> None:
    """O1: now there is enough."""
    shop.stock("A", "SKU", 1)
    order = waiting(shop)
    assert triggers_of(shop, lambda: set_quantities(order, {"SKU": 1})) == [("PLAN_LOWERED", "plan")]
    assert order.status == "ROUTED"


@pytest.mark.parametrize("how", ["cancelled", "assigned"])
def test_under_strict_the_plan_in_front_left(shop: Shop, how: str) -> None:
    configure_waiting_room(shop, overtaking="STRICT")
    in_front, behind = waiting(shop, 5, date="2026-04-01"), waiting(shop, 2, date="2026-04-02")
    shop.stock("A", "SKU", 2)
    assert behind.status == "WAITING"

    found = triggers_of(shop, in_front.cancel if how == "cancelled" else lambda: in_front.assign("B"))

    assert found == [("PLAN_IN_FRONT", "SKU")]
    assert behind.status == "ROUTED"


def test_its_own_entry(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it waits for may have come while it was decided; a trigger of its own has it looked at once more."""
    monkeypatch.setattr("routing.passes.queue.serve_waiting_room", lambda: 0)
    order = shop.order({"SKU": 2}, drain=False)
    assert triggers_of(shop, route_queue) == [("ENTRY", "plan")]
    assert (order.status, ReleaseTrigger.objects.count()) == ("WAITING", 0)
