"""``/api/cancelationreasons`` in the contract's shapes."""

from __future__ import annotations

from typing import Any

import pytest

from orders.models import CancelationReason

pytestmark = pytest.mark.django_db

PATH = "/api/cancelationreasons"
GIVEN = {"reason": "Fraud", "reasonLocalized": {"de_DE": "Betrug"}}


def test_a_reason_is_added_read_replaced_and_deleted(api: Any) -> None:
    added = api.post(PATH, GIVEN)
    assert added.status_code == 201
    reason = added.json()
    assert added["Location"] == f"{PATH}/{reason['id']}"
    assert {key: reason[key] for key in ("action", "version", *GIVEN)} == {
        "action": "CANCELATION",
        "version": 1,
        **GIVEN,
    }
    assert api.get(added["Location"]).json() == reason

    changed = api.put(added["Location"], {"version": 1, "reason": "Theft", "reasonLocalized": {}})
    assert changed.status_code == 200
    assert (changed.json()["reason"], changed.json()["version"]) == ("Theft", 2)

    gone = api.delete(added["Location"])
    assert (gone.status_code, gone.json()) == (200, {})
    assert api.get(added["Location"]).status_code == 404
    assert api.delete(added["Location"]).status_code == 404


def test_a_reason_that_exists_is_pointed_to(api: Any) -> None:
    first = api.post(PATH, GIVEN)
    again = api.post(PATH, GIVEN)
    assert (again.status_code, again["Location"]) == (303, first["Location"])
    assert CancelationReason.objects.count() == 1


def test_the_list_says_whether_there_are_more(api: Any) -> None:
    ids = [api.post(PATH, {**GIVEN, "reason": text}).json()["id"] for text in ("a", "b", "c")]
    first = api.get(PATH, {"size": 2}).json()
    assert ([one["id"] for one in first["reasons"]], first["hasNextPage"], first["total"]) == (
        ids[:2],
        True,
        3,
    )
    rest = api.get(PATH, {"size": 2, "startAfterId": ids[1]}).json()
    assert ([one["id"] for one in rest["reasons"]], rest["hasNextPage"]) == (ids[2:], False)
    assert rest.keys() == {"reasons", "hasNextPage", "total"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reason"),
        ({"reason": "x"}, "reasonLocalized"),
        ({**GIVEN, "action": "CANCELATION"}, "action"),
        ({**GIVEN, "reasonLocalized": {"nowhere!": "x"}}, "reasonLocalized"),
    ],
)
def test_what_is_malformed_is_refused(api: Any, body: Any, field: str) -> None:
    response = api.post(PATH, body)
    assert response.status_code == 400
    assert field in [error["field"] for error in response.json()]
    assert not CancelationReason.objects.exists()


def test_a_stale_version_and_a_taken_text_are_conflicts(api: Any) -> None:
    api.post(PATH, {**GIVEN, "reason": "taken"})
    path = api.post(PATH, GIVEN)["Location"]
    stale = api.put(path, {**GIVEN, "version": 7})
    assert (stale.status_code, stale.json()[0]["code"]) == (409, "VERSION_CONFLICT")
    taken = api.put(path, {**GIVEN, "version": 1, "reason": "taken"})
    assert (taken.status_code, taken.json()[0]["code"]) == (409, "REASON_TAKEN")
    assert api.get(path).json()["reason"] == "Fraud"


def test_agents_read_reasons_and_managers_change_them(api_as: Any) -> None:
    manager, agent = api_as("NETWORK_MANAGER"), api_as("AGENT")
    path = manager.post(PATH, GIVEN)["Location"]
    assert agent.get(path).status_code == 200
    assert agent.post(PATH, {**GIVEN, "reason": "x"}).status_code == 403
    assert agent.put(path, {**GIVEN, "version": 1}).status_code == 403
    assert agent.delete(path).status_code == 403
    assert CancelationReason.objects.count() == 1
