from __future__ import annotations

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
