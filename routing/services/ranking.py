"""Giving plans their rank anew when the site's prioritisation changed (spec 2, W2)."""

from __future__ import annotations

from backoffice.core.bulk import update_rows
from routing.models import RoutingPlan, WaitingArticle
from routing.rank import rank_of
from routing.services.settings import waiting_room_settings

BATCH = 2_000


def rank_again() -> int:
    """Ranks every live plan by today's prioritisation, and the index of the waiting room with them.

    Returns how many plans moved. Called in the transaction that changes the settings.
    """
    prioritization = waiting_room_settings().prioritization
    moved = 0
    plans = RoutingPlan.objects.live().select_related("order").order_by("id")
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
        moved += len(changed)
    return moved
