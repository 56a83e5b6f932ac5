from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import F, Model
from django.test import TestCase
from django.utils import timezone

from backoffice.core.access import Role
from backoffice.core.models import DomainEvent, User
from backoffice.dashboard.demo.assortment import PRODUCTS, Supply
from backoffice.dashboard.demo.calendar import Calendar
from backoffice.dashboard.demo.demand import purchases
from backoffice.dashboard.demo.network import PLACES
from backoffice.dashboard.demo.people import TOWNS
from backoffice.dashboard.demo.seed import seed
from inventory.models import (
    Article,
    ExpectedStock,
    Facility,
    InboundProcess,
    Listing,
    ListingContextRule,
    OutOfStockBehaviour,
    StockMovement,
)
from inventory.places import is_time_zone, time_zone_of
from orders.models import Bundle, Order, OrderStatus, PickJob
from routing.models import PlanStatus, ReleaseRun, ReleaseTrigger, RoutingPlan
from routing.reconcile import find_discrepancies

COUNTED: tuple[type[Model], ...] = (
    *(User, Facility, Article, Listing, StockMovement, InboundProcess),
    *(Order, PickJob, RoutingPlan, ReleaseRun, DomainEvent),
)


def _counts() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in COUNTED}


@pytest.mark.xdist_group("demo-editing")
class TestSeededSite(TestCase):
    """Seeded once: each test sees it as it was."""

    @classmethod
    def setUpTestData(cls) -> None:
        seed()

    def test_seeding_twice_changes_nothing(self) -> None:
        counts = _counts()

        assert seed() == "8 facilities, 60 articles, 328 orders"
        assert _counts() == counts

    def test_books_agree_and_no_work_is_left(self) -> None:
        assert find_discrepancies() == []
        assert not ReleaseTrigger.objects.exists()
        assert not RoutingPlan.objects.queued().exists()

    def test_retailer_is_small_and_believable(self) -> None:
        assert Facility.objects.count() == 8
        assert set(Facility.objects.values_list("country", flat=True)) == {"DE", "AT", "NL"}
        assert Article.objects.count() == len(PRODUCTS) == 60
        assert 250 <= Order.objects.count() <= 400
        assert set(Listing.objects.values_list("out_of_stock_behaviour", flat=True)) == set(
            OutOfStockBehaviour.values
        )
        assert ListingContextRule.objects.exists()
        assert Bundle.objects.exists()
        assert Listing.objects.filter(status="INACTIVE").exists()
        assert {user.role for user in User.objects.all()} == set(Role)
        assert ExpectedStock.objects.filter(delivery_date=None).exists()
        assert ExpectedStock.objects.filter(delivery_date__lt=timezone.now().date()).exists()

    def test_orders_are_in_every_state_that_can_be_reached(self) -> None:
        plans = Counter(RoutingPlan.objects.values_list("status", flat=True))
        ways = set(RoutingPlan.objects.values_list("consolidated_status", flat=True))

        assert set(Order.objects.values_list("status", flat=True)) >= {
            OrderStatus.OPEN,
            OrderStatus.LOCKED,
            OrderStatus.PROMISED,
            OrderStatus.CANCELLED,
        }
        assert plans[PlanStatus.WAITING] >= 50
        assert plans[PlanStatus.ROUTED] >= 150
        assert plans[PlanStatus.NOT_ROUTABLE] >= 4
        assert plans[PlanStatus.PLANNED] >= 5
        assert plans[PlanStatus.CANCELED] >= 10
        assert plans[PlanStatus.OBSOLETE] >= 1
        assert ways >= {
            "WAITING_THEN_ROUTED",
            "LOCKED",
            "FACILITY_MANUALLY_ASSIGNED_TO_PICKJOB_THEN_ROUTED",
            "ROUTED_THEN_CANCELED",
            "MANUALLY_REROUTED",
        }
        assert PickJob.objects.filter(sub_status="WAITING_FOR_RELEASE_TIME").exists()
        assert PickJob.objects.filter(sub_status="SHORT_PICKED").exists()
        assert set(PickJob.objects.values_list("status", flat=True)) >= {
            *("OPEN", "IN_PROGRESS", "PAUSED", "PICKED", "CLOSED")
        }

    def test_nothing_happened_before_its_order_or_in_the_future(self) -> None:
        now = timezone.now()
        assert not RoutingPlan.objects.filter(created__lt=F("order__order_date")).exists()
        assert not RoutingPlan.objects.filter(waiting_since__lt=F("order__order_date")).exists()
        assert not PickJob.objects.filter(created__lt=F("order__order_date")).exists()
        assert not Order.objects.filter(order_date__gt=now).exists()
        assert not DomainEvent.objects.filter(occurred_at__gt=now).exists()
        oldest = (
            RoutingPlan.objects.waiting().order_by("waiting_since").values_list("waiting_since", flat=True)[0]
        )
        assert oldest < now - timedelta(weeks=5)

    def test_interventions_tell_who_did_them_and_why(self) -> None:
        by_hand = DomainEvent.objects.filter(actor="agent@anteroom.local").exclude(reason="")

        assert {"ORDER_CANCELLED", "ROUTING_PLAN_ROUTED"} <= set(by_hand.values_list("name", flat=True))


def test_purchases_are_the_same_every_time() -> None:
    calendar = Calendar(date(2026, 3, 2))

    assert purchases(calendar) == purchases(calendar)


def test_purchases_move_with_the_day_of_seeding() -> None:
    one, other = (purchases(Calendar(day)) for day in (date(2026, 3, 2), date(2026, 3, 9)))

    for before, after in zip(one, other, strict=True):
        assert after.ordered_at - before.ordered_at == timedelta(days=7)
        assert (after.number, after.basket, after.person) == (before.number, before.basket, before.person)


def test_purchases_come_by_date_and_the_newest_is_from_yesterday() -> None:
    dates = [purchase.ordered_at for purchase in purchases(Calendar(date(2026, 3, 2)))]

    assert dates == sorted(dates)
    assert dates[-1] < datetime(2026, 3, 2, tzinfo=UTC)


def test_every_place_is_where_it_says() -> None:
    for place in PLACES:
        assert is_time_zone(place.time_zone)
        assert time_zone_of(place.country, place.latitude, place.longitude) in (
            place.time_zone,
            "Europe/Busingen",
        )
    bounds = {"DE": (47, 55.1, 5.8, 15.1), "AT": (46.3, 49.1, 9.5, 17.2), "NL": (50.7, 53.6, 3.3, 7.3)}
    for spot in (*PLACES, *TOWNS):
        south, north, west, east = bounds[spot.country]
        assert south < spot.latitude < north, spot
        assert west < spot.longitude < east, spot


def test_every_article_is_its_own_and_every_supply_is_used() -> None:
    assert len({product.key for product in PRODUCTS}) == 60
    assert len({product.title for product in PRODUCTS}) == 60
    assert {product.supply for product in PRODUCTS} == set(Supply)
