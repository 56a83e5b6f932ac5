"""Administration → Site settings, as a person gets them (spec 2, "Site settings")."""

from __future__ import annotations

import pytest

from backoffice.core.models import DomainEvent
from routing.models import WaitingRoomSettings
from routing.services.settings import change_settings, waiting_room_settings
from tests.inventory.reading import text

PAGE = "/settings/site/"

GIVEN = {
    "version": "1",
    "reason": "Christmas",
    "overtaking": "STRICT",
    "partial_release": "LINE_ITEM",
    "future_inventory_enabled": "on",
    "future_date_limit_quantity": "10",
    "future_date_limit_unit": "DAYS",
    "default_backorder_days": "21",
    "max_wait_days": "90",
    "auto_cancel": "on",
    "payment_void_and_reauth": "on",
    "by_0": "PRIORITY",
    "direction_0": "DESC",
    "by_1": "TAG",
    "value_1": "vip:gold",
    "by_2": "",
    "by_3": "ORDER_DATE",
}


@pytest.fixture
def manager(screens_as):
    return screens_as("NETWORK_MANAGER")


@pytest.fixture
def settings_now(db):
    return waiting_room_settings()


def test_everything_is_saved_as_the_api_would(manager, api, settings_now):
    assert manager.post(PAGE, GIVEN).url == PAGE

    kept = api.get("/api/configurations/waitingroom").json()
    del kept["created"], kept["lastModified"]
    assert kept == {
        "version": 2,
        "futureInventoryEnabled": True,
        "futureDateLimit": {"quantity": 10, "unit": "DAYS"},
        "paymentVoidAndReauth": True,
        "defaultBackorderDays": 21,
        "partialRelease": "LINE_ITEM",
        "prioritization": [
            {"by": "PRIORITY", "direction": "DESC"},
            {"by": "TAG", "value": "vip:gold"},
            {"by": "ORDER_DATE"},
        ],
        "overtaking": "STRICT",
        "maxWaitDays": 90,
        "autoCancel": True,
    }
    event = DomainEvent.objects.get(name="WAITING_ROOM_SETTINGS_CHANGED")
    assert (event.actor, event.reason) == (manager.user.email, "Christmas")
    page = text(manager.get(PAGE))
    assert "The site settings were saved" in page
    assert "Changed: Release in parts" not in page.split("Timeline")[0]
    assert "Christmas" in page


def test_the_page_shows_what_is_kept_and_saving_it_changes_nothing(manager, settings_now):
    manager.post(PAGE, GIVEN)
    form = manager.get(PAGE).context["form"]
    again = {name: form[name].value() for name in form.fields}
    given = {
        name: "on" if value is True else value for name, value in again.items() if value not in (None, False)
    }

    assert given["version"] == 2
    assert manager.post(PAGE, given).status_code == 302

    assert DomainEvent.objects.filter(name="WAITING_ROOM_SETTINGS_CHANGED").count() == 1
    assert WaitingRoomSettings.objects.get().prioritization[1] == {"by": "TAG", "value": "vip:gold"}


def test_what_was_switched_off_is_off(manager, settings_now):
    manager.post(PAGE, GIVEN)
    left = {name: value for name, value in GIVEN.items() if value != "on" and name != "max_wait_days"}
    manager.post(PAGE, {**left, "version": "2"})
    kept = WaitingRoomSettings.objects.get()
    assert (kept.auto_cancel, kept.future_inventory_enabled, kept.max_wait_days) == (False, False, None)


def test_there_is_always_room_for_another_key_up_to_ten(manager, settings_now):
    assert manager.get(PAGE).context["form"].rows == 4
    for number, by in enumerate(("PRIORITY", "ORDER_DATE", "TARGET_TIME", "ORDER_VALUE", "WAITING_SINCE"), 1):
        keys = [{"by": "TAG", "value": f"t{index}"} for index in range(number)]
        change_settings(version=number, changes={"prioritization": [{"by": by}, *keys]})
    assert manager.get(PAGE).context["form"].rows == 7
    keys = [{"by": "TAG", "value": f"t{index}"} for index in range(10)]
    change_settings(version=6, changes={"prioritization": keys})
    assert manager.get(PAGE).context["form"].rows == 10


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"default_backorder_days": "-1"}, "default_backorder_days", "greater than or equal to 0"),
        ({"default_backorder_days": ""}, "default_backorder_days", "required"),
        ({"max_wait_days": ""}, "max_wait_days", "say how many"),
        ({"value_1": ""}, "value_1", "A tag is needed"),
        ({"value_0": "vip"}, "value_0", "Only TAG takes a value"),
        ({"by_2": "PRIORITY"}, "by_2", "PRIORITY"),
        ({"by_0": "LUCK"}, "by_0", "valid choice"),
        ({"overtaking": "MAYBE"}, "overtaking", "valid choice"),
        ({"future_date_limit_quantity": "0"}, "future_date_limit_quantity", "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(
    manager, settings_now, change, field, said
):
    page = manager.post(PAGE, {**GIVEN, **change})
    assert page.status_code in (400, 422)
    assert said in " ".join(page.context["form"].errors[field])
    assert said in text(page)
    assert WaitingRoomSettings.objects.get().version == 1
    assert not DomainEvent.objects.exists()


def test_who_changed_it_meanwhile_is_said_and_what_one_chose_stays(manager, screens_as, settings_now):
    other = screens_as("NETWORK_MANAGER")
    other.post(PAGE, {**GIVEN, "default_backorder_days": "7"})

    page = manager.post(PAGE, GIVEN)

    assert page.status_code == 409
    assert f"{other.user.email} changed the settings in the meantime. Changed: " in text(page)
    form = page.context["form"]
    assert (form["version"].value(), form["default_backorder_days"].value()) == ("2", "21")
    assert WaitingRoomSettings.objects.get().default_backorder_days == 7
    assert manager.post(PAGE, {**GIVEN, "version": "2"}).status_code == 302
    assert WaitingRoomSettings.objects.get().default_backorder_days == 21


@pytest.mark.parametrize("role", ["VIEWER", "AGENT", "PLANNER"])
def test_who_may_not_change_them_looks_on(screens_as, settings_now, role):
    client = screens_as(role)
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "routing.manage_settings" in text(page)
    assert "Save</button>" not in page.content.decode()
    refused = client.post(PAGE, GIVEN)
    assert refused.status_code == 403
    assert "routing.manage_settings" in refused.content.decode()
    assert WaitingRoomSettings.objects.get().version == 1


def test_nobody_gets_in_without_signing_in(client, db):
    assert client.get(PAGE).url.startswith("/sign-in/")
    assert client.post(PAGE, GIVEN).url.startswith("/sign-in/")
