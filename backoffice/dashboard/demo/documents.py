"""Orders of the demo as an integrator would send them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from backoffice.dashboard.demo.demand import PLACE_BY_KEY, Purchase
from backoffice.dashboard.demo.network import COMPANY, Place
from backoffice.dashboard.demo.people import Person
from orders.api.drafting import draft_of
from orders.drafts import OrderDraft


def order_draft(purchase: Purchase) -> OrderDraft:
    values: dict[str, Any] = {
        "tenantOrderId": purchase.number,
        "orderDate": purchase.ordered_at,
        "consumer": _consumer(purchase),
        "deliveryPreferences": _delivery(purchase),
        "orderLineItems": [
            {
                "article": {"tenantArticleId": product.key, "title": product.title},
                "quantity": quantity,
                "shopPrice": product.price,
            }
            for product, quantity in purchase.basket
        ],
        "tags": [{"id": id, "value": value} for id, value in purchase.tags],
        "paymentInfo": {"currency": "EUR"},
    }
    if purchase.locked:
        values["status"] = "LOCKED"
    if purchase.bundle:
        values["customServices"] = [_bundle(purchase)]
    return replace(draft_of(values), priority=purchase.priority)


def _consumer(purchase: Purchase) -> dict[str, Any]:
    if purchase.ordered_by is not None:
        store = PLACE_BY_KEY[purchase.ordered_by]
        return {"tenantFacilityId": store.key, "addresses": [_store_address(store)]}
    person = purchase.person
    return {"consumerId": person.email, "email": person.email, "addresses": [_home_address(person)]}


def _home_address(person: Person) -> dict[str, Any]:
    town = person.town
    return {
        "addressType": "POSTAL_ADDRESS",
        "firstName": person.given_name,
        "lastName": person.family_name,
        "street": person.street,
        "houseNumber": person.house_number,
        "postalCode": town.postal_code,
        "city": town.name,
        "country": town.country,
        "coordinates": {"lat": town.latitude, "lon": town.longitude},
    }


def _store_address(store: Place) -> dict[str, Any]:
    return {
        "addressType": "POSTAL_ADDRESS",
        "companyName": COMPANY,
        "street": store.street,
        "houseNumber": store.house_number,
        "postalCode": store.postal_code,
        "city": store.city,
        "country": store.country,
        "coordinates": {"lat": store.latitude, "lon": store.longitude},
    }


def _delivery(purchase: Purchase) -> dict[str, Any]:
    if purchase.collect_at is not None:
        return {"collect": [{"tenantFacilityId": purchase.collect_at, "paid": True}]}
    return {"shipping": {"serviceLevel": "SAMEDAY" if purchase.same_day else "DELIVERY"}}


def _bundle(purchase: Purchase) -> dict[str, Any]:
    return {
        "customServiceDefinition": {"tenantCustomServiceId": purchase.bundle, "isBundled": True},
        "articleItems": [
            {"tenantArticleRef": product.key, "quantity": quantity} for product, quantity in purchase.basket
        ],
        "customServiceItems": [],
    }
