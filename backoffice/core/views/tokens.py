"""API tokens: everybody's own, and for who manages tokens those of all (spec 5, "Auth")."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import may
from backoffice.core.forms.tokens import NewTokenForm, TokenScreenFilter
from backoffice.core.models import ApiToken
from backoffice.core.models.token import TokenKind
from backoffice.core.services.tokens import issue_token, revoke_token
from backoffice.core.tables.tokens import TokenTable
from backoffice.core.ui.screens import SIGNED_IN, Dialog, ListScreen, SecretDialog

MANAGE = "core.manage_tokens"


def tokens_for(request: HttpRequest) -> QuerySet[ApiToken]:
    """Those that the reader sees, and may revoke; the tokens of logins are nobody's to see."""
    issued = ApiToken.objects.filter(kind=TokenKind.PERSONAL).select_related("user")
    return issued if may(request.user, MANAGE) else issued.filter(user=request.user.pk)


class TokensView(ListScreen):
    permissions: ClassVar[dict[str, str]] = {"*": SIGNED_IN}
    template_name = "core/tokens/tokens.html"
    filterset_class = TokenScreenFilter
    table_class = TokenTable
    keys = ("-id",)
    extra_context = {
        "empty": {
            "icon": "key-round",
            "title": _("No tokens yet"),
            "text": _(
                "With a token, a shop or an ERP uses the API in the name of a user, without a password."
            ),
        }
    }

    def get_queryset(self) -> QuerySet[ApiToken]:
        return tokens_for(self.request)

    def without(self) -> tuple[str, ...]:
        return () if may(self.request.user, MANAGE) else ("user",)


class CreateTokenView(SecretDialog):
    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    secret_lead = _(
        "Send it with every request, as Authorization: Bearer. Copy it now: it is not shown again."
    )
    secret_label = _("Token")

    def get_form(self, data: Any = None, **kwargs: Any) -> NewTokenForm:
        return NewTokenForm(data, owner=self.request.user)  # type: ignore[arg-type]  # they are signed in

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Issue an API token"),
            "lead": say("Give each system a token of its own, with no more than it needs."),
            "submit": say("Issue the token"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        token, cleartext = issue_token(**form.cleaned_data)
        self.said = say("The token %(name)s is issued") % {"name": token.name}
        return cleartext


class RevokeTokenView(Dialog):
    permissions: ClassVar[dict[str, str]] = {"*": SIGNED_IN}
    form_class = forms.Form
    kwargs: dict[str, Any]

    @cached_property
    def token(self) -> ApiToken:
        return get_object_or_404(tokens_for(self.request), pk=self.kwargs["pk"])

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Revoke %(name)s") % {"name": self.token.name},
            "lead": say("Whoever uses this token is refused from now on. It cannot be had back."),
            "submit": say("Revoke the token"),
            "submit_class": "btn-danger",
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        name = self.token.name
        revoke_token(id=self.token.pk)
        return say("The token %(name)s was revoked.") % {"name": name}
