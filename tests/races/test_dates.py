"""Dates that several workers work out at once, beside releases and people (W10, W11)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.core.models import DomainEvent
from inventory.models import Article, Facility
from routing.models import DatingRequest, PlanStatus, RoutingPlan
from routing.passes.dating import work_out_dates
from routing.passes.forecasts import forecast
from routing.passes.sweeping import sweep_up
from routing.services.ranking import rank_plans_of
from tests.inventory.inbound_builders import ordered
from tests.races.test_sweeps import WORKERS, all_at_once
from tests.scenarios.shop import Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]


@pytest.fixture
def waiting(shop: Shop) -> list[RoutingPlan]:
    """Twelve orders of one; six units are expected, day by day."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    orders = [shop.order({"SKU": 1}, drain=False) for _ in range(12)]
    for days in range(6):
        ordered(Facility.objects.get(name="A"), ("SKU", 1), on=1 + days)
    shop.work("routing.route", "routing.release")
    return [RoutingPlan.objects.get(order=order.id) for order in orders]


def test_each_change_of_a_day_is_told_once_however_many_work_on_it(
    shop: Shop, waiting: list[RoutingPlan]
) -> None:
    told = DomainEvent.objects.filter(name="ROUTING_PLAN_DATE_CHANGED")
    told.delete()
    RoutingPlan.objects.filter(id=waiting[-1].id).update(pinned_at=timezone.now())
    rank_plans_of([waiting[-1].order_id])

    all_at_once(*[work_out_dates] * WORKERS)

    # The last goes to the top: six days move, each of them to the next plan but for the sixth, which falls out.
    assert told.count() == 7
    assert not DatingRequest.objects.exists()
    assert forecast(Article.objects.get(tenant_article_id="SKU"), timezone.now()) == []


def test_dates_are_right_at_the_end_whatever_happened_meanwhile(
    shop: Shop, waiting: list[RoutingPlan]
) -> None:
    def pin(plan: RoutingPlan) -> None:
        RoutingPlan.objects.filter(id=plan.id).update(pinned_at=timezone.now() - timedelta(days=1))
        rank_plans_of([plan.order_id])

    shop.stock("A", "SKU", 4, drain=False)
    all_at_once(
        *[sweep_up] * 2, *[work_out_dates] * 2, *[lambda plan=plan: pin(plan) for plan in waiting[8:10]]
    )
    shop.work("routing.sweep")

    assert RoutingPlan.objects.filter(status=PlanStatus.ROUTED).count() == 4
    assert not DatingRequest.objects.exists()
    assert forecast(Article.objects.get(tenant_article_id="SKU"), timezone.now()) == []
