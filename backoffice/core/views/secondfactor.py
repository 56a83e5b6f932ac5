"""My account → Second factor: set it up with an app, keep the recovery codes, turn it off."""

from __future__ import annotations

import base64
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import clear_totp_secret
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from backoffice.core.errors import DomainError
from backoffice.core.forms.account import ConfirmForm, EnrolForm
from backoffice.core.services import secondfactor, users
from backoffice.core.sessions import SECOND_FACTOR
from backoffice.core.ui.screens import Dialog, Screen, SecretDialog
from backoffice.core.views.account import Mine


@method_decorator(never_cache, name="dispatch")
class SecondFactorView(Mine, Screen):
    """How it stands; where there is none, the page on which it is set up."""

    template_name = "core/account/second_factor.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        enabled = secondfactor.has_second_factor(self.user)
        form = kwargs.pop("form", None)
        if not enabled:
            form = form or EnrolForm(self.request)
            kwargs |= {"form": form, "secret": _in_groups(form.secret), "picture": self._picture(form.secret)}
        return super().get_context_data(
            enabled=enabled,
            required=settings.LOGIN_MFA_REQUIRED,
            confined=settings.LOGIN_MFA_REQUIRED and SECOND_FACTOR not in self.request.session,
            recovery_codes=secondfactor.recovery_codes_left(self.user),
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        form = EnrolForm(request, request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            codes = secondfactor.enable(user=self.user, secret=form.secret)
        except DomainError as error:
            messages.error(request, error.said)
            return redirect("second-factor")
        clear_totp_secret(request)
        request.session[SECOND_FACTOR] = True
        users.sign_out_everywhere(user=self.user, stay=request.session.session_key)
        return render(request, "core/account/recovery_codes.html", {"codes": codes})

    def _picture(self, secret: str) -> str:
        """The QR code as an address, which the policy allows for pictures."""
        adapter = get_adapter()
        svg = adapter.build_totp_svg(adapter.build_totp_url(self.user, secret))
        return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _in_groups(secret: str) -> str:
    """In groups of four, for who types it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


class RenewRecoveryCodesView(Mine, SecretDialog):
    secret_lead = _("Each is good once, when you do not have your app with you. They are not shown again.")
    secret_label = _("Recovery codes")

    def get_form(self, data: Any = None, **kwargs: Any) -> ConfirmForm:
        return ConfirmForm(self.request, data)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("New recovery codes"),
            "lead": say("Those that you have are good no more then."),
            "submit": say("Make new codes"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        self.said = say("Your new recovery codes")
        return "\n".join(secondfactor.renew_recovery_codes(user=self.user))


class DisableSecondFactorView(Mine, Dialog):
    def get_form(self, data: Any = None, **kwargs: Any) -> ConfirmForm:
        return ConfirmForm(self.request, data)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        lead = say("Whoever knows your password can sign in as you then.")
        if settings.LOGIN_MFA_REQUIRED:
            lead = say("Here everybody needs a second factor: you set up another one next.")
        return {
            "title": say("Turn off the second factor"),
            "lead": lead,
            "submit": say("Turn it off"),
            "submit_class": "btn-danger",
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        secondfactor.disable(user=self.user)
        self.request.session.pop(SECOND_FACTOR, None)
        self.leads_to = reverse("second-factor")
        return say("The second factor is off.")
