from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.finders import Finder
from backoffice.core.models.base import Versioned


class PartialRelease(models.TextChoices):
    NONE = "NONE", _("All or nothing")
    LINE_ITEM = "LINE_ITEM", _("Whole lines")
    QUANTITY = "QUANTITY", _("Any quantity")


class Overtaking(models.TextChoices):
    """Whether a later plan may pass an earlier one within an article (W2, W12)."""

    ALLOW = "ALLOW", _("Allowed")
    STRICT = "STRICT", _("Not allowed")


class DateLimitUnit(models.TextChoices):
    DAYS = "DAYS", _("days")
    WEEKS = "WEEKS", _("weeks")
    MONTHS = "MONTHS", _("months")


def _by_order_date() -> list[dict[str, Any]]:
    return [{"by": "ORDER_DATE"}]


class WaitingRoomSettings(Versioned):
    """The site's settings for waiting and release: one row (spec 2)."""

    singleton = models.BooleanField(default=True, editable=False)
    future_inventory_enabled = models.BooleanField(default=False)
    future_date_limit_quantity = models.PositiveIntegerField(default=4)
    future_date_limit_unit = models.CharField(
        max_length=8, choices=DateLimitUnit.choices, default=DateLimitUnit.WEEKS
    )
    payment_void_and_reauth = models.BooleanField(default=False)
    default_backorder_days = models.PositiveIntegerField(default=14)
    partial_release = models.CharField(
        max_length=16, choices=PartialRelease.choices, default=PartialRelease.NONE
    )
    prioritization = models.JSONField(default=_by_order_date)
    overtaking = models.CharField(max_length=16, choices=Overtaking.choices, default=Overtaking.ALLOW)
    max_wait_days = models.PositiveIntegerField(null=True, blank=True)
    auto_cancel = models.BooleanField(default=False)

    class Meta(Versioned.Meta):
        verbose_name = verbose_name_plural = "waiting-room settings"
        constraints = (
            models.UniqueConstraint(name="one_row_of_settings", fields=("singleton",)),
            models.CheckConstraint(name="settings_singleton", condition=Q(singleton=True)),
        )

    def __str__(self) -> str:
        return say("Waiting-room settings")

    @classmethod
    def load(cls) -> WaitingRoomSettings:
        """The settings, created with their defaults when the site is new."""
        return _settings.one(True) or cls.objects.get_or_create(singleton=True)[0]


_settings = Finder(WaitingRoomSettings, by="singleton")
