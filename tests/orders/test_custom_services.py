"""``/api/customservices``: the list of services that orders may ask for (spec 5)."""

from __future__ import annotations

from typing import Any

import pytest

from orders.models import CustomService

pytestmark = pytest.mark.django_db

PATH = "/api/customservices"
WRAPPING = {
    "tenantCustomServiceId": "wrap",
    "status": "ENABLED",
    "nameLocalized": {"de_DE": "Geschenkverpackung", "en_US": "Gift wrapping"},
    "descriptionLocalized": {"en_US": "With a bow"},
    "itemsRequired": "MANDATORY",
    "itemsReturnable": False,
    "executionTimeInMin": 5,
    "imageRefs": ["https://example.org/wrap.jpg"],
    "customAttributes": {"a": 1},
    "additionalInformation": [
        {
            "tenantAdditionalInformationId": "text",
            "nameLocalized": {"en_US": "Text on the card"},
            "valueType": "STRING",
            "isMandatory": True,
        }
    ],
}


def test_a_service_is_created_and_read(api: Any) -> None:
    answer = api.post(PATH, WRAPPING)
    assert answer.status_code == 201
    made = answer.json()
    assert {
        **WRAPPING,
        "status": "ACTIVE",
        "additionalInformation": made["additionalInformation"],
    }.items() <= (made.items())
    [asked] = made["additionalInformation"]
    assert asked.items() >= WRAPPING["additionalInformation"][0].items()  # type: ignore[index]
    assert asked["id"]
    assert (made["name"], made["description"], asked["name"]) == (
        "Gift wrapping",
        "With a bow",
        "Text on the card",
    )
    assert api.get(f"{PATH}/{made['id']}").json() == made


def test_a_service_is_changed_by_actions(api: Any, published: list[Any]) -> None:
    made = api.post(PATH, WRAPPING).json()
    action = {"action": "ModifyCustomService", "status": "INACTIVE", "executionTimeInMin": 7}
    changed = api.patch(f"{PATH}/{made['id']}", {"version": 1, "actions": [action]})
    assert changed.status_code == 200
    assert {**made, "status": "INACTIVE", "executionTimeInMin": 7, "version": 2} == {
        **changed.json(),
        "lastModified": made["lastModified"],
    }
    assert published[-1].facts == {"fields": ["execution_time", "status"]}
    stale = api.patch(f"{PATH}/{made['id']}", {"version": 1, "actions": [action]})
    assert stale.status_code == 409
    assert (stale.json()[0]["version"], stale.json()[0]["requestVersion"]) == (2, 1)


def test_services_are_listed_and_found_by_the_clients_id(api: Any) -> None:
    ids = [api.post(PATH, {**WRAPPING, "tenantCustomServiceId": name}).json()["id"] for name in "abc"]
    page = api.get(PATH, {"size": 2, "startAfterId": ids[0]}).json()
    assert ([one["id"] for one in page["customServices"]], page["total"]) == (ids[1:], 3)
    found = api.get(PATH, {"tenantCustomServiceId": "b"}).json()
    assert [one["id"] for one in found["customServices"]] == [ids[1]]


def test_refusals_write_nothing(api: Any, api_as: Any) -> None:
    refused = api.post(PATH, {"status": "SOMETIMES", "additionalInformation": [{"valueType": "DATE"}]})
    assert {error["field"]: error["code"] for error in refused.json()} == {
        "status": "INVALID_CHOICE",
        "nameLocalized": "REQUIRED",
        "itemsRequired": "REQUIRED",
        "additionalInformation[0].nameLocalized": "REQUIRED",
        "additionalInformation[0].valueType": "INVALID_CHOICE",
    }
    twice = {**WRAPPING, "additionalInformation": WRAPPING["additionalInformation"] * 2}  # type: ignore[operator]
    assert api.post(PATH, twice).status_code == 400
    denied = api_as("PLANNER").post(PATH, WRAPPING)
    assert (denied.status_code, "orders.manage_services" in denied.json()[0]["description"]) == (403, True)
    assert not CustomService.objects.exists()
    api.post(PATH, WRAPPING)
    taken = api.post(PATH, WRAPPING)
    assert (taken.status_code, taken.json()[0]["field"]) == (409, "tenantCustomServiceId")
    assert api.get(f"{PATH}/nothing").status_code == 404
    assert CustomService.objects.count() == 1
