"""Changing orders that were placed (O1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from backoffice.core.api.values import instant
from backoffice.core.errors import Invalid, NotFound, StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from orders.drafts import ConsumerDraft, OrderUpdate
from orders.events import OrderModified
from orders.models import BundleItem, DeliveryType, Order, OrderLine, OrderStatus, PickJob
from orders.models.order import LIVE_ORDER_STATUSES, ORDER_LIFECYCLE
from orders.services.cancelling import become_cancelled
from orders.services.line_changes import LineChange, change_lines
from orders.services.placing import MAX_VALUE, resolve_facilities

WRITTEN = (
    "consumer",
    "consumer_id",
    "ordering_facility",
    "country",
    "latitude",
    "longitude",
    "target_time",
    "delivery_preferences",
    "details",
    "custom_attributes",
    "value",
)


def modify_order(*, order_id: UUID, version: int, update: OrderUpdate, reason: str = "") -> Order:
    """Changes an order that has not ended. Its plans follow on :class:`OrderModified`, in this transaction (O1).

    An update that changes nothing leaves the version as it is. ``reason`` stands in the timeline.

    :raises NotFound: there is no such order.
    :raises VersionConflict: it changed since ``version``.
    :raises Invalid: a line or a facility that is named does not exist, or a new line lacks something.
    :raises StateConflict: the order has ended; units that are to go are picked, fulfilled or tied to a bundle; or
        nothing of the order would be left.
    """
    with transaction.atomic():
        order = _lock_live(order_id, version)
        changed: set[str] = set()
        if update.consumer is not None and _change_consumer(order, update.consumer):
            changed.add("consumer")
        if update.target_time is not None and update.target_time != order.target_time:
            _change_target_time(order, update)
            changed.add("preferredHandlingTime")
        if update.pricing is not None and update.pricing != order.details.get("pricing"):
            order.details = {**order.details, "pricing": update.pricing}
            changed.add("pricing")
        if update.custom_attributes is not None and update.custom_attributes != order.custom_attributes:
            order.custom_attributes = dict(update.custom_attributes)
            changed.add("customAttributes")
        change = LineChange() if update.lines is None else change_lines(order, update.lines)
        if change.touched:
            changed.add("orderLineItems")
        if changed:
            _tell(order, changed, change, reason)
    return order


def cancel_line(
    *, order_id: UUID, line_id: UUID, version: int, quantity: int | None = None, reason: str = ""
) -> Order:
    """Cancels units of one line, all that are still to be delivered unless told how many (M3, O1).

    When nothing of the order is left, the order is cancelled.

    :raises NotFound: there is no such order, or it has no such line.
    :raises VersionConflict: the order changed since ``version``.
    :raises StateConflict: the order has ended; fewer units are left; or they are picked, or tied to a bundle.
    """
    with transaction.atomic():
        order = _lock_live(order_id, version)
        line = _line_of(order, line_id)
        units = line.live if quantity is None else quantity
        if not 0 < units <= line.live:
            raise StateConflict(
                text(
                    "%(units)s units of the line %(id)s cannot be cancelled: %(live)s are left to deliver.",
                    units=units,
                    id=line.id,
                    live=line.live,
                ),
                field="quantity",
            )
        line.cancelled += units
        line.save(update_fields=["cancelled"])
        if any(one.live or one.fulfilled for one in order.lines.kept()):
            _tell(order, {"orderLineItems"}, LineChange(lowered={line.id: units}), reason)
        else:
            ORDER_LIFECYCLE.check(order.status, OrderStatus.CANCELLED)
            become_cancelled(order, reason=reason)
    return order


def change_line_attributes(
    *, order_id: UUID, line_id: UUID, version: int, custom_attributes: Mapping[str, Any], reason: str = ""
) -> Order:
    """Replaces what a client keeps of its own with a line.

    :raises NotFound: there is no such order, or it has no such line.
    :raises VersionConflict: the order changed since ``version``.
    :raises StateConflict: the order has ended.
    """
    with transaction.atomic():
        order = _lock_live(order_id, version)
        line = _line_of(order, line_id)
        if line.custom_attributes != custom_attributes:
            line.custom_attributes = dict(custom_attributes)
            line.save(update_fields=["custom_attributes"])
            _tell(order, {"orderLineItems"}, LineChange(), reason)
    return order


def drop_bundles(*, order: Order, bundle_ids: Collection[UUID]) -> None:
    """Takes bundles out of a locked order that is being changed, because all of their units are. Called while
    :class:`OrderModified` is heard; the rows stay for the sake of plans that once carried them.
    """
    BundleItem.objects.filter(bundle__order=order, bundle_id__in=bundle_ids).delete()
    gone = {str(id) for id in bundle_ids}
    services = _without(Order.objects.values_list("custom_services", flat=True).get(pk=order.pk), gone)
    Order.objects.filter(pk=order.pk).update(custom_services=services)


def _tell(order: Order, changed: Collection[str], change: LineChange, reason: str) -> None:
    order.value = sum(
        (line.quantity * (line.shop_price or 0) for line in order.lines.kept()), order.value * 0
    )
    if abs(order.value) >= MAX_VALUE:
        raise Invalid(
            text("The prices add up to %(max_value)s or more.", max_value=MAX_VALUE),
            code="TOO_LARGE",
            field="orderLineItems",
        )
    order.touch(WRITTEN)
    publish(
        [
            OrderModified(
                order_id=order.id,
                changed=frozenset(changed),
                lowered=change.lowered,
                raised=change.raised,
                facts={
                    "changed": sorted(changed),
                    "lowered": sum(change.lowered.values()),
                    "raised": sum(change.raised.values()),
                },
            )
        ],
        reason=reason,
    )
    if "preferredHandlingTime" in changed:  # after the plans, as locks go
        PickJob.objects.unstarted().filter(order=order).bumped(target_time=order.target_time)
    order.refresh_from_db(fields=["custom_services"])


def _lock_live(order_id: UUID, version: int) -> Order:
    order: Order = Order.objects.lock_version(order_id, version)
    if order.status not in LIVE_ORDER_STATUSES:
        raise StateConflict(
            text("The order is %(status)s: nothing of it can be changed any more.", status=order.status),
            field="status",
        )
    if order.anonymised:
        raise StateConflict(
            text("The order was anonymised: nothing of it can be changed any more."), field="status"
        )
    return order


def _line_of(order: Order, line_id: UUID) -> OrderLine:
    line = order.lines.kept().filter(pk=line_id).first()
    if line is None:
        raise NotFound(text("The order %(id)s has no line %(line_id)s.", id=order.pk, line_id=line_id))
    return line


def _change_consumer(order: Order, draft: ConsumerDraft) -> bool:
    references = [] if draft.ordering_facility is None else [draft.ordering_facility]
    facilities, problems = resolve_facilities(references)
    if problems:
        raise Invalid.many(problems)
    store = facilities[draft.ordering_facility] if draft.ordering_facility is not None else None
    place = (draft.country, draft.latitude, draft.longitude)
    if store is not None and not draft.country:
        place = (store.country, store.latitude, store.longitude)
    if order.consumer == draft.consumer and order.ordering_facility_id == (store and store.pk):
        return False
    order.consumer, order.consumer_id = dict(draft.consumer), draft.consumer_id
    order.ordering_facility = store
    order.country, order.latitude, order.longitude = place
    return True


def _change_target_time(order: Order, update: OrderUpdate) -> None:
    """It is the order's target time, and for who reads the order also the time that the way of delivery names."""
    time = instant(update.target_time)
    order.target_time = update.target_time
    preferences = {**order.delivery_preferences, "targetTime": time}
    if order.delivery_type == DeliveryType.COLLECT:
        places = [{**place, "provisioningTime": time} for place in preferences.get("collect", ())]
        preferences["collect"] = places
    order.delivery_preferences = preferences


def _without(services: Sequence[Mapping[str, Any]], gone: Collection[str]) -> list[dict[str, Any]]:
    """Services as they are, without those of these ids and all that is below them."""
    return [
        {**service, "customServiceItems": _without(service.get("customServiceItems", ()), gone)}
        for service in services
        if service.get("id") not in gone
    ]
