"""Taking consumers' personal data away from orders that are done with (spec 8, "Security")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from backoffice.core.bulk import update_rows
from backoffice.core.errors import StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from orders.events import OrderAnonymised
from orders.models import Bundle, Order, OrderLine, PickJob
from orders.models.pickjob import STARTED, UNSTARTED

BATCH = 500
"""Orders per transaction."""

KEPT_OF_ORDER = ("pricing", "stickers")
KEPT_OF_ADDRESS = ("addressType", "country")
KEPT_OF_LINE = ("article", "measurementUnitKey", "secondaryMeasurementUnitKey", "scannableCodes")
KEPT_OF_ARTICLE = ("imageUrl", "weight", "attributes")
"""What says nothing about a person. Everything else in kept documents may, because clients put there what they like."""

ENGRAVINGS = ("additionalInformation", "customAttributes")
"""What a custom service is told about this one order."""


def anonymise_order(*, order_id: UUID, version: int, reason: str = "") -> Order:
    """Takes away who bought it and where it went; articles, units, prices, the country and the order's number stay.

    An order that has been anonymised stays as it is. ``reason`` stands in the timeline.

    :raises NotFound: there is no such order.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: something of it is still to be delivered or picked.
    """
    with transaction.atomic():
        order: Order = Order.objects.lock_version(order_id, version)
        if order.anonymised:
            return order
        if not is_done_with(order):
            raise StateConflict(
                text(
                    "Something of the order is still to be delivered or picked: cancel that, or wait for it."
                ),
                field="status",
            )
        _anonymise([order], reason)
    return order


def anonymise_consumer(*, consumer_id: str, reason: str = "") -> tuple[int, int]:
    """Anonymises the orders of a consumer that are done with; how many it were, and how many are not done with."""
    theirs = Order.objects.filter(consumer_id=consumer_id, anonymised=False)
    done = _in_batches(theirs, reason)
    return done, theirs.count()


def anonymise_expired() -> int:
    """Anonymises orders that were placed ``ANTEROOM_RETENTION_DAYS`` ago and are done with; how many it were."""
    limit = timezone.now() - timedelta(days=settings.ANTEROOM_RETENTION_DAYS)
    return _in_batches(Order.objects.filter(created__lt=limit, anonymised=False), "")


def is_done_with(order: Order) -> bool:
    """Whether no unit of it is to be delivered any more (S7), and nothing is being picked."""
    return _done_with().filter(pk=order.pk).exists()


def _in_batches(orders: QuerySet[Order], reason: str) -> int:
    done = 0
    ids = list((orders & _done_with()).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            batch = ids[start : start + BATCH]
            locked = Order.objects.select_for_update(no_key=True).filter(pk__in=batch).order_by("pk")
            list(locked.values_list("pk"))
            found = list(_done_with().filter(pk__in=batch, anonymised=False).order_by("pk"))
            _anonymise(found, reason)
            done += len(found)
    return done


def _done_with() -> QuerySet[Order]:
    gone = F("cancelled") + F("fulfilled") + F("short_picked")
    to_come = OrderLine.objects.filter(order=OuterRef("pk"), quantity__gt=gone)
    at_work = PickJob.objects.filter(order=OuterRef("pk"), status__in=(*UNSTARTED, *STARTED))
    return Order.objects.filter(~Exists(to_come), ~Exists(at_work))


def _anonymise(orders: Sequence[Order], reason: str) -> None:
    for order in orders:
        order.touch(
            consumer=_without_a_name(order.consumer),
            consumer_id="",
            latitude=None,
            longitude=None,
            custom_services=_without_engravings(order.custom_services),
            details=_only(order.details, KEPT_OF_ORDER),
            custom_attributes={},
            anonymised=True,
        )
    ids = [order.pk for order in orders]
    lines = list(OrderLine.objects.filter(order__in=ids))
    for line in lines:
        line.custom_attributes, line.details = {}, _only(line.details, KEPT_OF_LINE)
        if "article" in line.details:
            line.details["article"] = _only(line.details["article"], KEPT_OF_ARTICLE)
    update_rows(lines, ("custom_attributes", "details"))
    bundles = list(Bundle.objects.filter(order__in=ids))
    for bundle in bundles:
        bundle.service = _without_engravings(bundle.service)
    update_rows(bundles, ("service",))
    PickJob.objects.filter(~Q(custom_attributes={}), order__in=ids).bumped(custom_attributes={})
    publish([OrderAnonymised(order_id=order.pk) for order in orders], reason=reason)


def _without_a_name(consumer: Mapping[str, Any]) -> dict[str, Any]:
    return {"addresses": [_only(address, KEPT_OF_ADDRESS) for address in consumer.get("addresses", ())]}


def _only(document: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: document[key] for key in keys if key in document}


def _without_engravings(document: Any) -> Any:
    """The same without what its services were told, however deep they are nested."""
    if isinstance(document, list):
        return [_without_engravings(one) for one in document]
    if not isinstance(document, Mapping):
        return document
    return {key: _without_engravings(inner) for key, inner in document.items() if key not in ENGRAVINGS}
