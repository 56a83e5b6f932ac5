from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.core.models.base import Versioned, VersionedQuerySet
from backoffice.core.statuses import StatusChoices


class CustomServiceStatus(StatusChoices):
    ACTIVE = "ACTIVE", _("Active"), "green", "active"
    INACTIVE = "INACTIVE", _("Inactive"), "gray", "inactive"


class ItemsRequired(models.TextChoices):
    """Whether the service is done to items of the order, or stands for itself."""

    MANDATORY = "MANDATORY", _("Mandatory")
    NONE = "NONE", _("None")


class CustomService(Versioned):
    """Something that is done to an order's items: engraved, wrapped, mounted. Orders name it and say what to do it to.

    ``additional_information`` is what has to be known to do it, each with an id; ``execution_time`` is in minutes.
    """

    tenant_custom_service_id = models.CharField(max_length=255, null=True, blank=True, unique=True)
    status = models.CharField(
        max_length=16, choices=CustomServiceStatus.choices, default=CustomServiceStatus.ACTIVE
    )
    name_localized = models.JSONField(default=dict)
    description_localized = models.JSONField(default=dict, blank=True)
    items_required = models.CharField(
        max_length=16, choices=ItemsRequired.choices, default=ItemsRequired.NONE
    )
    items_returnable = models.BooleanField(null=True, blank=True)
    execution_time = models.PositiveIntegerField(null=True, blank=True, help_text=_("minutes"))
    image_refs = models.JSONField(default=list, blank=True)
    additional_information = models.JSONField(default=list, blank=True)
    custom_attributes = models.JSONField(default=dict, blank=True)

    objects = VersionedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The English name where there is one, else the first."""
        return in_english(self.name_localized) or str(self.tenant_custom_service_id or self.pk)


def in_english(texts: dict[str, Any]) -> str:
    """The English one of localized texts where there is one, else the first; empty if there is none."""
    return str(texts.get("en_US") or next(iter(texts.values()), ""))
