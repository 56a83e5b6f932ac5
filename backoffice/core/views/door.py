"""Signing in, with a code where there is a second factor; signing out; setting a password by a link."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_ip_address, get_lockout_response
from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import LoginView, LogoutView, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from backoffice.core.actor import Actor, acting_as
from backoffice.core.models import User
from backoffice.core.preferences import language_names, speak
from backoffice.core.services import users
from backoffice.core.services.secondfactor import WrongCode, confirm, has_second_factor
from backoffice.core.sessions import SECOND_FACTOR, describe

HALF_WAY = "half_way"
"""Where the session keeps who gave the right password and owes a code."""

HALF_WAY_LIFETIME = timedelta(minutes=10)


def enter(request: HttpRequest, user: User, url: str, *, backend: str) -> HttpResponse:
    """Signs in who has shown who they are, and leads them to where they wanted to go."""
    login(request, user, backend=backend)
    describe(request, get_client_ip_address(request) or "")
    response = redirect(url)
    if user.language:
        speak(response, user.language)
    return response


class SignInView(LoginView):
    """The door to the back office; too many failed attempts lock it (django-axes)."""

    template_name = "core/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        nobody_yet = not User.objects.filter(is_active=True).exists()
        return super().get_context_data(languages=language_names(), nobody_yet=nobody_yet, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        user, url = form.get_user(), self.get_success_url()
        if not has_second_factor(user):
            return enter(self.request, user, url, backend=user.backend)
        self.request.session[HALF_WAY] = {
            "user": str(user.pk),
            "backend": user.backend,
            "password": user.get_session_auth_hash(),
            "until": (timezone.now() + HALF_WAY_LIFETIME).isoformat(),
            "next": url,
        }
        return redirect("sign-in-code")


class CodeForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=32)


@method_decorator(never_cache, name="dispatch")
class SignInCodeView(FormView):
    """The second half of the door: the code of the moment, or a recovery code. Wrong ones count like passwords."""

    template_name = "core/sign_in_code.html"
    form_class = CodeForm

    @cached_property
    def user(self) -> User | None:
        """Who gave the right password lately, and has not changed it since."""
        kept = self.request.session.get(HALF_WAY)
        if kept is None or datetime.fromisoformat(kept["until"]) < timezone.now():
            return None
        user = User.objects.filter(pk=UUID(kept["user"]), is_active=True).first()
        if user is None or not constant_time_compare(kept["password"], user.get_session_auth_hash()):
            return None
        return user

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.user is None:
            return redirect("sign-in")
        credentials = {"username": self.user.email}
        if not AxesProxyHandler.is_allowed(request, credentials):
            return get_lockout_response(request, None, credentials)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        assert self.user is not None
        try:
            with acting_as(Actor.of(self.user)):
                confirm(user=self.user, code=form.cleaned_data["code"])
        except WrongCode as error:
            user_login_failed.send(
                sender=__name__, credentials={"username": self.user.email}, request=self.request
            )
            form.add_error("code", error.said)
            return self.form_invalid(form)
        kept = self.request.session.pop(HALF_WAY)
        response = enter(self.request, self.user, kept["next"], backend=kept["backend"])
        self.request.session[SECOND_FACTOR] = True
        return response


class SignOutView(LogoutView):
    next_page = "sign-in"
    http_method_names = ("post", "options")


class NewPasswordForm(SetPasswordForm):
    def save(self, commit: bool = True) -> User:
        with acting_as(Actor.of(self.user)):
            users.set_password(user=self.user, password=self.cleaned_data["new_password1"])
        return self.user


class SetPasswordView(PasswordResetConfirmView):
    """What a link that an administrator made leads to: the reader chooses a password, then signs in."""

    template_name = "core/set_password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("sign-in")
    reset_url_token = "choose"  # noqa: S105 - a word in the address

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, say("Your password is set. Sign in with it."))
        return response
