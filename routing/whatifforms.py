"""What people are asked who ask what if (spec 6)."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.core.api.fields import LARGEST_QUANTITY
from inventory.forms import layout
from inventory.models import Article, Facility, FacilityStatus, ListingStatus


class WhatIfForm(forms.Form):
    """So many units of the article come to a facility that lists it, today or on a day to come."""

    quantity = forms.IntegerField(
        label=_("Units"),
        min_value=1,
        max_value=LARGEST_QUANTITY,
        widget=forms.NumberInput({"autofocus": True}),
    )
    facility = forms.ModelChoiceField(label=_("Come to"), queryset=Facility.objects.none(), empty_label=None)
    day = forms.DateField(
        label=pgettext_lazy("a day", "On"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=_("Empty: they are there now."),
    )
    helper = layout({"quantity": 4, "facility": 8}, "day")

    def __init__(self, *args: Any, article: Article, **options: Any) -> None:
        super().__init__(*args, **options)
        facility = cast("forms.ModelChoiceField[Facility]", self.fields["facility"])
        facility.queryset = Facility.objects.filter(
            status=FacilityStatus.ONLINE,
            listings__article=article,
            listings__status=ListingStatus.ACTIVE,
        ).order_by("name", "id")
        facility.error_messages["invalid_choice"] = say(
            "This facility does not sell the article any more: choose another one."
        )
