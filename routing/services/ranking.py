"""Giving plans their rank anew when the site's prioritisation changed, or their order (spec 2, W2)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from backoffice.core.bulk import update_rows
from routing.dates import ask_for_dates
from routing.models import RoutingPlan, WaitingArticle
from routing.models.plan import RoutingPlanQuerySet
from routing.rank import rank_of
from routing.services.settings import waiting_room_settings

BATCH = 2_000


def rank_again() -> int:
    """Ranks every live plan by today's prioritisation; how many moved. Called in the transaction that changes the
    settings.
    """
    return _rank(RoutingPlan.objects.live())


def rank_plans_of(order_ids: Collection[UUID]) -> int:
    """Ranks the live plans of orders by what these are now; how many moved. The caller holds the plans' locks."""
    return _rank(RoutingPlan.objects.live().filter(order_id__in=order_ids))


def _rank(chosen: RoutingPlanQuerySet) -> int:
    """The index of the waiting room is ranked with the plans."""
    prioritization = waiting_room_settings().prioritization
    moved = 0
    plans = chosen.select_related("order").order_by("id")
    after = None
    while batch := list((plans.filter(id__gt=after) if after else plans)[:BATCH]):
        after = batch[-1].id
        changed = []
        for plan in batch:
            rank = rank_of(plan, prioritization)
            if rank != bytes(plan.rank):
                plan.rank = rank
                changed.append(plan)
        update_rows(changed, ("rank",))
        ranks = {plan.id: plan.rank for plan in changed}
        indexed = list(WaitingArticle.objects.filter(plan_id__in=ranks))
        for row in indexed:
            row.rank = ranks[row.plan_id]
        update_rows(indexed, ("rank",))
        ask_for_dates(row.article_id for row in indexed)
        moved += len(changed)
    return moved
