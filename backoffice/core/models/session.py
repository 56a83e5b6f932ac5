from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class BrowserSessionQuerySet(models.QuerySet["BrowserSession"]):
    def live(self, now: datetime | None = None) -> BrowserSessionQuerySet:
        return self.filter(expire_date__gt=now or timezone.now())

    def expired(self, now: datetime | None = None) -> BrowserSessionQuerySet:
        return self.exclude(expire_date__gt=now or timezone.now())


class BrowserSession(AbstractBaseSession):
    """Somebody's browser, signed in or not yet. Whose it is stands in a column, so that their sessions can be listed
    and ended.

    ``name`` stands for it on screens: the ``session_key`` is as good as a password. ``seen`` is exact to five minutes.
    """

    private = True

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("user"),
        db_index=False,
    )
    browser = models.CharField(_("browser"), max_length=255, blank=True)
    address = models.CharField(_("network address"), max_length=64, blank=True)
    started = models.DateTimeField(_("started"))
    seen = models.DateTimeField(_("last seen"))

    objects: ClassVar[Any] = BaseSessionManager.from_queryset(BrowserSessionQuerySet)()

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        indexes = (models.Index(fields=("user", "seen"), name="session_by_user"),)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return salted_hmac("backoffice.core.session", self.session_key, algorithm="sha256").hexdigest()[:32]

    @classmethod
    def get_session_store_class(cls) -> type:
        from backoffice.core.sessions import SessionStore

        return SessionStore
