"""Spec 8, "Security": consumers' personal data can be exported, and taken away from orders that are done with."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.core.management import CommandError, call_command

from backoffice.core.models import KeptAnswer
from orders.models import Order as OrderRow
from orders.tasks import anonymise
from tests.scenarios.shop import JSON, Order, Shop

SECRETS = (
    "Lovelace",
    "Sackville",
    "12 a",
    "10999",
    "Kreuzberg",
    "ada@",
    "+49 30",
    "Happy birthday",
    "C-1815",
    "52.49",
)
"""What tells who somebody is."""


@pytest.fixture
def ada() -> JSON:
    return {
        "consumer": {
            "consumerId": "C-1815",
            "email": "ada@example.org",
            "addresses": [
                {
                    "addressType": "POSTAL_ADDRESS",
                    "firstName": "Ada",
                    "lastName": "Lovelace",
                    "street": "Sackville Street",
                    "houseNumber": "12 a",
                    "postalCode": "10999",
                    "city": "Kreuzberg",
                    "country": "DE",
                    "phoneNumbers": [{"type": "MOBILE", "value": "+49 30 1234"}],
                    "coordinates": {"lat": 52.49, "lon": 13.42},
                }
            ],
        },
        "customAttributes": {"card": "Happy birthday, Ada Lovelace"},
        "deliveryPreferences": {"shipping": {"serviceLevel": "DELIVERY"}},
        "source": {"sourceRef": "a visit of Lovelace"},
        "tags": [{"id": "vip", "value": "gold"}],
    }


@pytest.fixture
def bought(shop: Shop, ada: JSON) -> Order:
    """Two of SKU, picked and fulfilled."""
    shop.stock("A", "SKU", 5)
    order = shop.order({"SKU": 2}, **ada)
    order.pick(SKU=2)
    KeptAnswer.objects.all().delete()  # goes by itself after a day
    return order


def act(shop: Shop, order: Order, *, expect: int = 200, **fields: Any) -> Any:
    body = {"name": "ANONYMIZE", "version": order.document["version"], **fields}
    return shop.call("post", f"orders/{order.id}/actions", body, expect=expect)


def kept() -> str:
    """Everything that stands in any table."""
    rows = [row for model in apps.get_models() for row in model._default_manager.all()]
    return serializers.serialize("json", rows, ensure_ascii=False)


def test_nothing_tells_any_more_who_bought_it(shop: Shop, bought: Order) -> None:
    before = kept()
    assert [secret for secret in SECRETS if secret not in before] == []

    answer = act(shop, bought, reason="She asked for it")

    after = kept()
    assert [secret for secret in SECRETS if secret in after] == []
    assert answer["anonymized"] is True
    assert answer["consumer"] == {"addresses": [{"addressType": "POSTAL_ADDRESS", "country": "DE"}]}
    assert answer["tenantOrderId"] == "order-1"
    assert answer["tags"] == [{"id": "vip", "value": "gold"}]
    assert answer["deliveryPreferences"] == {"shipping": {"serviceLevel": "DELIVERY"}}
    assert [line["quantity"] for line in answer["orderLineItems"]] == [2]
    assert bought.plan["anonymized"] is True
    assert bought.pick_job["anonymized"] is True
    assert shop.get(f"processes/{bought.id}")["isAnonymized"] is True


def test_it_is_told_once_and_nothing_is_changed_afterwards(shop: Shop, bought: Order) -> None:
    version = act(shop, bought)["version"]
    assert act(shop, bought)["version"] == version
    line = {"id": bought.document["orderLineItems"][0]["id"], "quantity": 3}
    body = {"version": version, "orderLineItems": [line]}
    (error,) = shop.call("patch", f"orders/{bought.id}", body, expect=409)
    assert error["description"] == "The order was anonymised: nothing of it can be changed any more."


def test_an_order_that_is_still_to_be_delivered_keeps_its_address(shop: Shop, ada: JSON) -> None:
    shop.listing("A", "LATER", behaviour="BACKORDER")
    waiting = shop.order({"LATER": 1}, **ada)
    (error,) = act(shop, waiting, expect=409)
    assert error["description"].startswith("Something of the order is still to be delivered or picked")
    assert waiting.document["anonymized"] is False
    waiting.cancel()
    assert act(shop, waiting)["anonymized"] is True


def test_an_order_that_is_being_picked_does_so_too(shop: Shop, ada: JSON) -> None:
    shop.stock("A", "SKU", 5)
    order = shop.order({"SKU": 2}, **ada)
    order.act("START")
    act(shop, order, expect=409)


def test_it_is_asked_for_by_an_administrator_only(shop: Shop, bought: Order, api_as: Any) -> None:
    body = {"name": "ANONYMIZE", "version": bought.document["version"]}
    for role in ("VIEWER", "AGENT", "PLANNER", "NETWORK_MANAGER"):
        assert api_as(role).post(f"/api/orders/{bought.id}/actions", body, format="json").status_code == 403


def test_what_was_anonymised_is_found_as_such(shop: Shop, bought: Order) -> None:
    other = shop.order({"SKU": 1})
    act(shop, bought)

    def jobs(wanted: str) -> list[str]:
        return [job["orderRef"] for job in shop.get(f"pickjobs?anonymized={wanted}")["pickjobs"]]

    def plans(query: JSON, **more: Any) -> list[str]:
        found = shop.call("post", "routingplans/search", {"query": query, **more})
        return [plan["orderRef"] for plan in found["routingPlans"]]

    assert (jobs("true"), jobs("false")) == ([bought.id], [other.id])
    assert plans({"anonymized": {"eq": True}}) == [bought.id]
    assert plans({"anonymized": {"eq": False}}) == [other.id]
    assert plans({}, sort=[{"anonymized": "ASC"}]) == [other.id, bought.id]
    assert plans({}, sort=[{"anonymized": "DESC"}]) == [bought.id, other.id]


def test_in_the_night_when_their_time_has_come(
    shop: Shop, bought: Order, ada: JSON, settings: Any, time_machine: Any
) -> None:
    settings.ANTEROOM_RETENTION_DAYS = 30
    shop.listing("A", "LATER", behaviour="BACKORDER")
    waiting = shop.order({"LATER": 1}, **ada)
    anonymise()
    assert not OrderRow.objects.filter(anonymised=True).exists()
    due = OrderRow.objects.get(pk=bought.id).created + timedelta(days=30, seconds=1)
    time_machine.move_to(due)
    anonymise()
    assert OrderRow.objects.get(pk=bought.id).anonymised
    assert not OrderRow.objects.get(pk=waiting.id).anonymised


def test_a_consumer_is_told_everything_and_then_forgotten(
    shop: Shop, bought: Order, ada: JSON, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.listing("A", "LATER", behaviour="BACKORDER")
    waiting = shop.order({"LATER": 1}, **ada)
    shop.order({"LATER": 1})

    call_command("personal_data", "export", "C-1815")
    told = json.loads(capsys.readouterr().out)
    assert told["consumerId"] == "C-1815"
    assert [order["id"] for order in told["orders"]] == [bought.id, waiting.id]
    assert told["orders"][0]["consumer"]["email"] == "ada@example.org"

    with pytest.raises(CommandError, match="1 is still to be delivered or picked"):
        call_command("personal_data", "anonymise", "C-1815")
    assert capsys.readouterr().out == "1 order anonymised.\n"
    waiting.cancel()
    call_command("personal_data", "anonymise", "C-1815")
    with pytest.raises(CommandError, match="No order is of a consumer C-1815"):
        call_command("personal_data", "export", "C-1815")


def test_an_administrator_does_it_on_the_order_s_page(shop: Shop, bought: Order, screens_as: Any) -> None:
    page, dialog = f"/orders/{bought.id}/", f"/orders/{bought.id}/anonymise/"
    agent, administrator = screens_as("AGENT"), screens_as("ADMINISTRATOR")
    assert dialog not in agent.get(page).content.decode()
    shown = administrator.get(page).content.decode()
    assert dialog in shown
    assert "Lovelace" in shown

    assert "This cannot be undone." in administrator.get(dialog).content.decode()
    administrator.post(dialog, {"version": bought.document["version"], "reason": "She asked for it"})
    shown = administrator.get(page).content.decode()
    assert bought.document["anonymized"] is True
    assert dialog not in shown
    assert "Lovelace" not in shown
    assert "The order was anonymised: nothing tells any more who bought it." in shown
    assert "She asked for it" in shown


def test_what_is_still_to_be_delivered_has_no_such_button(shop: Shop, screens_as: Any) -> None:
    shop.listing("A", "LATER", behaviour="BACKORDER")
    waiting = shop.order({"LATER": 1})
    assert "/anonymise/" not in screens_as("ADMINISTRATOR").get(f"/orders/{waiting.id}/").content.decode()
