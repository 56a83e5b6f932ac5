from __future__ import annotations

from typing import Any

from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from backoffice.core.models import User
from backoffice.core.preferences import language_names, zone_names


def _zones() -> list[tuple[str, Any]]:
    return [
        ("", format_lazy("{} ({})", _("The site's"), settings.TIME_ZONE)),
        *((name, name.replace("_", " ")) for name in zone_names()),
    ]


def _languages() -> list[tuple[str, Any]]:
    return [("", _("As the browser asks for")), *language_names()]


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), required=False, choices=_languages)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, choices=_zones, help_text=_("Times are shown in it.")
    )

    @classmethod
    def of(cls, user: User) -> dict[str, str]:
        """What the form starts with."""
        return {"language": user.language, "time_zone": user.time_zone}


class OwnPassword(forms.Form):
    """Asks for the reader's own password: a browser that somebody left open is not them. Wrong ones count as attempts
    to sign in do.
    """

    request: HttpRequest

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )

    def clean_password(self) -> str:
        given: str = self.cleaned_data["password"]
        user = self.request.user
        if (
            not isinstance(user, User)
            or authenticate(self.request, username=user.email, password=given) != user
        ):
            raise forms.ValidationError(_("This is not your password."))
        return given


class ConfirmForm(OwnPassword):
    """For what is to be done by nobody else."""

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data)
        self.request = request
        self.fields["password"].widget.attrs["autofocus"] = True


class ChangePasswordForm(OwnPassword, SetPasswordForm):
    field_order = ("password", "new_password1", "new_password2")

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(request.user, data)
        self.request = request
        self.fields["password"].label = _("Present password")
        self.fields["password"].widget.attrs["autofocus"] = True


class EnrolForm(OwnPassword, ActivateTOTPForm):
    """A code of the app that has just been told the secret, which the session keeps until then."""

    field_order = ("code", "password")

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data, user=request.user)  # type: ignore[call-arg]  # allauth's
        self.request = request
        self.fields["code"].label = _("Code")
        self.fields["code"].widget = forms.TextInput(
            {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "ar-code"}
        )
