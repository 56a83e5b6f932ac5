from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as say

from backoffice.core.models.base import Versioned


class RoutingStrategy(Versioned):
    """How plans are routed: a document of nodes, conditions and global configuration (spec 2, R1).

    ``document`` holds ``rootNode`` and ``globalConfiguration`` in the contract's shape, each fence with an id of its
    own. ``revision`` counts documents, ``version`` every change. One strategy is in use.
    """

    name_localized = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    in_use = models.BooleanField(default=False)
    document = models.JSONField()

    class Meta(Versioned.Meta):
        verbose_name_plural = "routing strategies"
        constraints = (
            models.UniqueConstraint(name="one_strategy_in_use", fields=("in_use",), condition=Q(in_use=True)),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The English name where there is one, else the first."""
        return str(self.name_localized.get("en_US") or next(iter(self.name_localized.values()), self.id))


class StrategyRevision(models.Model):
    """A document as it was; kept so that revisions can be compared, restored and decisions replayed."""

    strategy = models.ForeignKey(
        RoutingStrategy, on_delete=models.CASCADE, related_name="revisions", db_index=False
    )
    revision = models.PositiveIntegerField()
    document = models.JSONField()
    name_localized = models.JSONField(default=dict)
    actor = models.CharField(max_length=255, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("strategy_id", "-revision")
        constraints = (
            models.UniqueConstraint(name="strategy_revision_once", fields=("strategy", "revision")),
        )

    def __str__(self) -> str:
        return say("revision %(revision)s") % {"revision": self.revision}


class StrategyDraft(models.Model):
    """What one person is about to make of a strategy, and nobody else follows: kept until it is saved or discarded.

    ``revision`` is the one that it was made from. Its document is valid, and has ids as a saved one has.
    """

    strategy = models.ForeignKey(
        RoutingStrategy, on_delete=models.CASCADE, related_name="drafts", db_index=False
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField()
    document = models.JSONField()
    name_localized = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)
    last_modified = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-last_modified", "id")
        constraints = (models.UniqueConstraint(name="one_draft_each", fields=("strategy", "owner")),)

    def __str__(self) -> str:
        return say("draft from revision %(revision)s") % {"revision": self.revision}
