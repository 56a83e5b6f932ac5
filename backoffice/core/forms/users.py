from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Role
from backoffice.core.models import User

STANDINGS = (("ACTIVE", _("Active")), ("INACTIVE", _("Inactive")), ("LOCKED", _("Locked out")))
SECOND_FACTORS = (("ON", _("On")), ("OFF", _("Off")))


class UserScreenFilter(django_filters.FilterSet):
    """Of ``User.objects.with_standing()``."""

    q = django_filters.CharFilter(
        label=_("Search"),
        method="with_text",
        widget=forms.TextInput(
            {"type": "search", "placeholder": _("Name or e-mail address"), "autocomplete": "off"}
        ),
    )
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Role.choices, empty_label=_("Any role"))
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=STANDINGS, method="standing_like", empty_label=_("Any status")
    )
    mfa = django_filters.ChoiceFilter(
        label=_("Second factor"), choices=SECOND_FACTORS, method="with_factor", empty_label=_("On or off")
    )

    class Meta:
        model = User
        fields = ()

    def with_text(self, rows: QuerySet[User], name: str, text: str) -> QuerySet[User]:
        return rows.filter(Q(name__icontains=text.strip()) | Q(email__icontains=text.strip()))

    def standing_like(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        if value == "LOCKED":
            return rows.filter(Q(locked_out=True))
        return rows.filter(is_active=value == "ACTIVE")

    def with_factor(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(Q(second_factor=value == "ON"))


class NewUserForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autofocus": True, "autocomplete": "off"}),
        help_text=_("They sign in with it."),
    )
    name = forms.CharField(
        label=_("Name"), required=False, max_length=255, widget=forms.TextInput({"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.VIEWER)


class EditUserForm(forms.Form):
    """``version`` is the one that the reader saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=255,
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    is_active = forms.BooleanField(
        label=_("Active"),
        required=False,
        help_text=_("Inactive users cannot sign in, and their tokens are refused."),
    )

    @classmethod
    def of(cls, user: User) -> dict[str, Any]:
        """What the form starts with."""
        return {name: getattr(user, name) for name in ("version", "name", "role", "is_active")}
