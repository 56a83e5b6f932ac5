"""The site's waiting-room settings (spec 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from backoffice.core.errors import Invalid
from backoffice.core.events import publish
from routing.documents.waitingroom import read_settings
from routing.events import SettingsChanged
from routing.models import WaitingRoomSettings

_COLUMNS = {
    "futureInventoryEnabled": "future_inventory_enabled",
    "paymentVoidAndReauth": "payment_void_and_reauth",
    "defaultBackorderDays": "default_backorder_days",
    "partialRelease": "partial_release",
    "prioritization": "prioritization",
    "overtaking": "overtaking",
    "maxWaitDays": "max_wait_days",
    "autoCancel": "auto_cancel",
}


def waiting_room_settings() -> WaitingRoomSettings:
    """The settings; a new site has the defaults."""
    return WaitingRoomSettings.load()


def change_settings(*, version: int, changes: Mapping[str, Any], reason: str = "") -> WaitingRoomSettings:
    """Changes what ``changes`` names, as the API writes it; what is left out stays as it is.

    Waiting plans are looked at again (W4), through :class:`SettingsChanged`. A change to what it was already
    publishes nothing, but counts as a version.

    :raises Invalid: with every problem at once, each named by its path.
    :raises VersionConflict: the settings changed since ``version``.
    """
    wanted = _in_columns(read_settings({**changes, "version": version}))
    with transaction.atomic():
        id = waiting_room_settings().pk
        settings: WaitingRoomSettings = WaitingRoomSettings.objects.lock_version(id, version)
        changed = sorted(name for name, value in wanted.items() if getattr(settings, name) != value)
        for name in changed:
            setattr(settings, name, wanted[name])
        if settings.auto_cancel and settings.max_wait_days is None:
            raise Invalid("Plans are cancelled after maxWaitDays: say how many.", field="maxWaitDays")
        settings.touch(changed)
        if changed:
            event = SettingsChanged(
                resource_id=str(settings.pk), changed=frozenset(changed), facts={"changed": changed}
            )
            publish([event], reason=reason)
    return settings


def _in_columns(given: Mapping[str, Any]) -> dict[str, Any]:
    """From the API's names to the model's."""
    wanted = {column: given[name] for name, column in _COLUMNS.items() if name in given}
    if limit := given.get("futureDateLimit"):
        wanted["future_date_limit_quantity"] = limit["quantity"]
        wanted["future_date_limit_unit"] = limit["unit"]
    return wanted
