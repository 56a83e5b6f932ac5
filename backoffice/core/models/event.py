from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.core.messages import MessageField
from backoffice.core.models.base import AppendOnly


class DomainEvent(AppendOnly):
    """One line of the timeline: what happened to which resource, who did it, and why if they said so.

    ``process_id`` is the order's process where there is one; ``facts`` are plain JSON values.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("event"), max_length=64)
    resource_type = models.CharField(_("resource type"), max_length=64)
    resource_id = models.CharField(_("resource"), max_length=255)
    process_id = models.UUIDField(_("process"), null=True, blank=True)
    actor = models.CharField(_("actor"), max_length=255)
    reason = MessageField(_("reason"), max_length=1024, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    occurred_at = models.DateTimeField(_("occurred at"))

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("id",)
        indexes = (
            models.Index(fields=("resource_type", "resource_id", "id"), name="event_by_resource"),
            models.Index(fields=("process_id", "id"), name="event_by_process"),
            models.Index(fields=("name", "id"), name="event_by_name"),
            models.Index(fields=("actor", "id"), name="event_by_actor"),
            models.Index(fields=("occurred_at",), name="event_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.resource_type} {self.resource_id}"
