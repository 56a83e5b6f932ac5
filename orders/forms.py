from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class VersionedReasonForm(forms.Form):
    """Asks why. ``version`` is the one that the reader saw: what changed since is not changed unseen."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=1024,
        help_text=_("The timeline shows it."),
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off"}),
    )


PROMISED_FOR: tuple[tuple[int, Any], ...] = (
    (15, _("15 minutes")),
    (30, _("30 minutes")),
    (60, _("1 hour")),
    (120, _("2 hours")),
    (240, _("4 hours")),
    (480, _("8 hours")),
)
"""Minutes for which a promise may hold, as people choose them (R8)."""


class ExtendPromiseForm(VersionedReasonForm):
    """Asks for how long, from now."""

    holds_for = forms.TypedChoiceField(
        label=_("From now for"),
        choices=PROMISED_FOR,
        initial=30,
        coerce=lambda minutes: timedelta(minutes=int(minutes)),
    )
    field_order = ("holds_for", "reason")
