"""The second factor: codes of an authenticator app, and recovery codes for the day that it is lost (spec 8).

The codes are django-allauth's. What is done to them is ours, and stands in the timeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils.crypto import salted_hmac

from backoffice.core.errors import Invalid, StateConflict
from backoffice.core.events import publish
from backoffice.core.models import User
from backoffice.core.sealing import Unreadable
from backoffice.core.services.users import UserEvent
from backoffice.core.texts import text


@dataclass(frozen=True, kw_only=True)
class SecondFactorEnabled(UserEvent):
    name: ClassVar[str] = "USER_MFA_ENABLED"


@dataclass(frozen=True, kw_only=True)
class SecondFactorDisabled(UserEvent):
    name: ClassVar[str] = "USER_MFA_DISABLED"


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesRenewed(UserEvent):
    name: ClassVar[str] = "USER_RECOVERY_CODES_RENEWED"


@dataclass(frozen=True, kw_only=True)
class RecoveryCodeUsed(UserEvent):
    name: ClassVar[str] = "USER_RECOVERY_CODE_USED"


class WrongCode(Invalid):
    code = "WRONG_CODE"


def has_second_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def recovery_codes_left(user: User) -> int:
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return 0 if kept is None else len(kept.wrap().get_unused_codes())


def enable(*, user: User, secret: str) -> list[str]:
    """From now on ``user`` signs in with a code of the app that knows ``secret``. Returns the recovery codes, which
    cannot be had again.

    :raises StateConflict: they have a second factor already.
    """
    with transaction.atomic():
        _lock(user)
        if has_second_factor(user):
            raise StateConflict(
                text("A second factor is set up already: turn it off before you set up another one.")
            )
        TOTP.activate(user, secret)
        codes = _new_codes(user)
        publish([SecondFactorEnabled(resource_id=str(user.pk))])
    return codes


def disable(*, user: User) -> None:
    """From now on the password is enough.

    :raises StateConflict: there is no second factor.
    """
    with transaction.atomic():
        _lock(user)
        if not has_second_factor(user):
            raise StateConflict(text("There is no second factor to turn off."))
        Authenticator.objects.filter(user=user).delete()
        publish([SecondFactorDisabled(resource_id=str(user.pk))])


def renew_recovery_codes(*, user: User) -> list[str]:
    """New recovery codes; those from before are good no more. They cannot be had again.

    :raises StateConflict: there is no second factor.
    """
    with transaction.atomic():
        _lock(user)
        if not has_second_factor(user):
            raise StateConflict(text("Set up a second factor first."))
        codes = _new_codes(user)
        publish([RecoveryCodesRenewed(resource_id=str(user.pk))])
    return codes


def confirm(*, user: User, code: str) -> None:
    """Somebody who knows the password also has the ``code`` of the moment, or a recovery code, which is then used up.
    Each is good once. Too many wrong ones are refused for a while, from wherever they come.

    :raises WrongCode: with what to do next.
    """
    form = AuthenticateForm({"code": code}, user=user)
    try:
        if not form.is_valid():
            raise WrongCode(str(form.errors["code"][0]), field="code")
    except Unreadable as error:
        raise WrongCode(
            text(
                "Codes cannot be checked: the server's key was replaced. Ask an administrator "
                "to reset your second factor."
            )
        ) from error
    kept = form.authenticator
    if kept.type == Authenticator.Type.TOTP and not _first_use(user, code):
        raise WrongCode(text("This code was used already. Wait for the next one."), field="code")
    kept.record_usage()
    if kept.type == Authenticator.Type.RECOVERY_CODES:
        with transaction.atomic():
            facts = {"left": recovery_codes_left(user)}
            publish([RecoveryCodeUsed(resource_id=str(user.pk), facts=facts)])


def _first_use(user: User, code: str) -> bool:
    """allauth remembers a used code for half a minute, but by ``MFA_TOTP_TOLERANCE`` it is good for longer."""
    lifetime = 30 * (1 + 2 * settings.MFA_TOTP_TOLERANCE)
    digest = salted_hmac("backoffice.core.secondfactor", f"{user.pk}:{normalize_user_code(code)}").hexdigest()
    return bool(cache.add(f"second-factor:{digest}", "used", timeout=lifetime))


def _new_codes(user: User) -> list[str]:
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return codes


def _lock(user: User) -> None:
    """Two requests at once would both find nothing, and both write."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
