from __future__ import annotations

from django.db import models

from backoffice.core.models.base import Versioned


class Tag(Versioned):
    """A word of the site's for orders, listings and facilities, with the values that it may have.

    Its id is the client's word for it. The catalogue is for those who choose: a tag that is not in it may be used all
    the same (docs/decisions/0020).
    """

    id = models.CharField(primary_key=True, max_length=255)  # type: ignore[assignment]
    allowed_values = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.id
