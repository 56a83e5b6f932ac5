"""The login that fulfillmenttools clients use: Google's Identity Toolkit, as far as they see of it."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.parsers import StrictJSONParser
from backoffice.core.api.schema import operation, query
from backoffice.core.api.serializers import LenientSerializer
from backoffice.core.api.views import ApiView
from backoffice.core.services import tokens

KEY = query("key", "any value; fulfillmenttools clients send one")


class SignInSerializer(LenientSerializer):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=4096, trim_whitespace=False)
    returnSecureToken = serializers.BooleanField(required=False)  # noqa: N815


class SignedInSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    localId = serializers.CharField()  # noqa: N815
    email = serializers.CharField()
    displayName = serializers.CharField(allow_blank=True)  # noqa: N815
    registered = serializers.BooleanField()
    idToken = serializers.CharField()  # noqa: N815
    refreshToken = serializers.CharField()  # noqa: N815
    expiresIn = serializers.CharField(help_text="seconds")  # noqa: N815


class RefreshSerializer(LenientSerializer):
    grant_type = serializers.ChoiceField(["refresh_token"])
    refresh_token = serializers.CharField(max_length=4096)


class RefreshedSerializer(serializers.Serializer[Any]):
    id_token = serializers.CharField()
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    expires_in = serializers.CharField(help_text="seconds")
    token_type = serializers.CharField()
    user_id = serializers.CharField()


class LoginView(ApiView):
    """Anybody may try; who is signed in already, or sends a stale token, may as well."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class SignInView(LoginView):
    @operation(
        "Sign in with e-mail address and password",
        request=SignInSerializer,
        answer=SignedInSerializer,
        errors=(400, 429),
        parameters=(KEY,),
        tag="Login",
    )
    def post(self, request: Request) -> Response:
        given = self.body(SignInSerializer)
        login = tokens.sign_in(email=given["email"], password=given["password"], request=request._request)
        return Response(
            {
                "kind": "identitytoolkit#VerifyPasswordResponse",
                "localId": str(login.user.pk),
                "email": login.user.email,
                "displayName": login.user.name,
                "registered": True,
                "idToken": login.access,
                "refreshToken": login.refresh,
                "expiresIn": _seconds(login),
            }
        )


class TokenView(LoginView):
    parser_classes = (StrictJSONParser, FormParser)

    @operation(
        "Exchange a refresh token for an access token",
        request={
            "application/json": RefreshSerializer,
            "application/x-www-form-urlencoded": RefreshSerializer,
        },
        answer=RefreshedSerializer,
        errors=(400,),
        parameters=(
            KEY,
            query("grant_type", "where the body does not carry it"),
            query("refresh_token", "where the body does not carry it"),
        ),
        tag="Login",
    )
    def post(self, request: Request) -> Response:
        serializer = RefreshSerializer(data=_body_or_query(request))
        serializer.is_valid(raise_exception=True)
        login = tokens.refresh(refresh_token=serializer.validated_data["refresh_token"])
        return Response(
            {
                "id_token": login.access,
                "access_token": login.access,
                "refresh_token": login.refresh,
                "expires_in": _seconds(login),
                "token_type": "Bearer",
                "user_id": str(login.user.pk),
            }
        )


def _body_or_query(request: Request) -> Any:
    """Clients put the two parameters into a JSON body, a form or the query."""
    if isinstance(request.data, QueryDict):
        return {**request.query_params.dict(), **request.data.dict()}
    if isinstance(request.data, dict):
        return {**request.query_params.dict(), **request.data}
    return request.data


def _seconds(login: tokens.Login) -> str:
    return str(int(login.lifetime.total_seconds()))
