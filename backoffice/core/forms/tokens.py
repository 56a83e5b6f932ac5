from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Role
from backoffice.core.models import ApiToken, User

USUAL_LIFETIME = timedelta(days=365)

STANDINGS = (("VALID", _("Valid")), ("EXPIRED", _("Expired")))


class TokenScreenFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search"),
        method="with_text",
        widget=forms.TextInput({"type": "search", "placeholder": _("Name or user"), "autocomplete": "off"}),
    )
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=STANDINGS, method="standing_like", empty_label=_("Any status")
    )

    class Meta:
        model = ApiToken
        fields = ()

    def with_text(self, rows: QuerySet[ApiToken], name: str, text: str) -> QuerySet[ApiToken]:
        wanted = text.strip()
        return rows.filter(
            Q(name__icontains=wanted)
            | Q(user__email__icontains=wanted)
            | Q(user__name__icontains=wanted)
            | Q(token_key__startswith=wanted)
        )

    def standing_like(self, rows: Any, name: str, value: str) -> QuerySet[ApiToken]:
        now = timezone.now()
        found: QuerySet[ApiToken] = rows.valid_at(now) if value == "VALID" else rows.expired_at(now)
        return found


class _UserField(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} ({obj.email})" if obj.name else obj.email


class NewTokenForm(forms.Form):
    """``role`` is the token's scope: it narrows what its user may do, and never widens it."""

    name = forms.CharField(
        label=_("Name"),
        max_length=255,
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off"}),
        help_text=_("What it is for."),
    )
    user = _UserField(label=_("Acts in the name of"), queryset=User.objects.none(), empty_label=None)
    role = forms.ChoiceField(
        label=_("Scope"), required=False, choices=[("", _("Everything that the user may")), *Role.choices]
    )
    expiry = forms.DateField(
        label=_("Good until the end of"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: until it is revoked."),
    )

    def __init__(self, data: Any = None, *, owner: User) -> None:
        usual = timezone.localdate() + USUAL_LIFETIME
        super().__init__(data, initial={"user": owner.pk, "expiry": usual})
        self.fields["user"].queryset = User.objects.filter(is_active=True).order_by("email")  # type: ignore[attr-defined]

    def clean_expiry(self) -> datetime | None:
        """The last minute of the day, in the reader's zone."""
        day: date | None = self.cleaned_data["expiry"]
        return None if day is None else timezone.make_aware(datetime.combine(day, time(23, 59)))
