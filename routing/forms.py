from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from inventory.models import Facility, FacilityStatus
from orders.forms import VersionedReasonForm
from orders.models import ServiceLevel
from routing.coverage import Coverage
from routing.documents import vocabulary as words
from routing.documents.routingrules import RoutingRules
from routing.services.intervening import Name

ASKED = ("complete_stock", "mode", "use_waiting_room", "split", "max_parts", "split_same_day")
"""The routing rules that the form asks for."""

NAMED = 2
"""How many articles an option names that a facility lacks."""


class UntilField(forms.DateTimeField):
    """A moment in the reader's zone."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(label=_("Until"), widget=widget, **options)


class HoldForm(VersionedReasonForm):
    until = UntilField()
    field_order = ("until", "reason")


class InterventionForm(VersionedReasonForm):
    """Asks for a reason alone."""


class AssignForm(VersionedReasonForm):
    """``places`` are offered by what they have; the delivery may be changed for same-day plans alone (M1)."""

    facility = forms.ChoiceField(
        label=_("Facility"),
        widget=forms.Select({"autofocus": True}),
        help_text=_("What it lacks is not covered by stock: whoever picks there has to find it."),
        error_messages={"invalid_choice": _("This facility takes no orders any more: choose another one.")},
    )
    service_level = forms.ChoiceField(
        label=_("Delivery"),
        required=False,
        choices=[
            ("", _("Same day, as ordered")),
            *(choice for choice in ServiceLevel.choices if choice[0] != ServiceLevel.SAMEDAY),
        ],
    )
    field_order = ("facility", "service_level", "reason")

    def __init__(self, *args: Any, places: Sequence[Coverage], same_day: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        facility = cast("forms.ChoiceField", self.fields["facility"])
        facility.choices = [("", say("Choose a facility")), *_by_coverage(places)]
        self.fields["reason"].widget.attrs.pop("autofocus", None)
        if not same_day:
            del self.fields["service_level"]


def _by_coverage(places: Sequence[Coverage]) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {
        say("Everything is there"): [],
        say("A part is there"): [],
        say("Nothing is there"): [],
    }
    everything, some, nothing = groups.values()
    for place in places:
        group = everything if place.units == place.wanted else some if place.units else nothing
        group.append((str(place.facility.pk), _option(place)))
    return [(name, options) for name, options in groups.items() if options]


def _option(place: Coverage) -> str:
    name = place.facility.name
    if place.facility.status == FacilityStatus.SUSPENDED:
        name = say("%(facility)s (suspended)") % {"facility": name}
    if not place.units:
        return name
    if place.units == place.wanted:
        return ngettext("%(name)s – the unit", "%(name)s – all %(wanted)d units", place.wanted) % {
            "name": name,
            "wanted": place.wanted,
        }
    lacks = ", ".join(f"{units} × {article.tenant_article_id}" for article, units in place.lacking[:NAMED])
    if len(place.lacking) > NAMED:
        lacks = f"{lacks} …"
    return say("%(name)s – %(units)d of %(wanted)d units, lacks %(lacks)s") % {
        "name": name,
        "units": place.units,
        "wanted": place.wanted,
        "lacks": lacks,
    }


def _open_facilities() -> list[tuple[str, Any]]:
    found = Facility.objects.exclude(status=FacilityStatus.OFFLINE).order_by("name")
    return [
        ("", say("Choose a facility")),
        *((str(id), name) for id, name in found.values_list("id", "name")),
    ]


class _ArticlesField(forms.CharField):
    """Article numbers, joined by commas."""

    def clean(self, value: Any) -> list[str]:
        return [part.strip() for part in (super().clean(value) or "").split(",") if part.strip()]


class BulkForm(forms.Form):
    """Asks for a reason alone."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=1024,
        help_text=_("The timeline shows it."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class BulkPartForm(BulkForm):
    articles = _ArticlesField(
        label=_("Only these articles"),
        required=False,
        max_length=4_000,
        help_text=_("Article numbers, joined by commas. Bundles go whole. Left empty: everything."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    field_order = ("articles", "reason")


class BulkAssignForm(BulkPartForm):
    facility = forms.ChoiceField(
        label=_("Facility"),
        choices=_open_facilities,
        help_text=_("No fence is asked. What it lacks is not covered by stock."),
    )
    service_level = forms.ChoiceField(
        label=_("Delivery"), required=False, choices=[("", _("As ordered")), *ServiceLevel.choices]
    )
    field_order = ("facility", "service_level", "articles", "reason")  # type: ignore[assignment]


class BulkHoldForm(BulkForm):
    until = UntilField()
    field_order = ("until", "reason")


class BulkSplitForm(BulkForm):
    articles = _ArticlesField(
        label=_("Articles"),
        max_length=4_000,
        help_text=_("Article numbers, joined by commas: they become plans of their own. Bundles go whole."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    field_order = ("articles", "reason")


BULK_FORMS: Mapping[Name, type[BulkForm]] = {
    **dict.fromkeys(Name, BulkForm),
    Name.ASSIGN: BulkAssignForm,
    Name.CANCEL: BulkPartForm,
    Name.HOLD: BulkHoldForm,
    Name.SPLIT: BulkSplitForm,
}


class RoutingRulesForm(VersionedReasonForm):
    """The rules of the standard node."""

    strategy = forms.UUIDField(widget=forms.HiddenInput)
    complete_stock = forms.BooleanField(label=_("Complete stock"), required=False)
    mode = forms.ChoiceField(
        label=_("Mode"),
        choices=[(words.STATIC, _("Static")), (words.REACTIVE, _("Reactive"))],
        widget=forms.RadioSelect,
    )
    use_waiting_room = forms.BooleanField(
        label=_("Use the waiting room for pre- and backorder items"), required=False
    )
    split = forms.BooleanField(label=_("Order split"), required=False)
    max_parts = forms.IntegerField(label=_("Parts at most"), min_value=1, max_value=100)
    split_same_day = forms.BooleanField(label=_("Split same-day orders too"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].widget.attrs.pop("autofocus", None)

    def rules(self, before: RoutingRules) -> RoutingRules:
        """What the valid form says, and of the rest what was ``before``."""
        return replace(before, **{name: self.cleaned_data[name] for name in ASKED})
