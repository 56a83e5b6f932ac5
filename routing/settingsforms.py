"""The site's waiting-room settings, as people are asked for them (spec 2, "Site settings")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from orders.forms import VersionedReasonForm
from routing.documents.waitingroom import MOST_KEYS
from routing.models import DateLimitUnit, Overtaking, PartialRelease, WaitingRoomSettings

FEWEST_ROWS = 4
"""How many keys of the order are asked for at least, most of them empty."""

API_NAMES = {
    "prioritization": "prioritization",
    "overtaking": "overtaking",
    "partial_release": "partialRelease",
    "future_inventory_enabled": "futureInventoryEnabled",
    "default_backorder_days": "defaultBackorderDays",
    "max_wait_days": "maxWaitDays",
    "auto_cancel": "autoCancel",
    "payment_void_and_reauth": "paymentVoidAndReauth",
}
"""The settings by the names that the service knows them by, beside the date limit."""

TITLES = {
    "prioritization": _("Who comes first"),
    "overtaking": _("Overtaking"),
    "partial_release": _("Release in parts"),
    "future_inventory_enabled": _("Release against expected stock"),
    "future_date_limit_quantity": _("How far ahead"),
    "future_date_limit_unit": _("How far ahead"),
    "default_backorder_days": _("Usual days in backorder"),
    "max_wait_days": _("Longest wait"),
    "auto_cancel": _("Cancel who waits too long"),
    "payment_void_and_reauth": _("Void and authorise anew"),
}

_KEYS = [
    ("", _("–")),
    ("PRIORITY", _("Priority")),
    ("ORDER_DATE", _("Order date")),
    ("TARGET_TIME", _("Target time")),
    ("ORDER_VALUE", _("Order value")),
    ("TAG", _("Tag")),
    ("DELIVERY_SERVICE", _("Delivery service")),
    ("WAITING_SINCE", _("Waiting since")),
]
_DIRECTIONS = [
    ("", _("the usual way")),
    ("ASC", _("lowest or earliest first")),
    ("DESC", _("highest or latest first")),
]
_UNITS = [
    (DateLimitUnit.DAYS, _("days")),
    (DateLimitUnit.WEEKS, _("weeks")),
    (DateLimitUnit.MONTHS, _("months")),
]


def _option(label: Any, words: Any) -> Any:
    return format_html('<span class="ar-option">{}<span>{}</span></span>', label, words)


def _overtaking() -> list[tuple[str, Any]]:
    return [
        (Overtaking.ALLOW, _option(_("Allowed"), _("A plan that cannot go keeps nobody waiting."))),
        (
            Overtaking.STRICT,
            _option(_("Not allowed"), _("Of an article, nothing goes to a later plan first.")),
        ),
    ]


def _partial_release() -> list[tuple[str, Any]]:
    return [
        (PartialRelease.NONE, _option(_("All or nothing"), _("A plan goes when everything in it is there."))),
        (PartialRelease.LINE_ITEM, _option(_("Whole lines"), _("Lines that are covered whole go ahead."))),
        (PartialRelease.QUANTITY, _option(_("Any quantity"), _("Whatever is there goes ahead."))),
    ]


class WaitingRoomSettingsForm(VersionedReasonForm):
    """``by_0``, ``direction_0``, ``value_0`` and so on are the keys of the order, as many rows as there are."""

    overtaking = forms.ChoiceField(label=TITLES["overtaking"], choices=_overtaking, widget=forms.RadioSelect)
    partial_release = forms.ChoiceField(
        label=TITLES["partial_release"], choices=_partial_release, widget=forms.RadioSelect
    )
    future_inventory_enabled = forms.BooleanField(
        label=TITLES["future_inventory_enabled"],
        required=False,
        help_text=_("Only of articles that allow it, too."),
    )
    future_date_limit_quantity = forms.IntegerField(
        label=TITLES["future_date_limit_quantity"], min_value=1, max_value=1000
    )
    future_date_limit_unit = forms.ChoiceField(label=_("Unit"), choices=_UNITS)
    default_backorder_days = forms.IntegerField(
        label=TITLES["default_backorder_days"],
        min_value=0,
        max_value=3650,
        help_text=_(
            "Gives a waiting line its date when nothing better is known; articles may have days of their own."
        ),
    )
    max_wait_days = forms.IntegerField(
        label=TITLES["max_wait_days"],
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("Days after which it is told that a plan still waits. Empty: as long as it takes."),
    )
    auto_cancel = forms.BooleanField(
        label=TITLES["auto_cancel"], required=False, help_text=_("Every night, after the longest wait.")
    )
    payment_void_and_reauth = forms.BooleanField(
        label=TITLES["payment_void_and_reauth"],
        required=False,
        help_text=_("When an order is released whole, its payment is voided and authorised anew."),
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["reason"].widget.attrs.pop("autofocus", None)
        self.rows = _rows(data if data is not None else initial or {})
        for row in range(self.rows):
            place = {"number": row + 1}
            self.fields[f"by_{row}"] = forms.ChoiceField(
                label=_("Key %(number)d") % place, choices=_KEYS, required=False
            )
            self.fields[f"direction_{row}"] = forms.ChoiceField(
                label=_("Direction of key %(number)d") % place, choices=_DIRECTIONS, required=False
            )
            self.fields[f"value_{row}"] = forms.CharField(
                label=_("Tag of key %(number)d") % place,
                required=False,
                max_length=511,
                widget=forms.TextInput({"placeholder": _("id or id:value"), "autocomplete": "off"}),
            )

    @classmethod
    def of(cls, settings: WaitingRoomSettings) -> dict[str, Any]:
        """What the form starts with."""
        initial = {name: getattr(settings, name) for name in ("version", *TITLES) if name != "prioritization"}
        for row, key in enumerate(settings.prioritization):
            initial |= {f"{part}_{row}": key.get(part, "") for part in ("by", "direction", "value")}
        return initial

    def keys(self) -> Iterator[list[forms.BoundField]]:
        """The fields of each row."""
        for row in range(self.rows):
            yield [self[f"{part}_{row}"] for part in ("by", "direction", "value")]

    def changes(self) -> dict[str, Any]:
        """What the valid form says, as the API writes it."""
        given = self.cleaned_data
        limit = {"quantity": given["future_date_limit_quantity"], "unit": given["future_date_limit_unit"]}
        changes = {API_NAMES[name]: given[name] for name in API_NAMES if name != "prioritization"}
        return {
            **changes,
            "futureDateLimit": limit,
            "prioritization": [key for _row, key in self._given_keys()],
        }

    def place_of(self, field: str | None) -> str | None:
        """The form's field at which the service's problem with ``field`` is shown."""
        name = field or ""
        if found := re.match(r"prioritization\[(\d+)\](?:\.(\w+))?", name):
            row = list(self._given_keys())[int(found[1])][0]
            return f"{found[2] if found[2] in ('by', 'direction', 'value') else 'by'}_{row}"
        if name.startswith("futureDateLimit"):
            return "future_date_limit_quantity"
        ours = next((column for column, api in API_NAMES.items() if api == name), None)
        return "by_0" if ours == "prioritization" else ours

    def _given_keys(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Rows that were filled in; what was left out is left to the service's defaults."""
        for row in range(self.rows):
            parts = (
                (part, self.cleaned_data.get(f"{part}_{row}", "")) for part in ("by", "direction", "value")
            )
            key = {part: value for part, value in parts if value}
            if "by" in key:
                yield row, key


def _rows(given: Any) -> int:
    """One more than are filled in, so that there is room for another key."""
    filled = [int(name[3:]) for name in given if re.fullmatch(r"by_\d{1,2}", name) and given[name]]
    return min(max(FEWEST_ROWS, max(filled, default=-1) + 2), MOST_KEYS)
