from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as say

from backoffice.core.models.base import Versioned


class PickingTimesConfiguration(Versioned):
    """When facilities pick that are created without picking times of their own: one row. Empty: around the clock."""

    singleton = models.BooleanField(default=True, editable=False)
    picking_times = models.JSONField(default=dict, blank=True)

    class Meta(Versioned.Meta):
        verbose_name = verbose_name_plural = "default picking times"
        constraints = (
            models.UniqueConstraint(name="one_row_of_picking_times", fields=("singleton",)),
            models.CheckConstraint(name="picking_times_singleton", condition=Q(singleton=True)),
        )

    def __str__(self) -> str:
        return say("Default picking times")

    @classmethod
    def load(cls) -> PickingTimesConfiguration:
        """The configuration, created empty when the site is new."""
        return cls.objects.get_or_create(singleton=True)[0]
