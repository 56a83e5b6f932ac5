"""Carriers, and where they call (spec 5; F4), and what clients ask about the site."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.events import FacilityChanged
from inventory.models import Carrier, Facility, FacilityCarrier
from inventory.services.facilities import modify_facility
from tests.factories.inventory import FacilityFactory


@pytest.fixture
def dhl(call: Any, db: None) -> Any:
    return call("post", "carriers", {"key": "DHL", "name": "DHL Paket"}, expect=201)


def keys(facility: Facility) -> list[str]:
    facility.refresh_from_db()
    return list(facility.carriers)


def test_a_carrier_is_created_read_listed_and_changed(call: Any, dhl: Any) -> None:
    assert (dhl["key"], dhl["name"], dhl["status"], dhl["deliveryType"]) == (
        "DHL",
        "DHL Paket",
        "ACTIVE",
        "DELIVERY",
    )
    assert call("get", f"carriers/{dhl['id']}") == dhl
    [listed] = call("get", "carriers")["carriers"]
    assert listed.items() <= dhl.items()
    action = {"action": "ModifyCarrier", "name": "DHL", "logoUrl": "https://x/y.png"}
    changed = call("patch", f"carriers/{dhl['id']}", {"version": 1, "actions": [action]})
    assert (changed["name"], changed["logoUrl"], changed["version"]) == ("DHL", "https://x/y.png", 2)
    call("patch", f"carriers/{dhl['id']}", {"version": 1, "actions": [action]}, expect=409)
    call("post", "carriers", {"key": "DHL", "name": "x"}, expect=409)
    assert Carrier.objects.count() == 1


def test_it_counts_at_a_facility_while_both_are_active(
    call: Any, dhl: Any, facility: Facility, published: list[Any]
) -> None:
    """F4, W4: each change is one of what fences read; the facility's version stays."""
    published.clear()
    path = f"facilities/urn:fft:facility:tenantFacilityId:K-1/carriers/{dhl['id']}"
    made = call("post", path, {"name": "x", "cutoffTime": {"hour": 12, "minute": 0}}, expect=201)
    assert (made["key"], made["carrierRef"], made["facilityRef"]) == ("DHL", dhl["id"], str(facility.pk))
    assert made["cutoffTime"] == {"hour": 12, "minute": 0}
    assert (keys(facility), facility.version) == (["DHL"], 1)
    assert call("get", path) == made
    assert call("get", f"facilities/{facility.pk}/carriers") == {"carriers": [made], "total": 1}
    call("post", path, {}, expect=409)

    changed = call("put", f"facilities/{facility.pk}/carriers/DHL", {"version": 1, "status": "INACTIVE"})
    assert (changed["version"], changed["cutoffTime"], keys(facility)) == (2, made["cutoffTime"], [])
    call("put", path, {"version": 1, "status": "ACTIVE"}, expect=409)
    call("put", path, {"version": 2, "status": "ACTIVE"})
    assert keys(facility) == ["DHL"]

    switch = {"action": "ModifyCarrier", "status": "INACTIVE"}
    call("patch", f"carriers/{dhl['id']}", {"version": 1, "actions": [switch]})
    assert keys(facility) == []
    call("patch", f"carriers/{dhl['id']}", {"version": 2, "actions": [{**switch, "status": "ACTIVE"}]})
    assert keys(facility) == ["DHL"]

    assert call("delete", path) == {}
    assert keys(facility) == []
    call("delete", path, expect=404)
    call("get", path, expect=404)
    changes = [event for event in published if isinstance(event, FacilityChanged)]
    assert len(changes) == 6
    assert all(event.may_release and event.fields == {"carriers"} for event in changes)


def test_secrets_are_not_taken(call: Any, refuse: Any, dhl: Any, facility: Facility) -> None:
    path = f"facilities/{facility.pk}/carriers/DHL"
    assert refuse("post", path, {"credentials": {"key": "s3cret"}}) == {"credentials": "NOT_SUPPORTED"}
    assert not FacilityCarrier.objects.exists()
    call("post", f"facilities/{facility.pk}/carriers/none", {}, expect=404)


def test_keys_that_a_facility_is_given_are_connections(facility: Facility, dhl: Any) -> None:
    modify_facility(facility_id=facility.pk, version=1, values={"carriers": ["DHL", "GLS"]})
    connected = FacilityCarrier.objects.order_by("carrier__key")
    assert list(connected.values_list("carrier__key", "status")) == [("DHL", "ACTIVE"), ("GLS", "ACTIVE")]
    modify_facility(facility_id=facility.pk, version=2, values={"carriers": ["GLS"]})
    assert [row.carrier.key for row in connected.all()] == ["GLS"]
    assert Carrier.objects.count() == 2


def test_new_facilities_pick_when_the_site_says_so(call: Any, refuse: Any, db: None) -> None:
    configured = call("get", "configurations/pickingtimes")
    assert (configured["pickingTimes"], configured["version"]) == ({}, 1)
    monday = [{"start": {"hour": 8, "minute": 0}, "end": {"hour": 18, "minute": 0}}]
    body = {"version": 1, "pickingTimes": {"monday": monday}}
    assert call("put", "configurations/pickingtimes", body)["pickingTimes"] == {"monday": monday}
    call("put", "configurations/pickingtimes", body, expect=409)
    address = {"companyName": "x", "street": "x", "postalCode": "1", "city": "x", "country": "DE"}
    made = call("post", "facilities", {"name": "A", "address": address}, expect=201)
    assert made["pickingTimes"] == {"monday": monday}
    own = call("post", "facilities", {"name": "B", "address": address, "pickingTimes": {}}, expect=201)
    assert "pickingTimes" not in own
    assert FacilityFactory().picking_times == {}


def test_the_locales_are_those_that_texts_are_shown_in(call: Any, db: None) -> None:
    assert sorted(call("get", "configurations/supportedlocales")) == ["de_DE", "en_US"]
