from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as say

from backoffice.core.models.base import uuid7


class ReleaseRun(models.Model):
    """One pass of the waiting room: what woke it, how many plans it looked at, how many it let go (spec 2).

    ``causes`` counts the coalesced triggers by cause; ``articles`` are the ids it was woken for. ``seconds`` is how
    long the pass has taken so far; a run without ``finished`` is under way, or its worker died.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    started = models.DateTimeField()
    finished = models.DateTimeField(null=True, blank=True)
    causes = models.JSONField(default=dict)
    articles = models.JSONField(default=list)
    considered = models.PositiveIntegerField(default=0)
    released = models.PositiveIntegerField(default=0)
    still_waiting = models.PositiveIntegerField(default=0)
    backed_units = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)

    def __str__(self) -> str:
        return say("%(released)s of %(considered)s released") % {
            "released": self.released,
            "considered": self.considered,
        }
