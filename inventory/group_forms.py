from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.forms import layout
from inventory.models import Facility, FacilityGroup
from inventory.services.groups import GroupValues

ENGLISH, GERMAN = "en_US", "de_DE"
"""The languages that a page asks for; names in others are kept."""


class GroupForm(forms.Form):
    """A group's names and members. ``version`` is the one that the reader saw, and empty for a new one."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    english_name = forms.CharField(
        label=_("Name"), max_length=255, widget=forms.TextInput({"autofocus": True, "autocomplete": "off"})
    )
    german_name = forms.CharField(label=_("German name"), required=False, max_length=255)
    tenant_facility_group_id = forms.CharField(
        label=_("Number"),
        max_length=255,
        help_text=_("How your other systems call it. Context rules may name it."),
    )
    members = forms.ModelMultipleChoiceField(
        label=_("Members"),
        required=False,
        queryset=Facility.objects.order_by("name"),
        widget=forms.CheckboxSelectMultiple,
    )

    helper = layout(
        "version", {"english_name": 6, "german_name": 6}, {"tenant_facility_group_id": 6}, "members"
    )

    @staticmethod
    def of(group: FacilityGroup) -> dict[str, Any]:
        """What the form shows first."""
        names = group.name_localized or {}
        return {
            "version": group.version,
            "english_name": names.get(ENGLISH) or group.name,
            "german_name": names.get(GERMAN, ""),
            "tenant_facility_group_id": group.tenant_facility_group_id,
            "members": [facility.pk for facility in group.facilities.all()],
        }

    def values(self, group: FacilityGroup | None = None) -> GroupValues:
        """Of a valid form; names of ``group`` in other languages stay as they are."""
        given = self.cleaned_data
        names = {**((group.name_localized or {}) if group else {})}
        names |= {ENGLISH: given["english_name"], GERMAN: given["german_name"]}
        return {
            "tenant_facility_group_id": given["tenant_facility_group_id"],
            "name_localized": {language: name for language, name in names.items() if name},
        }
