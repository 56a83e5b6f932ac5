"""Tokens: issued by hand, or by the login that fulfillmenttools clients use (spec 5, "Auth").

Only digests are stored. Whoever holds a token may do what its user's role and its own both allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from knox.crypto import hash_token

from backoffice.core.access import Role
from backoffice.core.errors import Invalid, NotFound
from backoffice.core.events import Event, publish
from backoffice.core.finders import Finder
from backoffice.core.models import ApiToken, User
from backoffice.core.models.token import TokenKind
from backoffice.core.services.secondfactor import has_second_factor
from backoffice.core.texts import text

ACCESS_LIFETIME = timedelta(hours=1)
REFRESH_LIFETIME = timedelta(days=90)
LAST_USED_PRECISION = timedelta(minutes=5)

_tokens = Finder(ApiToken, by="digest", along="user")


@dataclass(frozen=True, kw_only=True)
class TokenIssued(Event):
    name: ClassVar[str] = "TOKEN_ISSUED"
    resource_type: ClassVar[str] = "TOKEN"


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    name: ClassVar[str] = "TOKEN_REVOKED"
    resource_type: ClassVar[str] = "TOKEN"


class BadCredentials(Invalid):
    """The login was refused (400, as fulfillmenttools' clients expect); it never says which part was wrong."""

    code = "INVALID_LOGIN_CREDENTIALS"
    summary = text("The credentials were refused")


class SecondFactorNeeded(Invalid):
    """The password was right, but this account signs in with a code as well, which this login cannot ask for."""

    code = "MFA_REQUIRED"
    summary = text("The credentials were refused")


class BadRefreshToken(Invalid):
    code = "INVALID_REFRESH_TOKEN"
    summary = text("The credentials were refused")


@dataclass(frozen=True, slots=True)
class Login:
    """What a login gives: clear texts that are not kept, and the lifetime of the access token."""

    user: User
    access: str
    refresh: str
    lifetime: timedelta = ACCESS_LIFETIME


def issue_token(
    *, user: User, name: str, role: str = "", expiry: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token and its clear text, which cannot be had again.

    ``role`` narrows what the user may do; empty, it does not. Without ``expiry`` the token ends only when revoked.

    :raises Invalid: no name, an unknown role, or an expiry in the past.
    """
    if not name.strip():
        raise Invalid(text("A token needs a name that says what it is for."), field="name", code="REQUIRED")
    if role and role not in Role.values:
        raise Invalid(text("There is no role %(role)s.", role=role), field="role")
    now = timezone.now()
    if expiry is not None and expiry <= now:
        raise Invalid(text("The token would have expired already."), field="expiry")
    with transaction.atomic():
        token, cleartext = ApiToken.objects.create(
            user,
            expiry=None if expiry is None else expiry - now,
            name=name.strip(),
            role=role,
            kind=TokenKind.PERSONAL,
        )
        token.expiry = expiry  # knox counted from a moment later
        token.save(update_fields=("expiry",))
        publish([TokenIssued(resource_id=str(token.pk), facts={"name": token.name, "user": str(user.pk)})])
    return token, cleartext


def revoke_token(*, id: UUID, owner: User | None = None) -> None:
    """The token stops working at once. With ``owner``, only if it is theirs.

    :raises NotFound: there is no such token, or it is not the owner's.
    """
    tokens = ApiToken.objects.filter(pk=id)
    if owner is not None:
        tokens = tokens.filter(user=owner)
    with transaction.atomic():
        name = tokens.values_list("name", flat=True).first()
        if name is None or not tokens.delete()[0]:
            raise NotFound.of(ApiToken, id)
        publish([TokenRevoked(resource_id=str(id), facts={"name": name})])


def find(
    *, cleartext: str, kinds: tuple[TokenKind, ...] = (TokenKind.PERSONAL, TokenKind.ACCESS)
) -> ApiToken | None:
    """The valid token with this clear text, its active user loaded, and noted as used."""
    token = _tokens.one(hash_token(cleartext))
    if token is None or token.kind not in kinds or token.expired or not token.user.is_active:
        return None
    now = timezone.now()
    if token.last_used is None or token.last_used < now - LAST_USED_PRECISION:
        ApiToken.objects.filter(pk=token.pk).update(last_used=now)
    return token


def sign_in(*, email: str, password: str, request: HttpRequest) -> Login:
    """An access and a refresh token for who knows the password. Other logins of the same user stay valid.

    Outside of a transaction, so that failures count towards the lock-out.

    :raises BadCredentials: they are wrong, the user is inactive, or there were too many failures.
    :raises SecondFactorNeeded: the account has a second factor.
    """
    user = authenticate(request, username=email, password=password)
    if user is None:
        raise BadCredentials(
            text("E-mail address or password are wrong, or there were too many failed attempts.")
        )
    if has_second_factor(user):
        raise SecondFactorNeeded(text("This account has a second factor: use an API token."))
    user_logged_in.send(sender=User, request=request, user=user)
    with transaction.atomic():
        return _login(user)


def refresh(*, refresh_token: str) -> Login:
    """A new access token. The refresh token stays the same and is good for another 90 days.

    :raises BadRefreshToken: it is unknown or expired, or its user inactive.
    """
    token = find(cleartext=refresh_token, kinds=(TokenKind.REFRESH,))
    if token is None:
        raise BadRefreshToken(
            text("The refresh token is unknown or expired: sign in again."), field="refresh_token"
        )
    with transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(expiry=timezone.now() + REFRESH_LIFETIME)
        return Login(token.user, _access_token(token.user), refresh_token)


def purge_expired() -> int:
    """Deletes expired tokens. Returns how many."""
    deleted, _by_model = ApiToken.objects.all().expired_at(timezone.now()).delete()
    return int(deleted)


def _login(user: User) -> Login:
    _token, refresh_cleartext = ApiToken.objects.create(user, expiry=REFRESH_LIFETIME, kind=TokenKind.REFRESH)
    return Login(user, _access_token(user), refresh_cleartext)


def _access_token(user: User) -> str:
    _token, cleartext = ApiToken.objects.create(user, expiry=ACCESS_LIFETIME, kind=TokenKind.ACCESS)
    return str(cleartext)
