from __future__ import annotations

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from backoffice.core.models import ApiToken, User
from backoffice.core.services import tokens


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token>``. ``request.auth`` becomes the :class:`ApiToken`.

    A bad token is refused even where a browser session would do: who sends one means it.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, credentials = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = tokens.find(cleartext=credentials.strip().decode("latin-1"))
        if token is None:
            raise AuthenticationFailed("The token is unknown, expired or revoked.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
