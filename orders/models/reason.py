from __future__ import annotations

from django.db import models

from backoffice.core.models.base import Versioned


class CancelationReason(Versioned):
    """Why orders are cancelled, as people choose it from a list; ``reason`` tells one from another.

    An order keeps the text that it was cancelled with, whatever becomes of the reason.
    """

    reason = models.CharField(max_length=255, unique=True)
    reason_localized = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.reason
