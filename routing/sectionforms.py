"""What people set for a node, or for all nodes, under one name: from a strategy document to forms, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from inventory.models import Facility
from inventory.references import facilities_by_ref
from routing.documents.times import duration_of

Values = Mapping[str, Any]

UNITS: tuple[tuple[str, Any, str, timedelta], ...] = (
    ("DAYS", _("days"), "P{}D", timedelta(days=1)),
    ("HOURS", _("hours"), "PT{}H", timedelta(hours=1)),
    ("MINUTES", _("minutes"), "PT{}M", timedelta(minutes=1)),
)
"""In which people give durations, the longest first, and how documents write them."""


class SectionForm(forms.Form):
    """Settings of a node under one name. ``own`` are its own, else it has those of the node above."""

    name: ClassVar[str]

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, auto_id=f"{self.name}-%s", **options)

    @classmethod
    def of(cls, values: Values) -> dict[str, Any]:
        raise NotImplementedError

    def values(self, before: Values) -> dict[str, Any]:
        raise NotImplementedError


class OrderSplitForm(SectionForm):
    name = "orderSplit"

    active = forms.BooleanField(
        label=_("Split orders"),
        required=False,
        help_text=_("Where no facility has all of an order that is shipped, several share it."),
    )
    activeForSameday = forms.BooleanField(label=_("Split same-day orders too"), required=False)  # noqa: N815
    maxSplitCount = forms.IntegerField(label=_("Parts at most"), min_value=0, max_value=100)  # noqa: N815
    shouldUseWaitingRoomForPreBackOrderItems = forms.BooleanField(  # noqa: N815
        label=_("Use the waiting room for pre- and backorder items"),
        required=False,
        help_text=_("Counts while complete stock is off."),
    )

    @classmethod
    def of(cls, values: Values) -> dict[str, Any]:
        return {"maxSplitCount": 2, **values}

    def values(self, before: Values) -> dict[str, Any]:
        return dict(self.cleaned_data)


_AFTER_SHORT_PICK = (
    ("", _("As picked: what is missing is not delivered")),
    ("ORDERSPLIT", _("Route what is missing elsewhere")),
    ("REROUTE", _("Route the whole plan again")),
)


class RerouteForm(SectionForm):
    """What happens when a picker did not find everything (P2)."""

    name = "reroute"

    ship = forms.ChoiceField(label=_("Orders that are shipped"), required=False, choices=_AFTER_SHORT_PICK)
    collect = forms.ChoiceField(
        label=_("Orders that are collected"),
        required=False,
        choices=[choice for choice in _AFTER_SHORT_PICK if choice[0] != "ORDERSPLIT"],
    )
    zero_only = forms.BooleanField(label=_("Only if nothing was found at all"), required=False)

    _WAYS: ClassVar[dict[str, str]] = {"ship": "shipFromStore", "collect": "clickAndCollect"}

    @classmethod
    def of(cls, values: Values) -> dict[str, Any]:
        ways = {field: values.get(name) or {} for field, name in cls._WAYS.items()}
        chosen = {field: way["rerouteType"] if way.get("active") else "" for field, way in ways.items()}
        if chosen["collect"] == "ORDERSPLIT":  # counts as inactive (P2)
            chosen["collect"] = ""
        return {**chosen, "zero_only": values.get("rerouteZeroPicksOnly", False)}

    def values(self, before: Values) -> dict[str, Any]:
        given = self.cleaned_data
        found = {**before, "rerouteZeroPicksOnly": given["zero_only"]}
        for field, name in self._WAYS.items():
            if given[field]:
                found[name] = {"active": True, "rerouteType": given[field]}
            elif name in before:
                found[name] = {**before[name], "active": False}
        return found


class DurationForm(SectionForm):
    """Helps with a duration in the fields ``quantity`` and ``unit``."""

    quantity = forms.IntegerField(label=_("For"), min_value=0, max_value=100_000, required=False)
    unit = forms.ChoiceField(
        label=_("Unit"), choices=[(name, label) for name, label, *_rest in UNITS], required=False
    )

    @staticmethod
    def of_duration(text: str | None) -> dict[str, Any]:
        if text is None:
            return {"quantity": None, "unit": "HOURS"}
        found = duration_of(text)
        for name, _label, _written, one in UNITS:
            if found and not found % one:
                return {"quantity": found // one, "unit": name}
        return {"quantity": found // timedelta(minutes=1), "unit": "MINUTES" if found else "HOURS"}

    def duration(self, before: str | None) -> str | None:
        """As a document writes it; the same duration stays as it was written."""
        quantity = self.cleaned_data.get("quantity")
        if quantity is None:
            return None
        _name, _label, written, one = next(
            unit for unit in UNITS if unit[0] == (self.cleaned_data["unit"] or "HOURS")
        )
        if before is not None and duration_of(before) == quantity * one:
            return before
        return written.format(quantity)


class FallbackForm(DurationForm):
    """Who takes what nobody else could (R6)."""

    name = "fallbackFacility"

    active = forms.BooleanField(
        label=_("Send unroutable plans to a fallback facility"),
        required=False,
        help_text=_("No fence is asked then. Orders that are collected are left out."),
    )
    facility = forms.ChoiceField(label=_("Facility"), required=False)
    field_order = ("active", "facility", "quantity", "unit")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["quantity"].label = _("After")
        found = Facility.objects.order_by("name").values_list("id", "name")
        choices = [(str(id), name) for id, name in found]
        self.fields["facility"].choices = [("", say("Choose a facility")), *choices]  # type: ignore[attr-defined]  # it has

    @classmethod
    def of(cls, values: Values) -> dict[str, Any]:
        named = facilities_by_ref(values.get("facilityRefs", ()))
        facility = next((str(one.pk) for one in named.values()), "")
        return {
            "active": values.get("active", False),
            "facility": facility,
            **cls.of_duration(values.get("fallbackAfterTime", "PT0H")),
        }

    def values(self, before: Values) -> dict[str, Any]:
        given = self.cleaned_data
        refs = before.get("facilityRefs", [])
        if given["facility"] != self.of(before)["facility"]:
            refs = [given["facility"]] if given["facility"] else []
        after = self.duration(before.get("fallbackAfterTime"))
        return {
            **before,
            "active": given["active"],
            "facilityRefs": refs,
            "fallbackAfterTime": after or "PT0H",
        }

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("facility") and "facility" not in self.errors:
            self.add_error("facility", _("Choose the facility that takes them."))
        return given


class GlobalForm(DurationForm):
    """What counts for all nodes of a strategy."""

    name = "globalConfiguration"

    retry = forms.BooleanField(
        label=_("Retry unroutable plans by themselves"),
        required=False,
        help_text=_("Every minute, until the time is over. Else only when somebody retries them."),
    )
    blacklist = forms.BooleanField(
        label=_("Never back to the facility that it comes from"),
        required=False,
        help_text=_("A plan that is rerouted leaves out where it was assigned before."),
    )
    field_order = ("retry", "quantity", "unit", "blacklist")

    @classmethod
    def of(cls, values: Values) -> dict[str, Any]:
        text = values.get("stopRoutingAttemptsAfterTime")
        return {
            "retry": text is not None,
            **cls.of_duration(text),
            "blacklist": values.get("blacklistAssignedFacilities", False),
        }

    def values(self, before: Values) -> dict[str, Any]:
        given = self.cleaned_data
        found = {**before, "blacklistAssignedFacilities": given["blacklist"]}
        text = before.get("stopRoutingAttemptsAfterTime")
        found.pop("stopRoutingAttemptsAfterTime", None)
        if given["retry"]:
            found["stopRoutingAttemptsAfterTime"] = self.duration(text) or "PT8H"
        return found


SECTION_FORMS: Mapping[str, type[SectionForm]] = {
    form.name: form for form in (OrderSplitForm, RerouteForm, FallbackForm)
}
