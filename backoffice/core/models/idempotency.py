from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT_FOR = timedelta(hours=24)
"""How long a key means the same request (spec 5, "Idempotency")."""


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    def outdated(self, now: datetime | None = None) -> KeptAnswerQuerySet:
        return self.filter(created__lte=(now or timezone.now()) - KEPT_FOR)


class KeptAnswer(models.Model):
    """The first answer to a request that carried an ``Idempotency-Key``; without ``status`` it is still under way.

    ``fingerprint`` is that of the request: path, query and body. ``claim`` is who works on it, until ``leased_until``;
    then whoever asks again may take over.
    """

    private = True

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
        db_index=False,
    )
    key = models.CharField(_("key"), max_length=255)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    claim = models.UUIDField(_("claim"))
    leased_until = models.DateTimeField(_("leased until"))
    created = models.DateTimeField(_("created"))
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    body = models.TextField(_("body"), blank=True)
    headers = models.JSONField(_("headers"), default=dict, blank=True)

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = (models.UniqueConstraint(name="one_answer_per_user_and_key", fields=("user", "key")),)
        indexes = (models.Index(fields=("created",), name="kept_answer_by_age"),)

    def __str__(self) -> str:
        return self.key
