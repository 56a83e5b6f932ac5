from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager
from knox.settings import CONSTANTS

from backoffice.core.access import Role
from backoffice.core.models.base import uuid7


class TokenKind(models.TextChoices):
    PERSONAL = "PERSONAL", _("Issued by hand")
    ACCESS = "ACCESS", _("Access token of a login")
    REFRESH = "REFRESH", _("Refresh token of a login")


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def valid_at(self, moment: datetime) -> ApiTokenQuerySet:
        return self.filter(Q(expiry=None) | Q(expiry__gt=moment))

    def expired_at(self, moment: datetime) -> ApiTokenQuerySet:
        return self.filter(expiry__lte=moment)


class ApiTokenManager(AuthTokenManager):
    """knox' ``create(user, expiry=…)`` returns the token and its clear text; the rest is the query set's."""

    def get_queryset(self) -> ApiTokenQuerySet:
        return ApiTokenQuerySet(self.model, using=self._db)


class ApiToken(AbstractAuthToken):
    """A way into the API without a password. Only a digest is kept: the clear text is shown once, when issued.

    ``role`` narrows what the user's own role allows; empty, it does not. ``last_used`` is exact to five minutes.
    """

    private = True

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.CharField(max_length=CONSTANTS.DIGEST_LENGTH, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=255, blank=True)
    kind = models.CharField(
        _("kind"), max_length=16, choices=TokenKind.choices, default=TokenKind.PERSONAL, editable=False
    )
    role = models.CharField(_("role"), max_length=32, choices=Role.choices, blank=True)
    last_used = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    objects = ApiTokenManager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(name="token_role_known", condition=Q(role__in=["", *Role.values])),
        )

    def __str__(self) -> str:
        return self.name or f"{self.get_kind_display()} {self.token_key}…"

    @property
    def expired(self) -> bool:
        return self.expiry is not None and self.expiry <= timezone.now()
