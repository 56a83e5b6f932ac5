"""What is behind a reservation: inventory's opaque holders are our plan lines."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from backoffice.core.ids import as_uuid
from inventory.holders import RelatedRefs
from routing.models import PlanLine


def related_refs(holders: Collection[UUID]) -> dict[UUID, RelatedRefs]:
    """The order, its process, the plan and its pick job, by holder. One query."""
    lines: Iterable[tuple[UUID, UUID, UUID, UUID | None]] = PlanLine.objects.filter(
        id__in=holders
    ).values_list("id", "plan_id", "plan__order_id", "plan__pick_job_id")
    return {
        line: {
            "orderRefs": [str(order)],
            "processRefs": [str(order)],
            "routingPlanRefs": [str(plan)],
            **({"pickJobRefs": [str(job)]} if job is not None else {}),
        }
        for line, plan, order, job in lines
    }


_BEHIND = {
    "orderRefs": "plan__order",
    "processRefs": "plan__order",
    "routingPlanRefs": "plan",
    "pickJobRefs": "plan__pick_job",
}


def holders_of(kind: str, refs: Collection[UUID | str]) -> QuerySet[Any]:
    """The plan lines of the orders, plans or pick jobs that are named so; a part of another query."""
    if kind == "tenantOrderIds":
        lines = PlanLine.objects.filter(plan__order__tenant_order_id__in=refs)
    else:
        ids = [id for ref in refs if (id := as_uuid(str(ref))) is not None]
        lines = PlanLine.objects.filter(**{f"{_BEHIND[kind]}__in": ids})
    return lines.values("id")
