"""Links by which people set their own password: the first one, or a new one."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from typing import ClassVar

import structlog
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as say
from django.utils.translation import override

from backoffice.core.errors import StateConflict
from backoffice.core.events import publish
from backoffice.core.models import User
from backoffice.core.services.users import UserEvent
from backoffice.core.texts import text

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class PasswordLinkMade(UserEvent):
    name: ClassVar[str] = "USER_PASSWORD_LINK_MADE"


def password_link(*, user: User) -> str:
    """The path of a page on which ``user`` sets a password, once; good for ``PASSWORD_RESET_TIMEOUT`` seconds, and
    until they sign in or have another password.

    :raises StateConflict: the user is inactive.
    """
    if not user.is_active:
        raise StateConflict(text("Inactive users cannot sign in: make the user active first."))
    with transaction.atomic():
        publish([PasswordLinkMade(resource_id=str(user.pk))])
    token = default_token_generator.make_token(user)
    return reverse("set-password", args=(urlsafe_base64_encode(force_bytes(user.pk)), token))


def mail_link(*, user: User, url: str) -> bool:
    """Whether the link was handed over to the mail server; the failure of one is logged."""
    if not settings.EMAIL_URL:
        return False
    with override(user.language or settings.LANGUAGE_CODE):
        subject = say("Set your password for Anteroom")
        days = settings.PASSWORD_RESET_TIMEOUT // 86400
        body = render_to_string("core/mail/password_link.txt", {"user": user, "url": url, "days": days})
    try:
        send_mail(subject, body, None, [user.email])
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("password_link_not_mailed", user=str(user.pk), error=str(error))
        return False
    return True
