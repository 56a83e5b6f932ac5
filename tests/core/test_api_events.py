from __future__ import annotations

from uuid import UUID

import pytest

from backoffice.core.actor import Actor, acting_as
from backoffice.core.events import publish
from backoffice.core.models import DomainEvent
from tests.core.test_events import LampLit

PROCESS = UUID("0198a5b1-7c1e-7a53-8f04-1d2c3b4a5968")


@pytest.fixture
def timeline(db, time_machine):
    time_machine.move_to("2026-05-01T08:00:00+00:00", tick=False)
    publish([LampLit(resource_id="a", process_id=PROCESS, facts={"watts": 40}), LampLit(resource_id="b")])
    time_machine.move_to("2026-05-02T08:00:00+00:00", tick=False)
    with acting_as(Actor("ada@example.org")):
        publish([LampLit(resource_id="a")], reason="it is dark")


def resources(response):
    assert response.status_code == 200, response.content
    return [event["resourceId"] for event in response.json()["events"]]


def test_events_tell_what_happened_who_did_it_and_why(api, timeline):
    body = api.get("/api/events").json()
    ids = [str(pk) for pk in DomainEvent.objects.values_list("pk", flat=True)]
    assert body["total"] == 3
    assert body["events"][0] == {
        "id": ids[0],
        "event": "LAMP_LIT",
        "resourceType": "lamp",
        "resourceId": "a",
        "processRef": str(PROCESS),
        "actor": "system",
        "facts": {"watts": 40},
        "occurredAt": "2026-05-01T08:00:00.000Z",
    }
    assert (body["events"][2]["actor"], body["events"][2]["reason"]) == ("ada@example.org", "it is dark")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("resourceId=a", ["a", "a"]),
        ("resourceId=a,b", ["a", "b", "a"]),
        ("resourceId=a&resourceId=b", ["a", "b", "a"]),
        ("resourceType=lamp&resourceId=b", ["b"]),
        ("resourceType=door", []),
        ("event=LAMP_LIT&actor=ada@example.org", ["a"]),
        (f"processRef={PROCESS}", ["a"]),
        ("processRef=0198a5b1-7c1e-7a53-8f04-000000000000", []),
        ("processRef=nonsense", []),
        ("from=2026-05-02T08:00:00Z", ["a"]),
        ("to=2026-05-02T08:00:00Z", ["a", "b"]),
        ("from=2026-05-01T10:00:00+02:00&to=2026-05-01T10:00:01 02:00", ["a", "b"]),
        ("from=2026-05-02T08:00:01", []),
        ("unknown=1", ["a", "b", "a"]),
    ],
)
def test_filters(api, timeline, query, expected):
    assert resources(api.get(f"/api/events?{query}")) == expected


def test_filters_that_make_no_sense_are_all_reported(api, timeline):
    response = api.get("/api/events?from=yesterday&to=tomorrow")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()] == ["to", "from"]


def test_pages_by_number(api, timeline):
    first = api.get("/api/events?size=2").json()
    assert first["total"] == 3
    assert resources(api.get(f"/api/events?size=2&startAfterId={first['events'][-1]['id']}")) == ["a"]


@pytest.mark.parametrize("cursor", ["x", "1.5", "9" * 40, "-1x"])
def test_a_cursor_that_is_no_number_is_400(api, timeline, cursor):
    response = api.get(f"/api/events?startAfterId={cursor}")
    assert response.status_code == 400
    assert response.json()[0]["field"] == "startAfterId"
