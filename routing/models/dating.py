from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as say

from inventory.models import Article


class DatingRequest(models.Model):
    """The dates of the lines that wait for an article are to be worked out again (W10).

    Rows are only inserted, in the transaction of their cause, and all those of an article are served together.
    ``lease_until`` is set by the worker that does; when it dies the lease ends and another takes over.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+", db_index=False)
    created = models.DateTimeField()
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("article", "id"), name="dating_by_article"),
            models.Index(fields=("lease",), name="dating_by_lease", condition=Q(lease__isnull=False)),
        )

    def __str__(self) -> str:
        return say("dates of %(article_id)s") % {"article_id": self.article_id}
