"""What routing does when something happens below it: in the same transaction, in lists (spec 7)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from backoffice.core.errors import StateConflict
from backoffice.core.events import subscribe
from inventory.events import (
    FacilityChanged,
    FacilityDeleting,
    FacilityGroupChanged,
    ListingDeleting,
    ListingsChanged,
    StockRaised,
)
from orders.events import OrderCancelled, OrderPlaced, OrderUnlocked
from routing.events import SettingsChanged, StrategyChanged
from routing.models import PlanStatus, RoutingPlan, TriggerCause
from routing.services.cancelling import cancel_plans_of
from routing.services.intake import create_initial_plans
from routing.services.ranking import rank_again
from routing.services.unlocking import create_held_back_pick_jobs
from routing.triggers import trigger_articles, trigger_everything, trigger_facilities, trigger_plans


def subscribe_all() -> None:
    subscribe(OrderPlaced, _route_new_orders)
    subscribe(OrderCancelled, _cancel_plans)
    subscribe(OrderUnlocked, _let_pick)
    subscribe(StockRaised, _wake_for_stock)
    subscribe(ListingsChanged, _wake_for_listings)
    subscribe(FacilityChanged, _wake_for_facilities)
    subscribe(FacilityGroupChanged, _wake_for_groups)
    subscribe(StrategyChanged, _wake_for_strategy)
    subscribe(SettingsChanged, _apply_settings)
    subscribe(FacilityDeleting, _keep_facilities)
    subscribe(ListingDeleting, _keep_listings)


def _route_new_orders(events: Sequence[OrderPlaced]) -> None:
    create_initial_plans(order_ids=[event.order_id for event in events])


def _cancel_plans(events: Sequence[OrderCancelled]) -> None:
    cancel_plans_of(order_ids=[event.order_id for event in events])


def _let_pick(events: Sequence[OrderUnlocked]) -> None:
    create_held_back_pick_jobs(order_ids=[event.order_id for event in events])


def _wake_for_stock(events: Sequence[StockRaised]) -> None:
    trigger_articles((TriggerCause(event.cause), event.article_id) for event in events)


def _wake_for_listings(events: Sequence[ListingsChanged]) -> None:
    trigger_articles((TriggerCause.LISTING, event.article_id) for event in events if event.may_release)


def _wake_for_facilities(events: Sequence[FacilityChanged]) -> None:
    trigger_facilities({event.facility_id for event in events if event.may_release}, TriggerCause.FACILITY)


def _wake_for_groups(events: Sequence[FacilityGroupChanged]) -> None:
    """A context rule may look at the groups of the listing's facility, or of the one that ordered (B2)."""
    moved = {facility for event in events for facility in event.facility_ids}
    trigger_facilities(moved, TriggerCause.GROUP)
    own = RoutingPlan.objects.waiting().filter(order__ordering_facility_id__in=moved)
    trigger_plans(list(own.values_list("id", flat=True)), TriggerCause.GROUP)


def _wake_for_strategy(events: Sequence[StrategyChanged]) -> None:
    if any(event.in_use for event in events):
        trigger_everything(TriggerCause.STRATEGY)


def _apply_settings(events: Sequence[SettingsChanged]) -> None:
    if any("prioritization" in event.changed for event in events):
        rank_again()
    trigger_everything(TriggerCause.SETTINGS)


def _keep_facilities(events: Sequence[FacilityDeleting]) -> None:
    """A facility that live plans name is not deleted (O3)."""
    _refuse({event.facility_id for event in events}, "facility")


def _keep_listings(events: Sequence[ListingDeleting]) -> None:
    """A listing from which a routed or planned plan is fulfilled is not deleted (O3)."""
    for event in events:
        _refuse({event.facility_id}, "listing", article_id=event.article_id)


def _refuse(facility_ids: set[UUID], what: str, *, article_id: UUID | None = None) -> None:
    plans = RoutingPlan.objects.filter(
        facility_id__in=facility_ids, status__in=(PlanStatus.ROUTED, PlanStatus.PLANNED)
    )
    if article_id is not None:
        plans = plans.filter(lines__article_id=article_id)
    found = list(plans.order_by("id").values_list("id", flat=True).distinct()[:3])
    if found:
        named = ", ".join(str(plan) for plan in found)
        raise StateConflict(
            f"The {what} is still needed by routing plans ({named}): reroute or cancel them first.",
            code="STILL_REFERRED_TO",
        )
