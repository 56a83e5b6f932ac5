from __future__ import annotations

from django.db import models


class WorkerHeartbeat(models.Model):
    """When each worker process was last seen alive; the readiness check reads it."""

    name = models.CharField(primary_key=True, max_length=255)
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name
