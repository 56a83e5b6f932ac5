"""``/api/facilities`` (spec 5; O3, W4)."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.core.errors import StateConflict
from inventory.events import FacilityChanged, FacilityDeleting
from inventory.models import Facility, Listing, Stock
from tests.factories.inventory import FacilityFactory, ListingFactory, StockFactory, StockLevelFactory

ADDRESS = {
    "companyName": "Ship & Co",
    "street": "Hauptstr.",
    "houseNumber": "42a",
    "postalCode": "50667",
    "city": "Köln",
    "country": "DE",
    "resolvedCoordinates": {"lat": 50.94, "lon": 6.96},
    "phoneNumbers": [{"type": "PHONE", "value": "+49 221 1"}],
}

NEW = {
    "name": "Köln",
    "tenantFacilityId": "K-12",
    "locationType": "WAREHOUSE",
    "status": "ONLINE",
    "services": [{"type": "SHIP_FROM_STORE"}],
    "address": ADDRESS,
    "contact": {"firstName": "Ada", "lastName": "Lovelace"},
    "tags": [{"id": "region", "value": "west"}],
    "pickingTimes": {"monday": [{"start": {"hour": 8, "minute": 0}, "end": {"hour": 18, "minute": 30}}]},
    "closingDays": [{"date": "2026-12-25T00:00:00Z", "reason": "Christmas", "recurrence": "YEARLY"}],
    "pickingMethods": ["SINGLE_ORDER"],
}


def changed(published: list[Any]) -> FacilityChanged:
    (event,) = (event for event in published if isinstance(event, FacilityChanged))
    return event


def test_a_created_facility_can_be_read(api: Any, published: list[Any]) -> None:
    response = api.post("/api/facilities", NEW)
    assert response.status_code == 201
    created = response.json()
    assert response["Location"].endswith(f"/api/facilities/{created['id']}")
    assert api.get(response["Location"]).json() == created
    assert {name: created[name] for name in NEW if name not in ("address", "closingDays")} == {
        name: value for name, value in NEW.items() if name not in ("address", "closingDays")
    }
    assert created["version"] == 1
    assert created["type"] == "MANAGED_FACILITY"
    assert created["closingDays"][0]["date"] == "2026-12-25T00:00:00.000Z"
    zone = created["address"].pop("resolvedTimeZone")
    assert zone["timeZoneId"] == "Europe/Berlin"
    assert zone["offsetInSeconds"] in (3600, 7200)
    assert created["address"] == ADDRESS
    assert changed(published).may_release


def test_a_facility_is_a_store_that_is_online_unless_told_otherwise(call: Any) -> None:
    created = call("post", "facilities", {"name": "Bonn", "address": ADDRESS}, expect=201)
    assert (created["status"], created["locationType"], created["services"]) == ("ONLINE", "STORE", [])
    assert created["fulfillmentProcessBuffer"] == 240
    assert "tenantFacilityId" not in created


@pytest.mark.parametrize(
    ("country", "lat", "lon", "zone"),
    [
        ("US", 34.05, -118.24, "America/Los_Angeles"),
        ("US", 40.71, -74.0, "America/New_York"),
        ("AT", None, None, "Europe/Vienna"),
    ],
)
def test_the_time_zone_follows_from_the_place(
    call: Any, country: str, lat: float | None, lon: float | None, zone: str
) -> None:
    address = {**ADDRESS, "country": country, "resolvedCoordinates": None}
    if lat is not None:
        address["resolvedCoordinates"] = {"lat": lat, "lon": lon}
    created = call("post", "facilities", {"name": "there", "address": address}, expect=201)
    assert created["address"]["resolvedTimeZone"]["timeZoneId"] == zone


def test_every_problem_of_a_new_facility_is_reported_at_once(refuse: Any) -> None:
    body = {
        "type": "SUPPLIER",
        "services": [{"type": "FLY"}],
        "address": {
            **ADDRESS,
            "country": "Germany",
            "city": None,
            "resolvedCoordinates": {"lat": 91, "lon": 0},
        },
        "fulfillmentProcessBuffer": -1,
        "pickingTimes": {"monday": [{"start": {"hour": 9, "minute": 0}, "end": {"hour": 9, "minute": 0}}]},
    }
    assert refuse("post", "facilities", body) == {
        "name": "REQUIRED",
        "type": "INVALID_CHOICE",
        "services[0].type": "INVALID_CHOICE",
        "address.country": "INVALID",
        "address.city": "REQUIRED",
        "address.resolvedCoordinates.lat": "MAX_VALUE",
        "fulfillmentProcessBuffer": "MIN_VALUE",
        "pickingTimes.monday[0].end": "INVALID",
    }
    assert not Facility.objects.exists()


def test_an_unknown_country_or_time_zone_is_refused(refuse: Any) -> None:
    address = {**ADDRESS, "country": "XX", "resolvedTimeZone": {"timeZoneId": "Europe/Atlantis"}}
    assert refuse("post", "facilities", {"name": "Atlantis", "address": address}) == {
        "address.country": "INVALID",
        "address.resolvedTimeZone.timeZoneId": "INVALID",
    }
    assert not Facility.objects.exists()


def test_overlapping_picking_times_are_refused(refuse: Any) -> None:
    def hours(start: int, end: int) -> dict[str, Any]:
        return {"start": {"hour": start, "minute": 0}, "end": {"hour": end, "minute": 0}}

    body = {**NEW, "pickingTimes": {"friday": [hours(12, 18), hours(8, 13)]}}
    assert refuse("post", "facilities", body) == {"pickingTimes.friday": "INVALID"}


def test_a_taken_tenant_id_is_a_conflict(call: Any, refuse: Any, facility: Facility) -> None:
    assert refuse("post", "facilities", {**NEW, "tenantFacilityId": "K-1"}, expect=409) == {
        "tenantFacilityId": "ALREADY_EXISTS"
    }
    other = FacilityFactory()
    change = {"version": 1, "tenantFacilityId": "K-1"}
    assert refuse("patch", f"facilities/{other.pk}", change, expect=409) == {
        "tenantFacilityId": "ALREADY_EXISTS"
    }
    assert Facility.objects.count() == 2


def test_a_facility_is_found_by_its_urn(call: Any, refuse: Any, facility: Facility) -> None:
    urn = "facilities/urn:fft:facility:tenantFacilityId:K-1"
    assert call("get", urn)["id"] == str(facility.pk)
    assert call("patch", urn, {"version": 1, "name": "Bonn"})["name"] == "Bonn"
    assert call("get", f"{urn}/listings") == {"listings": [], "total": 0}
    for unknown in ("urn:fft:facility:tenantFacilityId:K-2", "K-1", "01900000-0000-7000-8000-000000000000"):
        assert refuse("get", f"facilities/{unknown}", expect=404) == {"": "NOT_FOUND"}


def test_the_list_shows_the_address_at_the_top_level(call: Any) -> None:
    facility = FacilityFactory(name="Bonn", province="NRW")
    answer = call("get", "facilities")
    assert answer == {
        "facilities": [
            {
                "id": str(facility.pk),
                "version": 1,
                "created": answer["facilities"][0]["created"],
                "lastModified": answer["facilities"][0]["lastModified"],
                "name": "Bonn",
                "tenantFacilityId": facility.tenant_facility_id,
                "type": "MANAGED_FACILITY",
                "status": "ONLINE",
                "street": "Hauptstr.",
                "houseNumber": "1",
                "postalCode": "50667",
                "city": "Köln",
                "province": "NRW",
                "country": "DE",
            }
        ],
        "total": 1,
    }


def test_the_list_is_filtered_and_paged(call: Any, refuse: Any) -> None:
    ids = [str(FacilityFactory(status=status).pk) for status in ("ONLINE", "OFFLINE", "SUSPENDED", "ONLINE")]

    def found(query: str) -> list[str]:
        return [facility["id"] for facility in call("get", f"facilities?{query}")["facilities"]]

    assert found("") == ids
    assert found("status=OFFLINE&status=SUSPENDED") == ids[1:3]
    assert found("status=OFFLINE,SUSPENDED") == ids[1:3]
    assert found("status=BURNT") == []
    assert found("type=SUPPLIER") == []
    assert found("type=MANAGED_FACILITY") == ids
    assert found(f"tenantFacilityId={Facility.objects.get(pk=ids[2]).tenant_facility_id}") == [ids[2]]
    assert found(f"size=2&startAfterId={ids[0]}") == ids[1:3]
    assert call("get", "facilities?size=1")["total"] == 4
    assert refuse("get", "facilities?size=501&startAfterId=x&orderBy=AGE") == {"orderBy": "INVALID"}
    assert refuse("get", "facilities?size=501&startAfterId=x") == {
        "size": "OUT_OF_RANGE",
        "startAfterId": "INVALID",
    }


@pytest.mark.parametrize(
    ("order", "expected"), [("NAME", "BCAD"), ("POSTAL_CODE_ASC", "CADB"), ("CREATED", "ABCD")]
)
def test_the_list_has_other_orders_and_pages_in_them(call: Any, order: str, expected: str) -> None:
    for letter, name, postal_code in (("A", "x", "2"), ("B", "a", "9"), ("C", "m", "1"), ("D", "x", "2")):
        FacilityFactory(tenant_facility_id=letter, name=name, postal_code=postal_code)
    shown, after = "", ""
    for _ in range(4):
        page = call("get", f"facilities?orderBy={order}&size=1{after}")
        assert page["total"] == 4
        (facility,) = page["facilities"]
        shown += facility["tenantFacilityId"]
        after = f"&startAfterId={facility['id']}"
    assert shown == expected
    assert call("get", f"facilities?orderBy={order}{after}")["facilities"] == []


def test_a_cursor_that_vanished_is_refused_in_other_orders(refuse: Any) -> None:
    query = "orderBy=NAME&startAfterId=01900000-0000-7000-8000-000000000000"
    assert refuse("get", f"facilities?{query}") == {"startAfterId": "INVALID"}


def test_the_list_takes_a_constant_number_of_queries(known_api: Any, django_assert_num_queries: Any) -> None:
    FacilityFactory.create_batch(5)
    with django_assert_num_queries(3):  # the token, the page, the total
        known_api.get("/api/facilities")


def test_a_plain_patch_changes_what_it_names(call: Any, facility: Facility, published: list[Any]) -> None:
    body = {"version": 1, "type": "MANAGED_FACILITY", "status": "SUSPENDED", "address": {"city": "Bonn"}}
    answer = call("patch", f"facilities/{facility.pk}", body)
    assert (answer["version"], answer["status"]) == (2, "SUSPENDED")
    assert (answer["address"]["city"], answer["address"]["street"]) == ("Bonn", "Hauptstr.")
    event = changed(published)
    assert (event.old_status, event.new_status, event.may_release) == ("ONLINE", "SUSPENDED", False)
    assert event.fields == {"status", "city"}


def test_actions_are_applied_in_order(call: Any, facility: Facility) -> None:
    actions = [
        {"action": "ModifyFacility", "name": "Bonn", "pickingMethods": ["BATCH"]},
        {"action": "ModifyFacility", "name": "Trier", "customAttributes": {"floor": 2}},
    ]
    answer = call("patch", f"facilities/{facility.pk}", {"version": 1, "actions": actions})
    assert (answer["name"], answer["version"]) == ("Trier", 2)
    assert (answer["pickingMethods"], answer["customAttributes"]) == (["BATCH"], {"floor": 2})


@pytest.mark.parametrize(
    ("change", "may_release"),
    [
        ({"status": "ONLINE"}, False),
        ({"name": "Bonn"}, False),
        ({"services": [{"type": "PICKUP"}]}, True),
        ({"address": {"country": "AT"}}, True),
        ({"tags": [{"id": "a", "value": "b"}]}, True),
        ({"capacityEnabled": True}, True),
        ({"status": "OFFLINE", "services": []}, False),
    ],
)
def test_changes_that_fences_read_may_release_waiting_plans(
    call: Any, facility: Facility, published: list[Any], change: dict[str, Any], may_release: bool
) -> None:
    """W4: a field that fences read changed, at a facility that takes orders."""
    call("patch", f"facilities/{facility.pk}", {"version": 1, **change})
    assert changed(published).may_release is may_release


def test_coming_online_may_release_waiting_plans(call: Any, published: list[Any]) -> None:
    facility = FacilityFactory(status="SUSPENDED")
    call("patch", f"facilities/{facility.pk}", {"version": 1, "status": "ONLINE"})
    assert changed(published).may_release


def test_unknown_fields_of_a_change_are_named(refuse: Any, facility: Facility) -> None:
    path = f"facilities/{facility.pk}"
    assert refuse("patch", path, {"version": 1, "colour": "red"}) == {"colour": "UNKNOWN_FIELD"}
    action = {"action": "ModifyFacility", "colour": "red"}
    assert refuse("patch", path, {"version": 1, "actions": [action]}) == {
        "actions[0].colour": "UNKNOWN_FIELD"
    }
    assert refuse("patch", path, {"name": "Bonn"}) == {"version": "REQUIRED"}
    assert refuse("patch", path, {"version": 1, "type": "SUPPLIER"}) == {"type": "INVALID_CHOICE"}
    facility.refresh_from_db()
    assert (facility.version, facility.name) == (1, "Köln")


def test_a_stale_version_is_a_conflict_that_names_both(call: Any, facility: Facility) -> None:
    call("patch", f"facilities/{facility.pk}", {"version": 1, "name": "Bonn"})
    (error,) = call("patch", f"facilities/{facility.pk}", {"version": 1, "name": "Trier"}, expect=409)
    assert (error["code"], error["version"], error["requestVersion"]) == ("VERSION_CONFLICT", 2, 1)
    assert call("get", f"facilities/{facility.pk}")["name"] == "Bonn"


def test_a_replacement_resets_what_it_leaves_out(call: Any) -> None:
    created = call("post", "facilities", {**NEW, "customAttributes": {"a": 1}}, expect=201)
    Facility.objects.update(rank=7, carriers=["DHL"])
    whole = {
        "version": 1,
        "name": "Bonn",
        "status": "OFFLINE",
        "locationType": "STORE",
        "type": "MANAGED_FACILITY",
        "address": {
            name: ADDRESS[name] for name in ("companyName", "street", "postalCode", "city", "country")
        },
    }
    answer = call("put", f"facilities/{created['id']}", whole)
    assert answer["version"] == 2
    assert (answer["name"], answer["services"]) == ("Bonn", [])
    assert "tags" not in answer
    assert not {"tenantFacilityId", "contact", "customAttributes", "pickingTimes"} & set(answer)
    assert not {"resolvedCoordinates", "houseNumber", "phoneNumbers"} & set(answer["address"])
    row = Facility.objects.get()
    assert (row.rank, row.carriers) == (7, ["DHL"])


def test_what_was_read_can_be_put_back(call: Any) -> None:
    created = call("post", "facilities", NEW, expect=201)
    again = call("put", f"facilities/{created['id']}", created)
    different = {"version", "lastModified"}
    assert {k: v for k, v in again.items() if k not in different} == {
        k: v for k, v in created.items() if k not in different
    }


def test_a_replacement_must_be_whole(refuse: Any, facility: Facility) -> None:
    assert refuse("put", f"facilities/{facility.pk}", {"version": 1}) == {
        "name": "REQUIRED",
        "status": "REQUIRED",
        "locationType": "REQUIRED",
        "address": "REQUIRED",
    }


def test_an_empty_facility_is_deleted(call: Any, facility: Facility, published: list[Any]) -> None:
    assert call("delete", f"facilities/{facility.pk}") == {}
    assert not Facility.objects.exists()
    assert [type(event) for event in published] == [FacilityDeleting, FacilityChanged]
    assert changed(published).new_status is None


def test_a_facility_with_listings_or_stock_is_not_deleted_unless_forced(
    call: Any, refuse: Any, facility: Facility
) -> None:
    ListingFactory(facility=facility)
    StockFactory(facility=facility)
    (error,) = call("delete", f"facilities/{facility.pk}", expect=409)
    assert error["code"] == "NOT_EMPTY"
    assert "1 listing, 1 stock record: remove" in error["description"]
    assert refuse("delete", f"facilities/{facility.pk}?forceDeletion=maybe") == {"forceDeletion": "INVALID"}
    assert Facility.objects.exists()
    assert call("delete", f"facilities/{facility.pk}?forceDeletion=true") == {}
    assert not any(model.objects.exists() for model in (Facility, Listing, Stock))


def test_reserved_stock_keeps_a_facility_even_if_forced(refuse: Any, facility: Facility) -> None:
    StockLevelFactory(facility=facility, on_hand=5, reserved=2)
    assert refuse("delete", f"facilities/{facility.pk}?forceDeletion=true", expect=409) == {
        "": "STATE_CONFLICT"
    }
    assert Stock.objects.exists()


def test_higher_floors_may_veto_a_deletion(
    refuse: Any, facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O3: deleting a facility that live records refer to is a conflict that says which."""

    def veto(events: list[FacilityDeleting]) -> None:
        raise StateConflict("The order R-1 is on its way there.")

    monkeypatch.setattr("backoffice.core.events._subscriptions", [(FacilityDeleting, veto)])
    assert refuse("delete", f"facilities/{facility.pk}?forceDeletion=true", expect=409) == {
        "": "STATE_CONFLICT"
    }
    assert Facility.objects.exists()
