from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.access import Role, may
from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import RefField, StrictSerializer, UtcDateTimeField
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView, get_or_404
from backoffice.core.errors import NotFound
from backoffice.core.ids import as_uuid
from backoffice.core.models import ApiToken, User
from backoffice.core.models.token import TokenKind
from backoffice.core.services import tokens


class TokenForCreationSerializer(StrictSerializer):
    name = serializers.CharField(max_length=255)
    role = serializers.ChoiceField(Role.choices, required=False, help_text="narrows what the user may do")
    userRef = RefField(required=False, help_text="whose token; without, your own")  # noqa: N815
    expiry = UtcDateTimeField(required=False, allow_null=True, help_text="without, until it is revoked")


class TokenSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(Role.choices, required=False)
    userRef = serializers.CharField()  # noqa: N815
    created = serializers.DateTimeField()
    expiry = serializers.DateTimeField(allow_null=True)
    lastUsed = serializers.DateTimeField(allow_null=True)  # noqa: N815


class IssuedTokenSerializer(TokenSerializer):
    token = serializers.CharField(help_text="the clear text, shown this once")


def render_token(token: ApiToken) -> dict[str, Any]:
    return {
        "id": str(token.pk),
        "name": token.name,
        **({"role": token.role} if token.role else {}),
        "userRef": str(token.user_id),
        "created": instant(token.created),
        "expiry": instant(token.expiry),
        "lastUsed": instant(token.last_used),
    }


class TokensView(ApiView):
    """Everybody sees and revokes their own tokens; who manages tokens, everybody's."""

    permissions = {"POST": "core.manage_tokens"}
    secret = True

    @operation("List API tokens", page=("tokens", TokenSerializer), errors=(400, 401), tag="Tokens")
    def get(self, request: Request) -> Response:
        return page_of(_visible_to(self), request, "tokens", render_token)

    @operation(
        "Issue an API token",
        request=TokenForCreationSerializer,
        answer=IssuedTokenSerializer,
        status=201,
        errors=(400, 401, 403),
        tag="Tokens",
    )
    def post(self, request: Request) -> Response:
        given = self.body(TokenForCreationSerializer)
        user = self.user
        if "userRef" in given:
            user = get_or_404(User.objects.all(), given["userRef"])
        token, cleartext = tokens.issue_token(
            user=user, name=given["name"], role=given.get("role", ""), expiry=given.get("expiry")
        )
        return Response({**render_token(token), "token": cleartext}, status=201)


class TokenView(ApiView):
    @operation("Revoke an API token", status=204, errors=(401, 404), tag="Tokens")
    def delete(self, request: Request, id: str) -> Response:
        key = as_uuid(id)
        if key is None:
            raise NotFound.of(ApiToken, id)
        manages = may(self.principal, "core.manage_tokens")
        tokens.revoke_token(id=key, owner=None if manages else self.user)
        return Response(status=204)


def _visible_to(view: ApiView) -> QuerySet[ApiToken]:
    issued = ApiToken.objects.filter(kind=TokenKind.PERSONAL)
    if may(view.principal, "core.manage_tokens"):
        return issued
    return issued.filter(user=view.user)
