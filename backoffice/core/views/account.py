"""My account: what everybody sees to themselves – password, language and time zone, and where they are signed in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as say
from django.utils.translation import ngettext

from backoffice.core.errors import DomainError
from backoffice.core.forms.account import ChangePasswordForm, PreferencesForm
from backoffice.core.models import ApiToken, BrowserSession, User
from backoffice.core.models.token import TokenKind
from backoffice.core.preferences import speak
from backoffice.core.services import secondfactor, users
from backoffice.core.ui.screens import SIGNED_IN, Act, Dialog, Screen
from backoffice.core.user_wording import browser_words


class Mine:
    """What is about the reader; each method of ``user`` is theirs."""

    permissions: ClassVar[dict[str, str]] = {"*": SIGNED_IN}
    request: HttpRequest

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user


class AccountView(Mine, Screen):
    template_name = "core/account/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or PreferencesForm(initial=PreferencesForm.of(self.user))
        return super().get_context_data(
            form=form,
            second_factor=secondfactor.has_second_factor(self.user),
            second_factor_required=settings.LOGIN_MFA_REQUIRED,
            recovery_codes=secondfactor.recovery_codes_left(self.user),
            sessions=sessions_of(self.user, self.request.session.session_key),
            tokens=ApiToken.objects.filter(user=self.user, kind=TokenKind.PERSONAL).count(),
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Language and time zone."""
        form = PreferencesForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        given = form.cleaned_data
        user = User.objects.get(pk=self.user.pk)
        changed = [name for name, value in given.items() if getattr(user, name) != value]
        for name in changed:
            setattr(user, name, given[name])
        try:
            users.change_user(user=user, fields=changed)
            messages.success(request, say("Your preferences were saved."))
        except DomainError as error:
            messages.error(request, error.said)
        response = redirect("account")
        speak(response, user.language)
        return response


def sessions_of(user: User, here: str | None) -> list[dict[str, Any]]:
    """Where ``user`` is signed in, this browser first."""
    rows = BrowserSession.objects.live().filter(user=user).order_by("-seen", "session_key")
    shown = [
        {"session": row, "words": browser_words(row.browser), "here": row.session_key == here} for row in rows
    ]
    return sorted(shown, key=lambda one: not one["here"])


class ChangePasswordView(Mine, Dialog):
    def get_form(self, data: Any = None, **kwargs: Any) -> ChangePasswordForm:
        return ChangePasswordForm(self.request, data)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Change your password"),
            "lead": say("You stay signed in here, and are signed out everywhere else. API tokens go on."),
            "submit": say("Change the password"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        stay = self.request.session.session_key
        users.set_password(user=self.user, password=form.cleaned_data["new_password1"], stay=stay)
        update_session_auth_hash(self.request, self.user)
        return say("Your password was changed.")


class EndSessionView(Mine, Act):
    def act(self, **kwargs: Any) -> str:
        users.end_session(user=self.user, name=kwargs["name"])
        return say("You are signed out there.")


class SignOutElsewhereView(Mine, Act):
    def act(self, **kwargs: Any) -> str:
        ended = users.sign_out_everywhere(user=self.user, stay=self.request.session.session_key)
        return ngettext(
            "You are signed out everywhere else: in %(count)d browser.",
            "You are signed out everywhere else: in %(count)d browsers.",
            ended,
        ) % {"count": ended}
