"""What routing does when something happens below it: in the same transaction, in lists (spec 7)."""

from __future__ import annotations

from collections.abc import Sequence

from backoffice.core.events import subscribe
from backoffice.core.nudges import nudge
from inventory.events import (
    ArticleChanged,
    ExpectedStockChanged,
    ExpectedStockFreed,
    ExpectedStockMoved,
    FacilityChanged,
    FacilityDeleting,
    FacilityGroupChanged,
    InboundProcessChanged,
    ListingDeleting,
    ListingsChanged,
    ReservationsRemoved,
    ReservationsRemoving,
    StockChanged,
    StockRaised,
)
from inventory.models import ExpectedStock, FacilityStatus
from orders.events import (
    OrderCancelled,
    OrderForceCancelled,
    OrderModified,
    OrderPlaced,
    OrderUnlocked,
    PickJobFinished,
    PickJobGivenUp,
    PickJobMoving,
    PickJobReset,
    PickJobWithdrawn,
)
from routing.dates import ask_for_dates, awaited_articles, awaited_articles_at
from routing.events import SettingsChanged, StrategyChanged
from routing.models import RoutingPlan, TriggerCause
from routing.passes.loading import lock_plans
from routing.services.cancelling import cancel_plans_of
from routing.services.correcting import CORRECT_TASK
from routing.services.deleting import refuse_to_delete_facilities, refuse_to_delete_listing
from routing.services.intake import create_initial_plans
from routing.services.order_changes import follow_order
from routing.services.pickresults import cancel_withdrawn, look_for_stock, route_given_up, see_to_missing
from routing.services.planned import follow_arrivals, follow_changes
from routing.services.ranking import rank_again
from routing.services.releasetimes import ask_for_review
from routing.services.unbacking import lock_to_unback, unback
from routing.services.unlocking import create_held_back_pick_jobs
from routing.services.vacating import VACATE_TASK
from routing.triggers import trigger_articles, trigger_everything, trigger_facilities, trigger_plans

MOVES_STARTS = frozenset({"out_of_stock_behaviour", "preorder_start", "rules"})
"""Fields of a listing that say when a preorder starts."""


def subscribe_all() -> None:
    subscribe(OrderPlaced, _route_new_orders)
    subscribe(OrderCancelled, _cancel_plans)
    subscribe(OrderModified, _follow_orders)
    subscribe(OrderUnlocked, _let_pick)
    subscribe(PickJobMoving, _lock_plans)
    subscribe(PickJobReset, _look_for_stock)
    subscribe(PickJobFinished, _see_to_missing)
    subscribe(PickJobGivenUp, _route_again)
    subscribe(PickJobWithdrawn, _cancel_units)
    subscribe(ReservationsRemoving, _lock_holders)
    subscribe(ReservationsRemoved, _unback)
    subscribe(StockRaised, _wake_for_stock)
    subscribe(StockChanged, _correct)
    subscribe(StockChanged, _date_for_stock)
    subscribe(ExpectedStockChanged, _wake_for_expected_stock)
    subscribe(ExpectedStockChanged, _review_what_is_promised)
    subscribe(ExpectedStockMoved, _review_what_arrived)
    subscribe(ArticleChanged, _wake_for_articles)
    subscribe(ExpectedStockChanged, _date_for_expected_stock)
    subscribe(ExpectedStockFreed, _wake_for_freed_expected_stock)
    subscribe(InboundProcessChanged, _wake_for_inbound_processes)
    subscribe(ListingsChanged, _wake_for_listings)
    subscribe(InboundProcessChanged, _date_for_inbound_processes)
    subscribe(ArticleChanged, _date_for_articles)
    subscribe(ListingsChanged, _date_for_listings)
    subscribe(ListingsChanged, _review_what_listings_hold_back)
    subscribe(FacilityChanged, _wake_for_facilities)
    subscribe(FacilityChanged, _vacate_facilities)
    subscribe(FacilityChanged, _date_for_facilities)
    subscribe(FacilityGroupChanged, _wake_for_groups)
    subscribe(FacilityGroupChanged, _review_what_groups_hold_back)
    subscribe(StrategyChanged, _wake_for_strategy)
    subscribe(SettingsChanged, _apply_settings)
    subscribe(FacilityDeleting, _keep_facilities)
    subscribe(ListingDeleting, _keep_listings)


def _route_new_orders(events: Sequence[OrderPlaced]) -> None:
    create_initial_plans(placed=[event.rows for event in events])


def _cancel_plans(events: Sequence[OrderCancelled]) -> None:
    for started_too in (False, True):
        order_ids = [e.order_id for e in events if isinstance(e, OrderForceCancelled) is started_too]
        cancel_plans_of(order_ids=order_ids, started_too=started_too)


def _follow_orders(events: Sequence[OrderModified]) -> None:
    for event in events:
        follow_order(order_id=event.order_id, lowered=event.lowered, raised=event.raised)


def _let_pick(events: Sequence[OrderUnlocked]) -> None:
    create_held_back_pick_jobs(order_ids=[event.order_id for event in events])


def _lock_plans(events: Sequence[PickJobMoving]) -> None:
    """All plans of the orders: whatever becomes of one job, the others may have to follow it."""
    orders = {event.order_id for event in events}
    lock_plans(list(RoutingPlan.objects.filter(order_id__in=orders).values_list("id", flat=True)))


def _look_for_stock(events: Sequence[PickJobReset]) -> None:
    look_for_stock(pick_job_ids=[event.pick_job_id for event in events])
    nudge(CORRECT_TASK)  # it may hold what a correction left to it because it had been started (P4)


def _see_to_missing(events: Sequence[PickJobFinished]) -> None:
    for event in events:
        see_to_missing(event)


def _route_again(events: Sequence[PickJobGivenUp]) -> None:
    for event in events:
        route_given_up(plan_id=event.reference)


def _cancel_units(events: Sequence[PickJobWithdrawn]) -> None:
    for event in events:
        cancel_withdrawn(plan_id=event.reference)


def _lock_holders(events: Sequence[ReservationsRemoving]) -> None:
    lock_to_unback(holders={holder for event in events for holder in event.holders})


def _unback(events: Sequence[ReservationsRemoved]) -> None:
    unback(units={event.holder: event.quantity for event in events})


def _wake_for_stock(events: Sequence[StockRaised]) -> None:
    trigger_articles((TriggerCause(event.cause), event.article_id) for event in events)


def _correct(events: Sequence[StockChanged]) -> None:
    """After the commit, because plans are locked before stock (P4)."""
    if any(event.overdrawn for event in events):
        nudge(CORRECT_TASK)


def _date_for_stock(events: Sequence[StockChanged]) -> None:
    """Also when there is less than before, which wakes nobody (W10)."""
    ask_for_dates(awaited_articles({event.article_id for event in events}))


def _date_for_expected_stock(events: Sequence[ExpectedStockChanged]) -> None:
    """What was planned from it has its date from it (W10); those who wait are dated when they have been woken."""
    ask_for_dates(event.article_id for event in events)


def _date_for_inbound_processes(events: Sequence[InboundProcessChanged]) -> None:
    """Nobody may count on what is on hold (W10)."""
    processes = {event.inbound_process_id for event in events if "on_hold" in event.fields}
    if processes:
        items = ExpectedStock.objects.filter(inbound_process__in=processes)
        ask_for_dates(items.order_by("article_id").values_list("article_id", flat=True).distinct())


def _date_for_articles(events: Sequence[ArticleChanged]) -> None:
    """The days that an article is waited for where nothing better is known (W10)."""
    ask_for_dates(
        awaited_articles({event.article_id for event in events if "backorder_days" in event.fields})
    )


def _date_for_listings(events: Sequence[ListingsChanged]) -> None:
    """A preorder's start, whether its stock counts, whether anybody may wait for it (W10)."""
    ask_for_dates(awaited_articles({event.article_id for event in events}))


def _date_for_facilities(events: Sequence[FacilityChanged]) -> None:
    """What is expected at a facility that takes no more orders is no use (W10); the others wake who waits."""
    ask_for_dates(awaited_articles_at({event.facility_id for event in events if not event.may_release}))


def _wake_for_expected_stock(events: Sequence[ExpectedStockChanged]) -> None:
    """Added, raised, advanced, delayed or cancelled (W4): plans may go, or their dates move."""
    trigger_articles((TriggerCause.EXPECTED_STOCK, event.article_id) for event in events)


def _review_what_is_promised(events: Sequence[ExpectedStockChanged]) -> None:
    """What PLANNED plans were promised from it comes on another day, or does not come (W8)."""
    follow_changes(
        bucket_ids=[event.expected_stock_id for event in events if event.old_date != event.new_date],
        losers=[loss.holder for event in events for loss in event.losses],
    )


def _review_what_arrived(events: Sequence[ExpectedStockMoved]) -> None:
    follow_arrivals(holders=[event.holder for event in events])


def _wake_for_articles(events: Sequence[ArticleChanged]) -> None:
    """What is expected of an article may be promised from, now that it takes part in future inventory (W6)."""
    trigger_articles(
        (TriggerCause.EXPECTED_STOCK, event.article_id)
        for event in events
        if "future_inventory_enabled" in event.fields
    )


def _wake_for_freed_expected_stock(events: Sequence[ExpectedStockFreed]) -> None:
    trigger_articles((TriggerCause.RESERVATION_FREED, event.article_id) for event in events)


def _wake_for_inbound_processes(events: Sequence[InboundProcessChanged]) -> None:
    """What was on hold may be promised from again."""
    trigger_articles(
        (TriggerCause.EXPECTED_STOCK, article) for event in events for article in event.article_ids
    )


def _wake_for_listings(events: Sequence[ListingsChanged]) -> None:
    trigger_articles((TriggerCause.LISTING, event.article_id) for event in events if event.may_release)


def _review_what_listings_hold_back(events: Sequence[ListingsChanged]) -> None:
    """Whatever a preorder start holds back moves with it (B4)."""
    ask_for_review(
        (event.facility_id, event.article_id) for event in events if not MOVES_STARTS.isdisjoint(event.fields)
    )


def _review_what_groups_hold_back(events: Sequence[FacilityGroupChanged]) -> None:
    """Another context rule may decide, with another start (B2, B4)."""
    ask_for_review((facility, None) for event in events for facility in event.facility_ids)


def _wake_for_facilities(events: Sequence[FacilityChanged]) -> None:
    trigger_facilities({event.facility_id for event in events if event.may_release}, TriggerCause.FACILITY)


def _vacate_facilities(events: Sequence[FacilityChanged]) -> None:
    """What stands at a facility that goes OFFLINE is routed anew, after the commit (O3)."""
    if any(event.new_status == FacilityStatus.OFFLINE != event.old_status for event in events):
        nudge(VACATE_TASK)


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
    refuse_to_delete_facilities(facility_ids={event.facility_id for event in events})


def _keep_listings(events: Sequence[ListingDeleting]) -> None:
    for event in events:
        refuse_to_delete_listing(facility_id=event.facility_id, article_id=event.article_id)
