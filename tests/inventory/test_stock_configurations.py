"""``/api/facilities/{id}/configurations/stock``"""

from __future__ import annotations

from typing import Any

import pytest

from inventory.models import Facility
from tests.factories.inventory import FacilityFactory

pytestmark = pytest.mark.django_db


def path_of(facility: Facility) -> str:
    return f"/api/facilities/{facility.pk}/configurations/stock"


def test_short_picks_are_booked_out_unless_somebody_switches_that_off(api: Any) -> None:
    """P2, spec 5: the parts that do nothing here are off."""
    facility = FacilityFactory()
    before = api.get(path_of(facility)).json()
    assert before == {
        "id": str(facility.pk),
        "version": 1,
        "created": before["created"],
        "lastModified": before["lastModified"],
        "shortpick": {"active": True},
        "listingReactivationAfter": {"active": False, "value": 24},
        "retainedOfflineStock": {"active": False, "value": 0.2},
    }

    changed = api.patch(path_of(facility), {**before, "shortpick": {"active": False}}).json()

    assert (changed["version"], changed["shortpick"]) == (2, {"active": False})
    assert api.get(path_of(facility)).json() == changed
    facility.refresh_from_db()
    assert facility.books_short_picks is False
    kept = api.patch(path_of(facility), {"version": 2}).json()
    assert kept["shortpick"] == {"active": False}


def test_the_actions_of_the_public_sdk_change_it_too(api: Any) -> None:
    facility = FacilityFactory()
    switch_off = {"action": "ModifyShortpick", "active": False}
    leave_off = [
        {"action": "ModifyRetainedOfflineStock", "active": False},
        {"action": "ModifyListingReactivationAfter", "listingReactivationAfter": {"active": False}},
    ]
    changed = api.patch(path_of(facility), {"version": 1, "actions": [switch_off, *leave_off]}).json()
    assert (changed["version"], changed["shortpick"]) == (2, {"active": False})


def test_it_is_found_by_the_clients_own_name_of_the_facility(api: Any) -> None:
    facility = FacilityFactory(tenant_facility_id="berlin")
    answer = api.get("/api/facilities/urn:fft:facility:tenantFacilityId:berlin/configurations/stock")
    assert answer.json()["id"] == str(facility.pk)
    assert api.get("/api/facilities/nowhere/configurations/stock").status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "field", "code"),
    [
        ({}, 400, "version", "REQUIRED"),
        ({"version": 1, "shortpick": {}}, 400, "shortpick.active", "REQUIRED"),
        ({"version": 1, "shortpick": {"active": "perhaps"}}, 400, "shortpick.active", "INVALID"),
        (
            {"version": 1, "listingReactivationAfter": {"active": True}},
            400,
            "listingReactivationAfter.active",
            "NOT_SUPPORTED",
        ),
        (
            {"version": 1, "retainedOfflineStock": {"active": True, "value": 0.5}},
            400,
            "retainedOfflineStock.active",
            "NOT_SUPPORTED",
        ),
        (
            {"version": 1, "actions": [{"action": "ModifyRetainedOfflineStock", "active": True}]},
            400,
            "actions[0].active",
            "NOT_SUPPORTED",
        ),
        ({"version": 1, "actions": [{"action": "ModifyPrice"}]}, 400, "actions[0].action", "INVALID_CHOICE"),
        ({"version": 7, "shortpick": {"active": False}}, 409, "version", "VERSION_CONFLICT"),
    ],
)
def test_what_makes_no_sense_is_refused(
    api: Any, body: dict[str, Any], status: int, field: str, code: str
) -> None:
    facility = FacilityFactory()
    answer = api.patch(path_of(facility), body)
    assert answer.status_code == status, answer.content
    (problem,) = answer.json()
    assert (problem["field"], problem["code"]) == (field, code)
    facility.refresh_from_db()
    assert (facility.version, facility.stock_configuration) == (1, {})


def test_whoever_may_not_manage_facilities_only_looks(api_as: Any, anonymous: Any) -> None:
    facility = FacilityFactory()
    body = {"version": 1, "shortpick": {"active": False}}
    assert anonymous.get(path_of(facility)).status_code == 401
    for role, status in (("VIEWER", 403), ("PLANNER", 403), ("NETWORK_MANAGER", 200)):
        client = api_as(role)
        assert client.get(path_of(facility)).status_code == 200
        assert client.patch(path_of(facility), body).status_code == status
