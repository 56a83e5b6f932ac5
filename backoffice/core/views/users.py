"""Administration → Users: who may come in, as what, and helping who cannot (spec 8, "Security")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.core import access
from backoffice.core.access import Role
from backoffice.core.errors import DomainError
from backoffice.core.forms.users import EditUserForm, NewUserForm, UserScreenFilter
from backoffice.core.models import ApiToken, BrowserSession, DomainEvent, User
from backoffice.core.models.token import TokenKind
from backoffice.core.services import secondfactor, users
from backoffice.core.services.invitations import mail_link, password_link
from backoffice.core.tables.users import UserTable, standing_of
from backoffice.core.ui.screens import SIGNED_IN, Act, Dialog, ListScreen, Screen, SecretDialog
from backoffice.core.user_wording import event_words

MANAGE = "core.manage_users"
CHANGES_SHOWN = 20


class UsersView(ListScreen):
    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    template_name = "core/users/users.html"
    filterset_class = UserScreenFilter
    table_class = UserTable
    keys = ("email", "id")
    extra_context = {
        "empty": {
            "icon": "users",
            "title": _("No users yet"),
            "text": _("Invite the people who are to work here."),
        }
    }

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.with_standing()


class UserView(Screen):
    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    template_name = "core/users/user.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = get_object_or_404(User.objects.with_standing(), pk=kwargs["pk"])
        events = DomainEvent.objects.filter(resource_type="USER", resource_id=str(user.pk)).order_by("-id")
        return super().get_context_data(
            shown=user,
            standing=standing_of(user),
            has_password=user.has_usable_password(),
            sessions=BrowserSession.objects.live().filter(user=user).count(),
            tokens=ApiToken.objects.filter(user=user, kind=TokenKind.PERSONAL).count(),
            changes=[{"event": event, "words": event_words(event)} for event in events[:CHANGES_SHOWN]],
            **kwargs,
        )


class LinkDialog(SecretDialog):
    """Answers with a link to set a password, which is mailed as well where mail is set up."""

    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    secret_label = _("Link")

    def link_for(self, user: User) -> str:
        url = self.request.build_absolute_uri(password_link(user=user))
        mailed = mail_link(user=user, url=url)
        days = settings.PASSWORD_RESET_TIMEOUT // 86400
        good = ngettext(
            "It is good once, for %(days)d day, and is not shown again.",
            "It is good once, for %(days)d days, and is not shown again.",
            days,
        ) % {"days": days}
        if mailed:
            sent = say("This link was mailed to %(email)s: there they set their password.")
        elif settings.EMAIL_URL:
            sent = say(
                "The mail server did not take the mail. Give %(email)s this link to set their password."
            )
        else:
            sent = say("Give %(email)s this link: there they set their password.")
        self.secret_lead = f"{sent % {'email': user.email}} {good}"
        return url


class CreateUserView(LinkDialog):
    form_class = NewUserForm

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Invite a user"),
            "lead": say("You get a link next, by which they set their password."),
            "submit": say("Invite"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        user = users.create_user(**form.cleaned_data)
        self.said = say("%(user)s is invited") % {"user": user.get_full_name()}
        return self.link_for(user)


class OfUser:
    """What is about the user whose key is in the address."""

    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    kwargs: dict[str, Any]

    @cached_property
    def user(self) -> User:
        return get_object_or_404(User, pk=self.kwargs["pk"])


class PasswordLinkView(OfUser, LinkDialog):
    form_class = forms.Form

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Link to set a password"),
            "lead": say("%(user)s can set a new password with it. Until then the one they have is good.")
            % {"user": self.user.get_full_name()},
            "submit": say("Make the link"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        self.said = say("Link for %(user)s") % {"user": self.user.get_full_name()}
        return self.link_for(self.user)


class EditUserView(OfUser, Dialog):
    def get_form(self, data: Any = None, **kwargs: Any) -> EditUserForm:
        return EditUserForm(data, initial=EditUserForm.of(self.user))

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {"title": say("Edit %(user)s") % {"user": self.user.get_full_name()}, "submit": say("Save")}

    def act(self, form: Any, **kwargs: Any) -> str:
        user, given = self.user, dict(form.cleaned_data)
        user.claim(given.pop("version"))
        changed = [name for name, value in given.items() if getattr(user, name) != value]
        for name in changed:
            setattr(user, name, given[name])
        users.change_user(user=user, fields=changed)
        return say("%(user)s was saved.") % {"user": user.get_full_name()}

    def problems(self, error: DomainError, form: Any, **kwargs: Any) -> Iterator[tuple[str | None, str]]:
        del self.user  # what was set on it is not what is kept
        return super().problems(error, form, **kwargs)


class SignOutUserView(OfUser, Dialog):
    form_class = forms.Form

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        count = BrowserSession.objects.live().filter(user=self.user).count()
        return {
            "title": say("Sign %(user)s out everywhere") % {"user": self.user.get_full_name()},
            "lead": ngettext(
                "%(count)d browser is signed out, and logins of clients end. API tokens go on: revoke them apart.",
                "%(count)d browsers are signed out, and logins of clients end. API tokens go on: revoke them apart.",
                count,
            )
            % {"count": count},
            "submit": say("Sign out everywhere"),
            "submit_class": "btn-danger",
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        own = self.user == self.request.user
        users.sign_out_everywhere(user=self.user, stay=self.request.session.session_key if own else None)
        if own:
            return say("You are signed out everywhere but here.")
        return say("%(user)s is signed out everywhere.") % {"user": self.user.get_full_name()}


class ResetSecondFactorView(OfUser, Dialog):
    form_class = forms.Form

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Reset the second factor of %(user)s") % {"user": self.user.get_full_name()},
            "lead": say(
                "Be sure that it is they who ask. They sign in with their password alone then, and can set up another "
                "one; they are signed out everywhere."
            ),
            "submit": say("Reset the second factor"),
            "submit_class": "btn-danger",
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        secondfactor.disable(user=self.user)
        users.sign_out_everywhere(user=self.user)
        return say("%(user)s has no second factor any more.") % {"user": self.user.get_full_name()}


class UnlockUserView(OfUser, Act):
    def act(self, **kwargs: Any) -> str:
        users.unlock(user=self.user)
        return say("%(user)s may try again.") % {"user": self.user.get_full_name()}


class RolesView(Screen):
    """What each role may do, as the apps declare it."""

    permissions: ClassVar[dict[str, str]] = {"*": SIGNED_IN}
    template_name = "core/users/roles.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups: dict[str, list[dict[str, Any]]] = {}
        for permission in access.declared():
            row = {
                "permission": permission,
                "cells": [{"role": role.label, "may": permission.granted_to(role)} for role in Role],
            }
            groups.setdefault(permission.app_label, []).append(row)
        return super().get_context_data(
            roles=list(Role),
            groups=[
                {"title": apps.get_app_config(label).verbose_name, "rows": rows}
                for label, rows in groups.items()
            ],
            **kwargs,
        )
