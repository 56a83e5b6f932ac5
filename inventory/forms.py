"""What people are asked when they change facilities, listings and stock. Services judge what they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from backoffice.core.api.fields import LARGEST_QUANTITY
from inventory.behaviour import Behaviour, Effective
from inventory.models import (
    Facility,
    FacilityService,
    FacilityStatus,
    Listing,
    ListingStatus,
    LocationType,
)
from inventory.places import country_names
from inventory.services.out_of_stock import LONGEST_RESTOCK_DAYS

LOWEST_RANK = 2**31 - 1
UNITS = {"min_value": _("Give a number of units from 0."), "invalid": _("Give a whole number of units.")}
LONGEST_REASON = 255
"""What fits into the ledger."""


def _explained(choices: Any, explanations: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    """Choices with a sentence each on what they mean."""
    return [
        (
            value,
            format_html('<span class="ar-option">{}<span>{}</span></span>', label, explanations[value]),
        )
        for value, label in choices
    ]


def _labelled(statuses: Any) -> list[tuple[str, Any]]:
    return [(status.value, status.label) for status in statuses]


def layout(*rows: Any) -> FormHelper:
    """The form's helper: rows of fields side by side, each with the number of columns (of 12) that it takes."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(
        *(
            row
            if isinstance(row, str)
            else Row(
                *(Column(name, css_class=f"col-sm-{width}") for name, width in row.items()), css_class="gx-3"
            )
            for row in rows
        )
    )
    return helper


class FacilityField(forms.ModelChoiceField):
    """Which facility it concerns."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Facility.objects.order_by("name"), label=_("Facility"), empty_label=None, **options)


class FacilityForm(forms.Form):
    """A facility's basics. ``version`` is the one that the reader saw, and empty for a new one."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label=_("Name"), max_length=255, widget=forms.TextInput({"autofocus": True, "autocomplete": "off"})
    )
    tenant_facility_id = forms.CharField(
        label=_("Number"),
        required=False,
        max_length=255,
        help_text=_("As your other systems and your files call it."),
    )
    location_type = forms.ChoiceField(label=_("Type"), choices=LocationType.choices)
    services = forms.MultipleChoiceField(
        label=_("Services"),
        required=False,
        choices=FacilityService.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    rank = forms.IntegerField(
        label=_("Rank"),
        min_value=0,
        max_value=LOWEST_RANK,
        initial=100,
        help_text=_("Between equals, the lower rank wins."),
    )
    street = forms.CharField(label=_("Street"), required=False, max_length=255)
    house_number = forms.CharField(label=_("House number"), required=False, max_length=64)
    postal_code = forms.CharField(label=_("Postal code"), required=False, max_length=64)
    city = forms.CharField(label=_("City"), required=False, max_length=255)
    country = forms.ChoiceField(label=_("Country"))
    latitude = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)

    helper = layout(
        "version",
        {"name": 8, "tenant_facility_id": 4},
        {"location_type": 4, "services": 4, "rank": 4},
        {"street": 8, "house_number": 4},
        {"postal_code": 3, "city": 5, "country": 4},
        {"latitude": 6, "longitude": 6},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", "–"), *country_names().items()]  # type: ignore[attr-defined]  # it has

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if (given.get("latitude") is None) != (given.get("longitude") is None) and not self.errors:
            missing = "latitude" if given.get("latitude") is None else "longitude"
            self.add_error(missing, _("Give both coordinates, or neither."))
        return given

    @staticmethod
    def of(facility: Facility) -> dict[str, Any]:
        """What the form shows first."""
        return {name: getattr(facility, name) for name in FacilityForm.base_fields}


class FacilityStatusForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    status = forms.ChoiceField(label=_("Status"), widget=forms.RadioSelect)

    EXPLANATIONS = {
        FacilityStatus.ONLINE: _("Takes orders."),
        FacilityStatus.SUSPENDED: _("Takes no new orders, and finishes those it has."),
        FacilityStatus.OFFLINE: _("Takes no new orders, and works on none."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = _explained(_labelled(FacilityStatus), self.EXPLANATIONS)  # type: ignore[attr-defined]  # it has


class OutOfStockForm(forms.Form):
    """What happens without stock. Configuration that the behaviour does not use is left out."""

    behaviour = forms.ChoiceField(label=_("Without stock"), widget=forms.RadioSelect)
    preorder_start = forms.DateTimeField(
        label=_("Picking can begin on"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
    )
    restockable_in_days = forms.IntegerField(
        label=_("Days until it is restocked"),
        required=False,
        min_value=0,
        max_value=LONGEST_RESTOCK_DAYS,
        help_text=_("0 is at once, any quantity."),
    )

    EXPLANATIONS = {
        Behaviour.NONE: _("Orders neither wait here, nor are they supplied from here."),
        Behaviour.BACKORDER: _("Orders may wait for stock."),
        Behaviour.PREORDER: _("Orders may wait for stock; picking begins at a date."),
        Behaviour.RESTOCK: _("The facility gets it in time: orders are routed there at once."),
        Behaviour.PREORDER_AND_RESTOCK: _("Orders are routed there at once; picking begins at a date."),
    }

    helper = layout("behaviour", {"preorder_start": 7, "restockable_in_days": 5})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = Listing._meta.get_field("out_of_stock_behaviour").choices or ()
        self.fields["behaviour"].choices = _explained(labels, self.EXPLANATIONS)  # type: ignore[attr-defined]  # it has
        self.fields["preorder_start"].help_text = format_lazy(
            _("Time zone: {zone}."), zone=timezone.get_current_timezone_name()
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if "behaviour" in given:
            behaviour = Behaviour(given["behaviour"])
            for name, used in (
                ("preorder_start", behaviour.preorders),
                ("restockable_in_days", behaviour.can_be_replenished),
            ):
                if not used:
                    given[name] = None
                    self.errors.pop(name, None)
        return given

    def effective(self) -> Effective:
        """Of a valid form."""
        given = self.cleaned_data
        return Effective(Behaviour(given["behaviour"]), given["preorder_start"], given["restockable_in_days"])


class ListingForm(OutOfStockForm):
    """A listing's status, and what happens without stock."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    status = forms.ChoiceField(
        label=_("Status"),
        choices=_labelled(ListingStatus),
        help_text=_("Stock counts only where the listing is active."),
    )

    helper = layout("version", "status", "behaviour", {"preorder_start": 7, "restockable_in_days": 5})


class NewListingForm(OutOfStockForm):
    """Which article a facility is to sell, and what happens without stock."""

    facility = FacilityField()
    tenant_article_id = forms.CharField(
        label=_("Article number"),
        max_length=255,
        help_text=_("As your shop and your other systems know it."),
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off"}),
    )
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=1024,
        help_text=_("What a new article is called; one that has a title keeps it."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    field_order = ("facility", "tenant_article_id", "title", "behaviour")
    helper = layout(
        "facility",
        {"tenant_article_id": 5, "title": 7},
        "behaviour",
        {"preorder_start": 7, "restockable_in_days": 5},
    )


class BehaviourTestForm(forms.Form):
    """An order, as far as context rules look at it (B2)."""

    ordering_facility = forms.ModelChoiceField(
        label=_("Facility that orders"),
        queryset=Facility.objects.order_by("name"),
        required=False,
        empty_label=_("None: a customer orders"),
    )
    tags = forms.CharField(
        label=_("Order tags"),
        required=False,
        max_length=1000,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("As tag or tag:value, with commas between them."),
    )


class ReasonForm(forms.Form):
    """Why stock is put right by hand; the ledger shows it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("The ledger shows it, with your name."),
        widget=forms.TextInput({"list": "reasons", "autocomplete": "off"}),
    )


class LevelForm(ReasonForm):
    """``seen`` is what was on hand when the reader decided."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    on_hand = forms.IntegerField(
        label=_("On hand"),
        min_value=0,
        max_value=LARGEST_QUANTITY,
        error_messages=UNITS,
        widget=forms.NumberInput({"autofocus": True}),
    )
    safety_stock = forms.IntegerField(
        label=_("Safety stock"),
        min_value=0,
        max_value=LARGEST_QUANTITY,
        error_messages=UNITS,
        help_text=_("Kept back from orders."),
    )

    field_order = ("seen", "on_hand", "safety_stock", "reason")
    helper = layout("seen", {"on_hand": 6, "safety_stock": 6}, "reason")


class RecordForm(ReasonForm):
    """``version`` is the one of the record that the reader saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    value = forms.IntegerField(
        label=_("Units"),
        min_value=0,
        max_value=LARGEST_QUANTITY,
        error_messages=UNITS,
        widget=forms.NumberInput({"autofocus": True}),
    )

    field_order = ("version", "value", "reason")
