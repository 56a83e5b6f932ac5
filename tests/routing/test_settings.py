"""The waiting-room settings over HTTP (spec 2 "Site settings", spec 5)."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.core import events
from backoffice.core.models import DomainEvent
from routing.events import SettingsChanged
from routing.models import WaitingRoomSettings

URL = "/api/configurations/waitingroom"

pytestmark = pytest.mark.django_db


def put(api: Any, body: dict[str, Any], status: int = 200) -> Any:
    answer = api.put(URL, body)
    assert answer.status_code == status, answer.content
    return answer.json()


def stored() -> tuple[Any, ...]:
    return list(WaitingRoomSettings.objects.values()), DomainEvent.objects.count()


def test_new_site_has_the_defaults_of_the_specification(api: Any) -> None:
    body = api.get(URL).json()
    assert {key: value for key, value in body.items() if key not in ("created", "lastModified")} == {
        "version": 1,
        "futureInventoryEnabled": False,
        "futureDateLimit": {"quantity": 4, "unit": "WEEKS"},
        "paymentVoidAndReauth": False,
        "defaultBackorderDays": 14,
        "partialRelease": "NONE",
        "prioritization": [{"by": "ORDER_DATE"}],
        "overtaking": "ALLOW",
        "maxWaitDays": None,
        "autoCancel": False,
    }


def test_put_of_what_was_read_changes_nothing_but_the_version(api: Any) -> None:
    before = api.get(URL).json()
    after = put(api, before)
    changing = {"version": 2, "lastModified": after["lastModified"]}
    assert after == {**before, **changing}
    assert not DomainEvent.objects.filter(name="WAITING_ROOM_SETTINGS_CHANGED").exists()


def test_every_setting_can_be_changed(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[SettingsChanged] = []
    monkeypatch.setattr(events, "_subscriptions", [(SettingsChanged, heard.extend)])
    wanted = {
        "futureInventoryEnabled": True,
        "futureDateLimit": {"quantity": 2, "unit": "MONTHS"},
        "paymentVoidAndReauth": True,
        "defaultBackorderDays": 9,
        "partialRelease": "QUANTITY",
        "prioritization": [
            {"by": "TAG", "value": "vip:gold"},
            {"by": "TAG", "value": "vip"},
            {"by": "PRIORITY", "direction": "DESC"},
            {"by": "WAITING_SINCE", "direction": "ASC"},
        ],
        "overtaking": "STRICT",
        "maxWaitDays": 90,
        "autoCancel": True,
    }
    after = put(api, {**wanted, "version": 1})
    assert {key: after[key] for key in wanted} == wanted
    assert {key: api.get(URL).json()[key] for key in wanted} == wanted
    (event,) = heard
    assert {"prioritization", "future_date_limit_unit", "auto_cancel"} <= event.changed
    assert "version" not in event.changed
    row = DomainEvent.objects.get(name="WAITING_ROOM_SETTINGS_CHANGED")
    assert (row.actor, set(row.facts["changed"])) == (api.user.email, event.changed)


def test_what_is_left_out_stays_as_it_is(api: Any) -> None:
    put(api, {"version": 1, "overtaking": "STRICT", "maxWaitDays": 30})
    after = put(api, {"version": 2, "partialRelease": "LINE_ITEM"})
    assert (after["overtaking"], after["partialRelease"], after["maxWaitDays"]) == ("STRICT", "LINE_ITEM", 30)
    assert put(api, {"version": 3, "maxWaitDays": None})["maxWaitDays"] is None


def test_every_problem_is_named_at_once_and_nothing_is_written(api: Any) -> None:
    api.get(URL)
    before = stored()
    problems = put(
        api,
        {
            "futureInventoryEnabled": "yes",
            "futureDateLimit": {"quantity": 0, "unit": "YEARS"},
            "defaultBackorderDays": -1,
            "partialRelease": "SOME",
            "overtaking": "MAYBE",
            "maxWaitDays": 0,
            "prioritization": [
                {"by": "MOOD"},
                {"by": "TAG"},
                {"by": "ORDER_DATE", "value": "x"},
                {"by": "PRIORITY", "direction": "UP"},
                {"by": "WAITING_SINCE"},
                {"by": "WAITING_SINCE", "direction": "DESC"},
                {},
            ],
            "colour": "green",
        },
        400,
    )
    assert {problem["field"] for problem in problems} == {
        "version",
        "futureInventoryEnabled",
        "futureDateLimit.quantity",
        "futureDateLimit.unit",
        "defaultBackorderDays",
        "partialRelease",
        "overtaking",
        "maxWaitDays",
        "prioritization[0].by",
        "prioritization[1].value",
        "prioritization[2].value",
        "prioritization[3].direction",
        "prioritization[5].by",
        "prioritization[6].by",
        "colour",
    }
    assert stored() == before


def test_cancelling_by_age_needs_an_age(api: Any) -> None:
    (problem,) = put(api, {"version": 1, "autoCancel": True}, 400)
    assert problem["field"] == "maxWaitDays"
    put(api, {"version": 1, "autoCancel": True, "maxWaitDays": 60})
    put(api, {"version": 2, "maxWaitDays": None}, 400)
    assert api.get(URL).json()["maxWaitDays"] == 60


def test_stale_version_is_refused_with_both_versions(api: Any) -> None:
    put(api, {"version": 1, "overtaking": "STRICT"})
    before = stored()
    (problem,) = put(api, {"version": 1, "overtaking": "ALLOW"}, 409)
    assert (problem["code"], problem["version"], problem["requestVersion"]) == ("VERSION_CONFLICT", 2, 1)
    assert stored() == before


@pytest.mark.parametrize("body", [[], None, "text", {}])
def test_malformed_bodies_are_refused(api: Any, body: Any) -> None:
    assert api.put(URL, body, format="json").status_code == 400


def test_viewers_read_and_change_nothing(api_as: Any) -> None:
    viewer = api_as("VIEWER")
    assert viewer.get(URL).status_code == 200
    (problem,) = put(viewer, {"version": 1, "overtaking": "STRICT"}, 403)
    assert "routing.manage_settings" in problem["description"]
    assert WaitingRoomSettings.load().overtaking == "ALLOW"
