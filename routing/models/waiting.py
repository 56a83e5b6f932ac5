from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as say

from inventory.models import Article
from routing.models.plan import RoutingPlan


class WaitingArticle(models.Model):
    """The index of the waiting room: one row per waiting plan and article that it needs (W3).

    ``quantity`` is what the plan needs of the article, ``missing`` what it lacked when it was last looked at, in
    units. ``rank`` repeats the plan's, so that the head of an article's queue is one index range away however long
    the queue is (T2, T4b). ``alone`` tells that the plan needs no other article. ``watched`` are the rows by which the
    plan is found: all of them, or where it cannot go before a certain article comes, that one (T4, see
    :mod:`routing.passes.watching`).
    """

    plan = models.ForeignKey(
        RoutingPlan, on_delete=models.CASCADE, related_name="waiting_articles", db_index=False
    )
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="waiting_articles")
    quantity = models.PositiveBigIntegerField()
    missing = models.PositiveBigIntegerField()
    rank = models.BinaryField(max_length=255)
    alone = models.BooleanField()
    watched = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="waiting_article_once_per_plan", fields=("plan", "article")),
            models.CheckConstraint(name="waiting_article_quantity", condition=Q(quantity__gte=1)),
        )
        indexes = (
            models.Index(
                fields=("article", "rank", "plan"), name="waiting_queue_of_article", condition=Q(watched=True)
            ),
            models.Index(
                fields=("article", "rank", "plan"), name="waiting_for_another", condition=Q(watched=False)
            ),
            models.Index(fields=("article", "plan"), name="waiting_with_others", condition=Q(alone=False)),
        )

    def __str__(self) -> str:
        return say("%(plan_id)s needs %(quantity)s of %(article_id)s") % {
            "plan_id": self.plan_id,
            "quantity": self.quantity,
            "article_id": self.article_id,
        }
