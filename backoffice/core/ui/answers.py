"""What a dialog answers with besides words: a way back, or who was quicker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.actor import SYSTEM
from backoffice.core.models import DomainEvent

UNDO = _("Undo")


@dataclass(frozen=True, slots=True)
class Undo:
    """A button beside what was done: posting ``fields`` to ``url`` takes it back.

    Among them is the version that it left: what somebody changed since is not changed unseen, but asked about.
    """

    url: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    label: Any = UNDO


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the reader wants to change was changed since they saw it: ``said`` tells by whom, ``now`` how it is."""

    said: str
    when: datetime | None = None
    now: str = ""


def conflict_about(id: object) -> Conflict:
    """Who changed the resource, or the process, as far as the timeline knows."""
    told = Q(resource_id=str(id)) | (Q(process_id=id) if isinstance(id, UUID) else Q())
    last = DomainEvent.objects.filter(told).order_by("-id").first()
    if last is None:
        return Conflict(say("This was changed in the meantime."))
    return Conflict(say("%(who)s changed this in the meantime.") % {"who": name_of(last)}, last.occurred_at)


def name_of(event: DomainEvent | None) -> str:
    return event.actor if event is not None and event.actor != SYSTEM.name else say("Anteroom itself")
