"""From the validated body of an order to its draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from backoffice.core.errors import Invalid
from backoffice.core.models import uuid7
from inventory.references import URN
from orders.addresses import delivery_address
from orders.api.shapes import plain
from orders.drafts import (
    BundleDraft,
    BundleItemDraft,
    ConsumerDraft,
    FacilityReference,
    LineDraft,
    LineUpdate,
    OrderDraft,
    OrderUpdate,
)
from orders.models import DeliveryType, OrderStatus, ServiceLevel
from orders.validity import UNLESS_TOLD

Values = Mapping[str, Any]

KEPT = ("pricing", "promisesOptions", "source", "statusReasons", "stickers")
"""Parts of an order that are answered as they came, and that nothing here reads."""


def draft_of(order: Values) -> OrderDraft:
    """What :class:`orders.api.creation.OrderForCreationSerializer` validated, as a draft."""
    consumer = consumer_of(order["consumer"])
    services = [_with_ids(service) for service in order.get("customServices", ())]
    payment = order.get("paymentInfo", {})
    return OrderDraft(
        tenant_order_id=order.get("tenantOrderId"),
        status=OrderStatus(order.get("status", OrderStatus.OPEN)),
        order_date=order["orderDate"],
        lines=tuple(_line(line) for line in order["orderLineItems"]),
        bundles=tuple(_bundles(services, "customServices")),
        consumer=consumer.consumer,
        consumer_id=consumer.consumer_id,
        ordering_facility=consumer.ordering_facility,
        country=consumer.country,
        latitude=consumer.latitude,
        longitude=consumer.longitude,
        tags=tuple(plain(order.get("tags", ()))),
        custom_services=tuple(plain(services)),
        payment_info=plain(payment),
        currency=payment.get("currency", ""),
        details=plain({key: order[key] for key in KEPT if key in order}),
        custom_attributes=order.get("customAttributes", {}),
        **_delivery(order.get("deliveryPreferences", {})),
    )


def promise_of(given: Values) -> OrderDraft:
    """What was validated as the body of a promise, as the draft of the PROMISED order that it asks for (R8)."""
    order = {key: value for key, value in given.items() if key not in ("status", "promisesOptions")}
    until = given.get("promisesOptions", {}).get("validUntil") or timezone.now() + UNLESS_TOLD
    return replace(draft_of(order), status=OrderStatus.PROMISED, valid_until=until)


def update_of(given: Values) -> OrderUpdate:
    """What :class:`orders.api.updating.OrderForUpdateSerializer` validated, as what is to change."""
    lines, pricing, attributes = (
        given.get(name) for name in ("orderLineItems", "pricing", "customAttributes")
    )
    return OrderUpdate(
        lines=None if lines is None else tuple(_line_update(*numbered) for numbered in enumerate(lines)),
        consumer=consumer_of(given["consumer"]) if "consumer" in given else None,
        target_time=given.get("preferredHandlingTime"),
        pricing=None if pricing is None else plain(pricing),
        custom_attributes={} if attributes is None and "customAttributes" in given else attributes,
    )


def _line_update(index: int, line: Values) -> LineUpdate:
    article = line.get("article")
    described = None if article is None else _described(article)
    return LineUpdate(
        id=line.get("id"),
        quantity=line.get("quantity"),
        tenant_article_id=(article or {}).get("tenantArticleId"),
        title=(article or {}).get("title"),
        described=None if described is None else plain(described),
        field=f"orderLineItems[{index}]",
    )


def consumer_of(consumer: Values) -> ConsumerDraft:
    address = delivery_address(consumer)
    coordinates = address.get("coordinates", {})
    return ConsumerDraft(
        consumer=plain(consumer),
        consumer_id=consumer.get("consumerId", ""),
        ordering_facility=_facility(consumer, "consumer"),
        country=address.get("country", ""),
        latitude=coordinates.get("lat"),
        longitude=coordinates.get("lon"),
    )


def _delivery(preferences: Values) -> dict[str, Any]:
    """``targetTime`` counts; without it, the time that the way of delivery names itself."""
    kept = {
        "delivery_preferences": plain(preferences),
        "target_time": preferences.get("targetTime"),
    }
    if collect := preferences.get("collect"):
        (place,) = collect
        return {
            **kept,
            "delivery_type": DeliveryType.COLLECT,
            "collect_facility": _facility(place, "deliveryPreferences.collect[0]"),
            "target_time": kept["target_time"] or place.get("provisioningTime"),
        }
    shipping = preferences.get("shipping", {})
    preselected = (
        _facility(named, f"deliveryPreferences.shipping.preselectedFacilities[{index}]")
        for index, named in enumerate(shipping.get("preselectedFacilities", ()))
    )
    carriers = [
        *shipping.get("preferredCarriers", ()),
        *(one["carrierKey"] for one in shipping.get("preferredCarriersWithProduct", ())),
    ]
    return {
        **kept,
        "service_level": ServiceLevel(shipping.get("serviceLevel", ServiceLevel.DELIVERY)),
        "preselected_facilities": tuple(one for one in preselected if one is not None),
        "preferred_carriers": tuple(dict.fromkeys(carriers)),
        "target_time": kept["target_time"] or shipping.get("desiredDeliveryTime"),
    }


def _facility(named: Values, path: str) -> FacilityReference | None:
    id, tenant_facility_id = named.get("facilityRef"), named.get("tenantFacilityId")
    if id is None and tenant_facility_id is None:
        return None
    key = "facilityRef" if id is not None else "tenantFacilityId"
    if isinstance(id, str):  # a URN; whoever gives both names is to name the same facility by both
        named_so = id.removeprefix(URN)
        if tenant_facility_id not in (None, named_so):
            raise Invalid(
                "facilityRef and tenantFacilityId name different facilities.", field=f"{path}.{key}"
            )
        id, tenant_facility_id = None, named_so
    return FacilityReference(id=id, tenant_facility_id=tenant_facility_id, field=f"{path}.{key}")


def _line(line: Values) -> LineDraft:
    """What the line says beyond its own columns is kept, so that it can be answered as it came."""
    article = line["article"]
    known = ("article", "quantity", "shopPrice", "tags", "customAttributes")
    details = {key: value for key, value in line.items() if key not in known}
    if described := _described(article):
        details["article"] = described
    return LineDraft(
        tenant_article_id=article["tenantArticleId"],
        title=article["title"],
        quantity=line["quantity"],
        shop_price=line.get("shopPrice"),
        tags=tuple(plain(line.get("tags", ()))),
        details=plain(details),
        custom_attributes=line.get("customAttributes", {}),
    )


def _described(article: Values) -> dict[str, Any]:
    """What the article says of itself beyond id and title."""
    return {key: value for key, value in article.items() if key not in ("tenantArticleId", "title")}


def _with_ids(service: Values) -> dict[str, Any]:
    """Every service of an order has an id that clients may refer to."""
    return {
        "id": uuid7(),
        **service,
        "customServiceItems": [_with_ids(item) for item in service["customServiceItems"]],
    }


def _bundles(services: Sequence[Values], path: str) -> Iterator[BundleDraft]:
    """The topmost services that bundle: what is below one belongs to it, whatever it says itself."""
    for index, service in enumerate(services):
        here = f"{path}[{index}]"
        definition = service["customServiceDefinition"]
        if not definition.get("isBundled"):
            yield from _bundles(service["customServiceItems"], f"{here}.customServiceItems")
        elif items := tuple(_items(service, here)):
            yield BundleDraft(id=service["id"], items=items, service=plain(definition))


def _items(service: Values, path: str) -> Iterator[BundleItemDraft]:
    for index, item in enumerate(service["articleItems"]):
        yield BundleItemDraft(
            tenant_article_id=item["tenantArticleRef"],
            quantity=item["quantity"],
            field=f"{path}.articleItems[{index}]",
        )
    for index, nested in enumerate(service["customServiceItems"]):
        yield from _items(nested, f"{path}.customServiceItems[{index}]")
