from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from inventory.models import FacilityStatus
from orders.forms import VersionedReasonForm
from orders.models import ServiceLevel
from routing.coverage import Coverage
from routing.documents import vocabulary as words
from routing.documents.routingrules import RoutingRules

ASKED = ("complete_stock", "mode", "use_waiting_room")
"""The routing rules that the form asks for."""

NAMED = 2
"""How many articles an option names that a facility lacks."""


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


class RoutingRulesForm(VersionedReasonForm):
    """The rules of the standard node. Splitting is shown, and left as it is: nothing is split yet."""

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

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].widget.attrs.pop("autofocus", None)

    def rules(self, before: RoutingRules) -> RoutingRules:
        """What the valid form says, and of the rest what was ``before``."""
        return replace(before, **{name: self.cleaned_data[name] for name in ASKED})
